"""What the quiz refuses, in sentences."""

# ruff: noqa: N818 - words of the domain; each is said to an editor as a sentence.

from content.errors import ContentError


class EditionIsImmutable(ContentError):
    """An edition is never changed or deleted, because results point at its words; publish a new one instead."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class EditionUnreadable(ContentError):
    """The edition is of a format that this release does not know."""


class NothingNew(ContentError):
    """The draft says what the live edition says."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Nothing has changed since edition {number}, which is live.")
