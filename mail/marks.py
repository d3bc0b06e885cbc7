"""What a request did that the institute keeps on record: any room marks it, and the room at the top writes it down."""

from typing import NamedTuple

from django.http import HttpRequest

DENIED, EXPORTED, ERASED = "denied", "exported", "erased"


class Mark(NamedTuple):
    """What was done, and to what: ids and words of the house, never a person's name or address."""

    what: str
    target: str


def mark(request: HttpRequest, what: str, target: str) -> None:
    """Put it on the request; it is written when the answer is ready, whatever became of the view's own transaction."""
    request.__dict__.setdefault("marks", []).append(Mark(what, target))


def of(request: HttpRequest) -> list[Mark]:
    """The marks of this request, in their order."""
    return list(request.__dict__.get("marks", ()))
