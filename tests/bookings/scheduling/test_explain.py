"""Why is this time not offered? The first rule, what stands in the way, and the sentence that staff read."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.scheduling import (
    Busy,
    Explanation,
    Hours,
    Interval,
    Limit,
    Period,
    Reason,
    SlotQuestion,
    Window,
    explain,
    in_words,
    why_not,
)

NEW_YORK = ZoneInfo("America/New_York")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MONDAY, TUESDAY = date(2027, 6, 7), date(2027, 6, 8)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2027-06-{text}").replace(tzinfo=UTC)


def between(start: str, end: str) -> Interval:
    return Interval(at(f"07T{start}"), at(f"07T{end}"))


def booked(start: str, end: str, *, before: int = 0, after: int = 0, name: str = "") -> Busy:
    call = between(start, end)
    return Busy(call.start - before * MINUTE, call.end + after * MINUTE, call, name)


QUESTION = SlotQuestion(
    hours=(Hours(ZoneInfo("UTC"), dict.fromkeys(range(5), (Window(time(9), time(12)),))),),
    duration=HOUR,
    slot_interval=HOUR,
    now=at("01"),
    since=at("07"),
    until=at("08"),
)
TEN = at("07T10:00")
FULL = Limit(Period.DAY, 1, (at("07T11:00"),))


@pytest.mark.parametrize(
    ("change", "start", "reason"),
    [
        ({}, "07T10:00", None),
        ({"booking_window": HOUR}, "07T10:00", Reason.WINDOW),
        ({"now": at("07T10:00:01")}, "07T10:00", Reason.NOTICE),
        ({"minimum_notice": timedelta(days=9)}, "07T10:00", Reason.NOTICE),
        ({"time_off": (between("10:30", "11:00"),)}, "07T10:00", Reason.TIME_OFF),
        ({}, "07T12:00", Reason.OUTSIDE_HOURS),
        ({}, "07T11:30", Reason.OUTSIDE_HOURS),
        ({}, "07T09:30", Reason.OFF_GRID),
        ({}, "07T09:00:00.5", Reason.OFF_GRID),
        ({"busy": (between("10:30", "11:00"),)}, "07T10:00", Reason.BUSY),
        ({"busy": (between("10:30", "10:30"),)}, "07T10:00", None),
        ({"busy": (between("11:00", "11:30"),), "buffer_after": HOUR}, "07T10:00", Reason.BUFFER),
        ({"busy": (booked("11:00", "11:30", before=5),)}, "07T10:00", Reason.BUFFER),
        ({"busy": (booked("10:55", "11:30", before=5),)}, "07T10:00", Reason.BUSY),
        ({"busy": (booked("10:30", "10:30", before=5, after=5),)}, "07T10:00", Reason.BUFFER),
        ({"outside": (between("10:30", "11:00"),)}, "07T10:00", Reason.OUTSIDE_CALENDAR),
        ({"outside": (between("11:00", "11:30"),)}, "07T10:00", None),
        ({"outside": (between("11:00", "11:30"),), "buffer_after": HOUR}, "07T10:00", Reason.OUTSIDE_CALENDAR),
        ({"limits": (FULL,)}, "07T10:00", Reason.LIMIT),
        ({"hours": ()}, "07T10:00", Reason.OUTSIDE_HOURS),
    ],
)
def test_the_first_rule_that_removed_a_start_is_named(
    change: dict[str, object], start: str, reason: Reason | None
) -> None:
    assert why_not(replace(QUESTION, **change), at(start)) is reason


def test_rules_are_asked_in_the_order_of_the_design() -> None:
    """Everything speaks against one start; what is named is mended, and the next rule comes to light."""
    override, holiday = {MONDAY: ()}, frozenset({MONDAY})
    weekly = QUESTION.hours[0]
    mends: list[dict[str, object]] = [
        {"booking_window": None},
        {"minimum_notice": timedelta()},
        {"time_off": ()},
        {"hours": (replace(weekly, weekly={}, holidays=holiday),)},
        {"hours": (replace(weekly, weekly={}),)},
        {"hours": (replace(weekly, weekly={0: (Window(time(9, 30), time(12)),)}),)},
        {"hours": (weekly,)},
        {"busy": (booked("11:00", "11:30", before=5),)},
        {"busy": ()},
        {"outside": ()},
        {"limits": ()},
    ]
    question = replace(
        QUESTION,
        hours=(replace(weekly, weekly={}, overrides=override, holidays=holiday),),
        booking_window=HOUR,
        minimum_notice=timedelta(days=30),
        time_off=(between("08:00", "18:00"),),
        busy=(booked("10:00", "11:00"), booked("11:00", "11:30", before=5)),
        outside=(between("10:00", "11:00"),),
        limits=(FULL,),
    )
    met = []
    for mend in mends:
        met.append(why_not(question, TEN))
        question = replace(question, **mend)
    assert met == [reason for reason in Reason if reason not in (Reason.TYPE_DISABLED, Reason.COACH_NOT_ELIGIBLE)]
    assert why_not(question, TEN) is None


@pytest.mark.parametrize(
    ("changed", "start", "reason", "day"),
    [
        ({"overrides": {MONDAY: ()}}, "07T10:00", Reason.OVERRIDE, MONDAY),
        ({"overrides": {MONDAY: (Window(time(14), time(16)),)}}, "07T10:00", Reason.OVERRIDE, MONDAY),
        ({"overrides": {MONDAY: ()}, "holidays": frozenset({MONDAY})}, "07T10:00", Reason.OVERRIDE, MONDAY),
        ({"overrides": {TUESDAY: ()}}, "07T12:00", Reason.OUTSIDE_HOURS, MONDAY),
        ({"holidays": frozenset({MONDAY})}, "07T10:00", Reason.HOLIDAY, MONDAY),
        # A call over midnight into a closed date: that date's rule is in the way.
        ({"weekly": {0: (Window(time(9), time(0)),)}, "holidays": frozenset({TUESDAY})}, "07T23:30", Reason.HOLIDAY, TUESDAY),
        # What a schedule says of dates on which it is not valid does not matter.
        ({"overrides": {MONDAY: ()}, "valid_from": TUESDAY}, "07T10:00", Reason.OUTSIDE_HOURS, None),
    ],
)  # fmt: skip
def test_what_closes_a_date_is_named_with_the_date(
    changed: dict[str, object], start: str, reason: Reason, day: date | None
) -> None:
    hours = replace(QUESTION.hours[0], **changed)
    assert explain(replace(QUESTION, hours=(hours,)), at(start)) == Explanation(reason, day=day)


def test_the_booking_whose_buffer_is_met_is_named() -> None:
    later = booked("11:05", "11:35", before=10, name="Interview practice")
    earlier = booked("09:00", "09:55", after=15, name="Career chat")
    question = replace(QUESTION, busy=(later, earlier))
    assert explain(question, TEN) == Explanation(Reason.BUFFER, earlier, "Career chat")
    assert explain(replace(question, busy=(later,)), TEN) == Explanation(Reason.BUFFER, later, "Interview practice")


def test_a_call_in_the_way_goes_before_any_buffer() -> None:
    call = booked("10:45", "11:35", before=10, name="Interview practice")
    question = replace(QUESTION, busy=(booked("09:00", "09:55", after=15, name="Career chat"), call))
    assert explain(question, TEN) == Explanation(Reason.BUSY, call.call, "Interview practice")


def test_the_time_off_that_lasts_longest_is_named() -> None:
    short, long = between("10:00", "10:30"), between("10:15", "18:00")
    assert explain(replace(QUESTION, time_off=(long, short)), TEN) == Explanation(Reason.TIME_OFF, long)


@pytest.mark.parametrize(
    ("change", "start", "sentence"),
    [
        ({"booking_window": HOUR}, "07T10:00", "Beyond the booking window, which now ends Monday 31 May 2027, 9:00 PM (New York, UTC−4)."),
        ({"now": at("07T10:00:01")}, "07T10:00", "Under minimum notice: nothing before Monday 7 June 2027, 6:00 AM (New York, UTC−4) can be booked now."),
        ({"time_off": (between("09:00", "13:00"),)}, "07T10:00", "Time off until Monday 7 June 2027, 9:00 AM (New York, UTC−4)."),
        ({}, "07T12:00", "Outside the weekly hours on Monday 7 June 2027 (the coach's own date)."),
        ({}, "07T09:30", "Off the grid: calls of this kind start at other times."),
        ({"busy": (booked("10:30", "11:00", name="Career chat"),)}, "07T10:00", "Booked or held: booking “Career chat”, Monday 7 June 2027, 6:30 AM to 7:00 AM (New York, UTC−4)."),
        ({"busy": (between("10:30", "11:00"),)}, "07T10:00", "Booked or held, Monday 7 June 2027, 6:30 AM to 7:00 AM (New York, UTC−4)."),
        ({"busy": (booked("11:00", "11:30", before=5, name="Career chat"),)}, "07T10:00", "The buffer of booking “Career chat”, Monday 7 June 2027, 6:55 AM to 7:30 AM (New York, UTC−4)."),
        ({"busy": (between("11:00", "11:30"),), "buffer_after": HOUR}, "07T10:00", "The buffer of another booking, Monday 7 June 2027, 7:00 AM to 7:30 AM (New York, UTC−4)."),
        ({"outside": (Interval(at("06T20:00"), at("08T08:00")),)}, "07T10:00", "Busy in an outside calendar, Sunday 6 June 2027, 4:00 PM to Tuesday 8 June 2027, 4:00 AM (New York, UTC−4)."),
        ({"limits": (FULL,)}, "07T10:00", "The limit of 1 a day is reached."),
    ],
)  # fmt: skip
def test_an_explanation_reads_like_this(change: dict[str, object], start: str, sentence: str) -> None:
    explanation = explain(replace(QUESTION, **change), at(start))
    assert explanation is not None
    assert in_words(explanation, NEW_YORK) == sentence


@pytest.mark.parametrize(
    ("explanation", "sentence"),
    [
        (Explanation(Reason.OVERRIDE, day=MONDAY), "Date override on Monday 7 June 2027 (the coach's own date): other hours than usual, or none."),
        (Explanation(Reason.HOLIDAY, day=MONDAY), "Public holiday on Monday 7 June 2027 (the coach's own date)."),
        (Explanation(Reason.HOLIDAY), "Public holiday."),
        (Explanation(Reason.TYPE_DISABLED), "This kind of call is switched off."),
        (Explanation(Reason.COACH_NOT_ELIGIBLE), "This coach does not take this kind of call."),
    ],
)  # fmt: skip
def test_what_the_caller_knows_itself_is_said_as_well(explanation: Explanation, sentence: str) -> None:
    assert in_words(explanation, NEW_YORK) == sentence


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_alone_is_one_plain_sentence(reason: Reason) -> None:
    sentence = in_words(Explanation(reason), NEW_YORK)
    assert sentence[0].isupper()
    assert sentence.count(".") == 1
    assert sentence.endswith(".")
