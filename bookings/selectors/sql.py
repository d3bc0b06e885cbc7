"""What the room's written-out statements need to read alike on both databases.

They are asked before everything else and many times a second: building them anew took Django longer than answering them.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from mail import statements


def one_of(name: str) -> str:
    """The right side of `column … this parameter`, for any number of ids in one parameter."""
    if statements.on_postgresql():
        return f"= ANY(%({name})s::bigint[])"
    return f"IN (SELECT value FROM json_each(%({name})s))"  # noqa: S608  our own names


def ids(values: Iterable[int]) -> str:
    """The parameter for `one_of`."""
    written = ",".join(map(str, values))
    return f"{{{written}}}" if statements.on_postgresql() else f"[{written}]"


def utc(column: str) -> str:
    """An instant as the column's own text or wall clock in UTC, to be read by `instant`: no loader per value is asked."""
    return f"{column} AT TIME ZONE 'UTC'" if statements.on_postgresql() else column


def instant(value: Any) -> datetime:
    """The aware instant of a column that `utc` named; PostgreSQL gives a wall clock, SQLite text."""
    read: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return read.replace(tzinfo=UTC)


def day(value: Any) -> date | None:
    """A date column."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def wall(value: Any) -> time:
    """A time column."""
    return time.fromisoformat(value) if isinstance(value, str) else value
