"""What was typed about a call, cleaned before it meets the database, a header or a calendar."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bookings.models import Answer
from bookings.models.answers import stored
from leads import people
from mail.text import one_line, plain


@dataclass(frozen=True, slots=True)
class Attendee:
    """Who is calling, and what about."""

    name: str
    email: str
    phone: str
    questions: str
    time_zone: str
    access_needs: str
    answers: tuple[Answer, ...]

    @property
    def columns(self) -> dict[str, Any]:
        """The booking's columns."""
        return {
            "attendee_name": self.name,
            "attendee_email": self.email,
            "attendee_phone": self.phone,
            "attendee_time_zone": self.time_zone,
            "questions": self.questions,
            "access_needs": self.access_needs,
            "answers": stored(self.answers),
        }


def attendee(
    name: str, email: str, phone: str, questions: str, time_zone: str, access_needs: str, answers: Sequence[Answer]
) -> Attendee:
    """The attendee in clean words."""
    return Attendee(
        name=one_line(name, limit=200),
        email=people.normalise_email(email)[:254],
        phone=one_line(phone, limit=32),
        questions=plain(questions),
        time_zone=one_line(time_zone, limit=64),
        access_needs=plain(access_needs, limit=2000),
        answers=clean_answers(answers),
    )


def clean_answers(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """The answers without controls, and without those that say nothing."""
    cleaned = (replace(each, label=one_line(each.label), value=plain(each.value, limit=2000)) for each in answers)
    return tuple(each for each in cleaned if each.value)
