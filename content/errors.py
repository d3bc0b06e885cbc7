"""What can be wrong with a guide, in sentences an editor can act on."""

# ruff: noqa: N818 - words of the domain; each is said to an editor as a sentence.

from dataclasses import dataclass


@dataclass(frozen=True)
class GateProblem:
    """One reason why a guide cannot be published, and the row to mend: `("section", 12)`, `("guide", 1)`."""

    sentence: str
    row: tuple[str, int] | None = None


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


class RevisionIsImmutable(ContentError):
    """A revision is never changed or deleted; publish a new one instead."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class SnapshotUnreadable(ContentError):
    """The snapshot is of a format that this release does not know."""
