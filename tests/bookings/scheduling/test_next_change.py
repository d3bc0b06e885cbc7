"""Until when an answer stays true: the page may keep it that long, and not a microsecond longer.

`SLOT_CASES=20000` asks for as many random cases.
"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from bookings.scheduling import Hours, Interval, SlotQuestion, Window, next_change, open_starts
from tests.bookings.scheduling.questions import many, questions

HOUR, MINUTE, TICK = timedelta(hours=1), timedelta(minutes=1), datetime.resolution


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2027-06-{text}").replace(tzinfo=UTC)


QUESTION = SlotQuestion(
    hours=(Hours(UTC, dict.fromkeys(range(5), (Window(time(9), time(12)),))),),
    duration=HOUR,
    slot_interval=HOUR,
    now=at("01"),
    since=at("07"),
    until=at("09"),
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, at("07T09:00") + TICK),
        ({"minimum_notice": HOUR}, at("07T08:00") + TICK),
        ({"minimum_notice": HOUR, "now": at("07T08:00")}, at("07T08:00") + TICK),
        ({"minimum_notice": HOUR, "now": at("07T08:00") + TICK}, at("07T09:00") + TICK),
        ({"now": at("08T11:00")}, at("08T11:00") + TICK),
        ({"now": at("08T11:00") + TICK}, None),
        ({"booking_window": timedelta(days=2)}, at("05T09:00") + TICK),
        ({"booking_window": timedelta(days=2), "now": at("05T09:00")}, at("05T09:00") + TICK),
        ({"booking_window": timedelta(days=2), "now": at("05T09:00") + TICK}, at("05T10:00") + TICK),
        # 10:00 comes in, 9:00 leaves: what is first counts.
        ({"booking_window": HOUR, "now": at("07T08:30")}, at("07T09:00") + TICK),
        ({"booking_window": 50 * MINUTE, "now": at("07T08:30")}, at("07T09:00") + TICK),
        ({"booking_window": 50 * MINUTE, "now": at("07T09:05")}, at("07T09:10") + TICK),
        # A window that is no longer than the notice never offers anything.
        ({"booking_window": HOUR, "minimum_notice": HOUR, "expiries": (at("02"),)}, None),
        ({"expiries": (at("03"), at("02"))}, at("02")),
        ({"expiries": (at("01"),)}, at("07T09:00") + TICK),
        ({"expiries": (at("08"),)}, at("07T09:00") + TICK),
        ({"busy": (Interval(at("07"), at("10")),)}, None),
        ({"busy": (Interval(at("07"), at("10")),), "expiries": (at("08"),)}, at("08")),
        ({"since": at("08"), "booking_window": timedelta(days=2), "now": at("06T08:00")}, at("06T09:00") + TICK),
        ({"until": at("07T10:00"), "booking_window": timedelta(days=2), "now": at("05T09:30")}, at("07T09:00") + TICK),
    ],
)
def test_an_answer_changes_at_this_instant(change: dict[str, object], expected: datetime | None) -> None:
    assert next_change(replace(QUESTION, **change)) == expected


@st.composite
def questions_with_holds(draw: st.DrawFn) -> tuple[SlotQuestion, dict[datetime, Interval]]:
    """A question between two microseconds, and which busy time ends to count when."""
    question = draw(questions())
    now = question.now + draw(st.sampled_from([0, 1, 500_000, 59_999_999])) * TICK
    holds = [each for each in question.busy if draw(st.booleans())]
    expiries = {now + draw(st.integers(1, 5 * 1440)) * MINUTE: hold for hold in holds}
    return replace(question, now=now, expiries=tuple(expiries)), expiries


def later(question: SlotQuestion, now: datetime, holds: dict[datetime, Interval]) -> tuple[datetime, ...]:
    """The answer at another time, with the holds that have run out by then taken away."""
    over = [hold for expiry, hold in holds.items() if expiry <= now]
    return open_starts(replace(question, now=now, busy=tuple(each for each in question.busy if each not in over)))


@many
@given(questions_with_holds(), st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_an_answer_is_the_same_until_it_changes_and_differs_when_it_does(
    asked: tuple[SlotQuestion, dict[datetime, Interval]], parts: list[float]
) -> None:
    question, holds = asked
    answer, change = open_starts(question), next_change(question)
    end = change or question.now + timedelta(days=400)
    for now in [question.now + part * (end - question.now) for part in parts] + [end - TICK]:
        if question.now <= now < end:
            assert later(question, now, holds) == answer, now
    cause = "never" if change is None else "expiry" if change in holds else "notice or window"
    event(f"changes: {cause}")
    if cause == "notice or window":
        assert later(question, end, holds) != answer
