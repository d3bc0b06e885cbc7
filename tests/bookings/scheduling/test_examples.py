"""The worked cases of the design, as they were given."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bookings.scheduling import Hours, Interval, SlotQuestion, Window, open_starts

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "data/slots_examples.json").read_text())


def question_of(case: dict[str, Any]) -> SlotQuestion:
    weekly: dict[int, tuple[Window, ...]] = {}
    for rule in case["weekly_rules"]:
        weekly[rule["weekday"]] = (*weekly.get(rule["weekday"], ()), window_of(rule))
    return SlotQuestion(
        hours=(
            Hours(
                zone=ZoneInfo(case["host_tz"]),
                weekly=weekly,
                overrides={
                    date.fromisoformat(each["date"]): tuple(map(window_of, each["windows"]))
                    for each in case["date_overrides"]
                },
            ),
        ),
        duration=timedelta(minutes=case["duration_min"]),
        slot_interval=timedelta(minutes=case["step_min"]),
        buffer_before=timedelta(minutes=case["buffer_before_min"]),
        buffer_after=timedelta(minutes=case["buffer_after_min"]),
        minimum_notice=timedelta(minutes=case["min_notice_min"]),
        now=datetime.fromisoformat(case["now"]),
        since=datetime.fromisoformat(case["range_start"]),
        until=datetime.fromisoformat(case["range_end"]),
        busy=tuple(
            Interval(datetime.fromisoformat(each["start"]), datetime.fromisoformat(each["end"]))
            for each in case["busy"]
        ),
    )


def window_of(rule: dict[str, str]) -> Window:
    return Window(time.fromisoformat(rule["start"]), time.fromisoformat(rule["end"].replace("24:00", "00:00")))


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_worked_case_gives_exactly_its_starts(case: dict[str, Any]) -> None:
    starts = open_starts(question_of(case))
    assert [f"{start:%Y-%m-%dT%H:%M:%SZ}" for start in starts] == case["expected_utc"]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_worked_case_reads_right_in_the_viewers_zone(case: dict[str, Any]) -> None:
    zone = ZoneInfo(case["viewer_tz"])
    starts = open_starts(question_of(case))
    assert [start.astimezone(zone).isoformat() for start in starts] == case["expected_viewer_local"]
