"""What can be wrong with a guide, in sentences an editor can act on."""

# ruff: noqa: N818 - words of the domain; each is said to an editor as a sentence.

from dataclasses import dataclass


@dataclass(frozen=True)
class GateProblem:
    """One reason why a guide cannot be published, and the row to mend: `("section", 12)`, `("guide", 1)`.

    `field` is the name of the form field on the row's page that the reason is about, where there is one.
    """

    sentence: str
    row: tuple[str, int] | None = None
    field: str = ""


class ContentError(Exception):
    """The family of this room's failures."""


class GateClosed(ContentError):
    """The guide cannot be published yet."""

    def __init__(self, problems: tuple[GateProblem, ...]) -> None:
        self.problems = problems
        super().__init__(" ".join(problem.sentence for problem in problems))


class NothingToPublish(ContentError):
    """Nothing has changed since the live revision."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Nothing has changed since revision {number}, which is live.")


class NotLive(ContentError):
    """The guide is not published, so there is nothing to take back or to review."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class ScheduleInThePast(ContentError):
    """That time has passed already; choose a later one, or publish now."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class BadTime(ContentError):
    """Give a date and a time, for example January 15 at 9:00 AM."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class NoAnswer(ContentError):
    """Write an answer first; readers see it together with the question."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class NotAPicture(ContentError):
    """What was uploaded cannot be used; the sentence says why."""


class PreviewUnknown(ContentError):
    """This preview link is not known, or its time is over."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class RevisionIsImmutable(ContentError):
    """A revision is never changed or deleted; publish a new one instead."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class SnapshotUnreadable(ContentError):
    """The snapshot is of a format that this release does not know."""
