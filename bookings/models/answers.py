from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What an attendee said to an intake question, with the words that were asked: a changed question shifts no answer."""

    question: int
    label: str
    value: str


def stored(answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """The answers as a booking keeps them."""
    return [asdict(each) for each in answers]
