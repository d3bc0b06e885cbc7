"""One coach is asked of the overlap guard's index, several of another: both ways must tell the same."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

from bookings.models import Booking, Coach, EventType, TimeOff
from bookings.selectors import busy
from mail import statements
from tests import services
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, TUESDAY_TEN, a_coach, a_type, book, cancel, hold

pytestmark = pytest.mark.django_db


def asked(coaches: list[Coach], since: datetime, until: datetime, without: int | None = None) -> list[busy.Row]:
    return busy.rows(
        [each.pk for each in coaches],
        since=since,
        until=until,
        counted_since=since,
        counted_until=until,
        limited=False,
        without=without,
    )


@pytest.fixture
def two() -> list[Coach]:
    """Two coaches with calls of both, with buffers, holds, a cancelled call and time off."""
    coaches = [a_coach(), a_coach("zoe")]
    kind = a_type(*coaches, buffer_before=5 * MINUTE, buffer_after=10 * MINUTE)
    for number, coach in enumerate(coaches):
        hold(kind, TUESDAY_TEN + (number + 1) * HOUR, coach)
        book(kind, TUESDAY_TEN, coach, email=f"grace{number}@example.org")
        cancel(book(kind, TUESDAY_TEN + 3 * HOUR, coach, email=f"anne{number}@example.org"))
        TimeOff.objects.create(coach=coach, start=TUESDAY_TEN + 4 * HOUR, end=TUESDAY_TEN + 5 * HOUR)
    return coaches


@pytest.mark.parametrize("length", [MINUTE, 30 * MINUTE, 45 * MINUTE, DAY])
def test_a_coach_alone_is_as_busy_as_among_others(two: list[Coach], length: timedelta) -> None:
    found = 0
    for at in range(-60, 360, 5):  # every edge of a call and of its buffers is met on both sides
        since = TUESDAY_TEN + at * MINUTE
        both = asked(two, since, since + length)
        for coach in two:
            alone = asked([coach], since, since + length)
            assert sorted(map(str, alone)) == sorted(str(row) for row in both if row[1] == coach.pk), at
        found += len(both)
    assert found > 20


def test_ones_own_call_is_left_out(two: list[Coach]) -> None:
    mine = Booking.objects.get(coach=two[0], status=Booking.Status.CONFIRMED)
    span = (TUESDAY_TEN, TUESDAY_TEN + 30 * MINUTE)
    assert len(asked(two[:1], *span)) == 1
    assert asked(two[:1], *span, without=mine.pk) == []


@pytest.mark.skipif(not services.on_postgres(), reason="the index is PostgreSQL's")
@pytest.mark.parametrize("plan", ["force_generic_plan", "force_custom_plan"])
def test_the_guards_index_answers_whatever_the_planner_knows_of_the_table(two: list[Coach], plan: str) -> None:
    """The tables here are as new as those of an institute that opened today: nothing is known of them."""
    statement, names = statements._numbered(busy._question("postgresql", limited=False, single=True))
    kinds = {"coach": "smallint", "coaches": "bigint[]", "without": "smallint"}
    values = {"coach": two[0].pk, "coaches": f"'{{{two[0].pk}}}'", "without": 0}
    moment = f"'{NOW}'"
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL plan_cache_mode = {plan}")
        cursor.execute(
            f"PREPARE asked ({', '.join(kinds.get(each, 'timestamptz') for each in names)}) AS {statement.decode()}"
        )
        cursor.execute(f"EXPLAIN EXECUTE asked({', '.join(str(values.get(each, moment)) for each in names)})")
        told = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("DEALLOCATE asked")
    condition = next(line for line in told.splitlines() if "Index Cond" in line)
    assert "Index Scan using booking_no_overlap" in told
    assert "coach_id = " in condition
    assert "tstzrange(busy_start, busy_end" in condition


def test_a_call_of_another_kind_takes_the_time_too(two: list[Coach]) -> None:
    other: EventType = a_type(two[0], slug="other")
    book(other, TUESDAY_TEN + 6 * HOUR, two[0], email="else@example.org")
    assert len(asked(two[:1], TUESDAY_TEN + 6 * HOUR, TUESDAY_TEN + 7 * HOUR)) == 1
