"""What is written when a calendar was fetched, and what a failure leaves as it was."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from bookings.models import Coach, OutsideBusy, OutsideCalendar
from bookings.outside import job, refreshing
from bookings.outside.job import Answer, Job
from bookings.services import gate
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN
from tests.bookings.outside.feeds import Reply, answer, ics, serving
from tests.bookings.outside.house import MEETING, OTHER, TEN_TO_ELEVEN, Make, busy, refresh, state, version

pytestmark = pytest.mark.django_db(transaction=True)


def test_busy_times_are_written_and_the_coach_counts_it(calendar_of: Make) -> None:
    with serving(answer(ics(MEETING, OTHER, "UID:x\nDTSTART:broken"))) as feed:
        calendar_of(feed)
        before = version()
        assert refresh() == 1
    assert busy() == [TEN_TO_ELEVEN, (TUESDAY_TEN + DAY, TUESDAY_TEN + DAY + HOUR)]
    assert state() == (NOW, 0, "", 1)
    assert version() == before + 1


def test_what_has_not_changed_is_not_written_again(calendar_of: Make) -> None:
    with serving(answer(ics(MEETING))) as feed:
        calendar_of(feed)
        refresh()
        rows, before = list(OutsideBusy.objects.values_list("pk")), version()
        assert refresh(NOW + HOUR) == 1
    assert list(OutsideBusy.objects.values_list("pk")) == rows
    assert version() == before
    assert state()[0] == NOW + HOUR


def test_what_is_gone_is_removed_and_the_rest_stays(calendar_of: Make) -> None:
    replies: dict[str, Reply] = {"/a": answer(ics(MEETING, OTHER))}
    with serving(replies) as feed:
        calendar_of(feed, url=feed.url("/a"))
        refresh()
        kept = OutsideBusy.objects.get(start=TUESDAY_TEN + DAY).pk
        before = version()
        replies["/a"] = answer(ics(OTHER))
        refresh(NOW + HOUR)
    assert list(OutsideBusy.objects.values_list("pk", flat=True)) == [kept]
    assert version() == before + 1


def test_what_is_merely_over_goes_without_a_new_version(calendar_of: Make) -> None:
    replies: dict[str, Reply] = {"/a": answer(ics(MEETING))}
    with serving(replies) as feed:
        calendar_of(feed, url=feed.url("/a"))
        refresh()
        before = version()
        refresh(NOW + 4 * DAY)
    assert busy() == []
    assert version() == before


@pytest.mark.parametrize(
    "reply",
    [
        answer(b"secret words", status=500),
        answer(b"<html>secret", kind="text/html"),
        answer(b"BEGIN:VCALENDAR\r\nsecret"),
    ],
)
def test_a_failure_keeps_the_last_good_times_and_says_why(
    calendar_of: Make, caplog: pytest.LogCaptureFixture, reply: Reply
) -> None:
    replies: dict[str, Reply] = {"/private-7/a": answer(ics(MEETING))}
    with serving(replies) as feed:
        calendar_of(feed, url=feed.url("/private-7/a"))
        refresh()
        before = version()
        replies["/private-7/a"] = reply
        refresh(NOW + HOUR)
        assert busy() == [TEN_TO_ELEVEN]
        fetched_at, failures, error, _ = state()
        assert (fetched_at, failures, version()) == (NOW, 1, before)
        assert error.endswith((".", ")."))
        assert "secret" not in error + caplog.text
        assert "private" not in error + caplog.text
        refresh(NOW + 2 * HOUR)
        assert state()[1] == 2
        replies["/private-7/a"] = answer(ics(MEETING))
        refresh(NOW + 4 * HOUR)
    assert state() == (NOW + 4 * HOUR, 0, "", 0)


def test_unchanged_costs_nothing_and_a_new_day_is_read_anew(calendar_of: Make) -> None:
    """The window moves on and rules reach further, though the file stays the same."""

    def reply(handler: Any) -> None:
        known = handler.headers.get("If-None-Match") == '"7"'
        (answer(status=304) if known else answer(ics(MEETING), ETag='"7"'))(handler)

    with serving(reply) as feed:
        calendar_of(feed)
        refresh()
        refresh(NOW + HOUR)
        refresh(NOW + 2 * HOUR)
        refresh(NOW + DAY)
    assert [headers.get("If-None-Match") for _, headers in feed.asked] == [None, '"7"', '"7"', None]
    assert busy() == [TEN_TO_ELEVEN]
    assert state() == (NOW + DAY, 0, "", 0)


def test_rules_reach_four_hundred_days_from_today(calendar_of: Make) -> None:
    with serving(answer(ics("DTSTART:20200101T120000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY"))) as feed:
        calendar_of(feed)
        refresh()
    found = busy()
    assert len(found) == 401
    assert found[0][0] == datetime(2027, 1, 10, 12, tzinfo=UTC)
    assert found[-1][0] == datetime(2028, 2, 14, 12, tzinfo=UTC)


def meanwhile(monkeypatch: pytest.MonkeyPatch, work: Callable[[], Any]) -> None:
    """Do this while the helper is away fetching."""
    real = job.run

    def run(asked: Job, **rest: Any) -> Answer:
        found = real(asked, **rest)
        work()
        return found

    monkeypatch.setattr(job, "run", run)


@pytest.mark.parametrize("change", [{"enabled": False}, {"url": "https://new.example/x"}])
def test_what_was_changed_during_the_fetch_takes_nothing_from_it(
    calendar_of: Make, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    meanwhile(monkeypatch, lambda: OutsideCalendar.objects.update(**change))
    with serving(answer(ics(MEETING))) as feed:
        calendar_of(feed)
        before = version()
        assert refresh() == 1
    assert (busy(), version(), state()[0]) == ([], before, None)


def test_what_was_deleted_during_the_fetch_stays_away(calendar_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, lambda: OutsideCalendar.objects.all().delete())
    with serving(answer(ics(MEETING))) as feed:
        calendar_of(feed)
        assert refresh() == 1
    assert (OutsideCalendar.objects.count(), busy()) == (0, [])


def test_no_transaction_is_open_while_a_calendar_is_fetched(calendar_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    meanwhile(monkeypatch, lambda: seen.append(connection.in_atomic_block))
    with serving(answer(ics(MEETING))) as feed:
        calendar_of(feed)
        refresh()
    assert seen == [False]


def test_forgetting_gives_the_time_free_and_counts(calendar_of: Make) -> None:
    with serving(answer(ics(MEETING), ETag='"7"')) as feed:
        row = calendar_of(feed)
        refresh()
    before = version()
    with transaction.atomic():
        gate.lock(row.coach_id)
        refreshing.forget(row)
    row.refresh_from_db()
    assert (busy(), version(), row.etag) == ([], before + 1, "")


def test_failures_stop_counting_before_the_column_ends(ada: Coach) -> None:
    row = OutsideCalendar.objects.create(coach=ada, url="https://127.0.0.1/", failures=refreshing.MOST_FAILURES)
    refresh()
    row.refresh_from_db()
    assert row.failures == refreshing.MOST_FAILURES
    assert row.error == "The host name is unknown or leads to an address that is not public."


def test_a_hostile_calendar_leaves_the_next_one_alone(calendar_of: Make) -> None:
    bomb = ics(*(f"UID:{at}\nDTSTART:20200101T000000Z\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30" for at in range(3)))
    with serving(answer(bomb)) as bad, serving(answer(ics(MEETING))) as good:
        calendar_of(bad, name="Bad")
        calendar_of(good, name="Good")
        assert refresh() == 2
    assert busy() == [TEN_TO_ELEVEN]
    assert list(OutsideCalendar.objects.order_by("name").values_list("name", "skipped")) == [("Bad", 3), ("Good", 0)]
