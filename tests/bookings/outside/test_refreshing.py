"""When calendars are fetched, what is written, and what a failure leaves as it was."""

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import connection, transaction

from bookings.errors import SlotTaken
from bookings.models import Coach, OutsideBusy, OutsideCalendar
from bookings.outside import bell, job, refreshing
from bookings.outside.job import Answer, Job
from bookings.services import gate
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, TUESDAY_TEN, a_coach, a_type, hold, race
from tests.bookings.outside.feeds import Reply, answer, ics, serving

Make = Callable[..., OutsideCalendar]
SECOND = timedelta(seconds=1)
MEETING = "UID:m\nDTSTART:20270112T150000Z\nDTEND:20270112T160000Z"
OTHER = "UID:o\nDTSTART:20270113T150000Z\nDTEND:20270113T160000Z"
TEN_TO_ELEVEN = (TUESDAY_TEN, TUESDAY_TEN + HOUR)

pytestmark = pytest.mark.django_db(transaction=True)


def busy() -> list[tuple[datetime, datetime]]:
    return list(OutsideBusy.objects.order_by("start").values_list("start", "end"))


def state() -> tuple[datetime | None, int, str, int]:
    row = OutsideCalendar.objects.get()
    return row.fetched_at, row.failures, row.error, row.skipped


def version() -> int:
    return Coach.objects.get(slug="ada").version


def refresh(now: datetime = NOW) -> int:
    return refreshing.refresh_due(now=now)


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


WAITS = [
    # failures, wanted, minutes since the last try, due
    (0, False, 14, False),
    (0, False, 15, True),
    (1, False, 29, False),
    (1, False, 30, True),
    (3, False, 119, False),
    (3, False, 120, True),
    (30, False, 359, False),
    (30, False, 360, True),
    (0, True, 0, False),
    (0, True, 1, True),
    (2, True, 3, False),
    (2, True, 4, True),
    (30, True, 14, False),
    (30, True, 15, True),
    (0, False, -5, False),
    (0, False, -20, True),
]


@pytest.mark.parametrize(("failures", "wanted", "minutes", "due"), WAITS)
def test_when_a_calendar_is_due(ada: Coach, failures: int, wanted: bool, minutes: int, due: bool) -> None:
    tried = NOW - minutes * MINUTE
    row = OutsideCalendar.objects.create(
        coach=ada,
        url="https://x.example/",
        failures=failures,
        tried_at=tried,
        wanted_at=tried + SECOND if wanted else None,
    )
    assert refreshing.due(now=NOW) == ([row] if due else [])


def test_disabled_calendars_and_those_of_inactive_coaches_are_not_due(ada: Coach) -> None:
    away = a_coach("bea", active=False)
    OutsideCalendar.objects.create(coach=ada, url="https://x.example/", enabled=False)
    OutsideCalendar.objects.create(coach=away, url="https://x.example/")
    assert refreshing.due(now=NOW) == []


def test_wanted_ones_come_first_then_those_that_waited_longest(ada: Coach) -> None:
    def a_calendar(**fields: Any) -> OutsideCalendar:
        return OutsideCalendar.objects.create(coach=ada, url="https://x.example/", **fields)

    late, later, never = a_calendar(tried_at=NOW - HOUR), a_calendar(tried_at=NOW - DAY), a_calendar()
    wanted = a_calendar(tried_at=NOW - 2 * MINUTE, wanted_at=NOW - MINUTE)
    assert refreshing.due(now=NOW) == [wanted, never, later, late]


def test_no_more_than_the_limit_are_fetched(calendar_of: Make) -> None:
    with serving(answer(ics())) as feed:
        for _ in range(3):
            calendar_of(feed)
        assert refreshing.refresh_due(now=NOW, limit=2) == 2
        assert refreshing.refresh_due(now=NOW, limit=2) == 1
        assert refreshing.refresh_due(now=NOW, limit=2) == 0


def test_of_several_workers_one_fetches(calendar_of: Make) -> None:
    with serving(answer(ics(MEETING))) as feed:
        calendar_of(feed)
        answers = race([refresh] * 6)
    assert sorted(answers) == [0, 0, 0, 0, 0, 1]
    assert len(feed.asked) == 1


def test_without_the_claim_every_worker_would_fetch(calendar_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the test above can fail."""
    monkeypatch.setattr(refreshing, "_claim", lambda calendar, *, now: True)
    with serving(answer(ics(MEETING))) as feed:
        row = calendar_of(feed)
        monkeypatch.setattr(refreshing, "due", lambda *, now: [row])
        race([refresh] * 3)
    assert len(feed.asked) == 3


def test_a_hold_asks_for_a_fetch_and_the_worker_is_told_once(
    ada: Coach, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(bell, "ring", lambda: rung.append("ring"))
    settings.MAIL_NUDGES = True
    bea = a_coach("bea")
    rows = [
        OutsideCalendar.objects.create(
            coach=coach, url="https://x.example/", tried_at=NOW - 5 * MINUTE, enabled=enabled
        )
        for coach, enabled in ((ada, True), (ada, False), (bea, True))
    ]
    with transaction.atomic():
        assert refreshing.want(coach_ids=[ada.pk], now=NOW) == 1
        assert rung == []
    assert refreshing.want(coach_ids=[ada.pk], now=NOW + SECOND) == 0
    assert rung == ["ring"]
    assert refreshing.due(now=NOW) == [rows[0]]


def test_wanting_costs_one_query(ada: Coach, django_assert_num_queries: Any) -> None:
    OutsideCalendar.objects.create(coach=ada, url="https://x.example/")
    with django_assert_num_queries(1):
        refreshing.want(coach_ids=[ada.pk], now=NOW)


def test_what_is_wanted_while_it_is_fetched_is_fetched_again(calendar_of: Make, ada: Coach) -> None:
    with serving(answer(ics())) as feed:
        calendar_of(feed)
        refresh()
        refreshing.want(coach_ids=[ada.pk], now=NOW + SECOND)
        assert refresh(NOW + 30 * SECOND) == 0
        assert refresh(NOW + MINUTE) == 1
        assert refresh(NOW + 2 * MINUTE) == 0


def test_a_ring_never_blocks_though_the_broker_accepts_and_never_answers(
    settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAIL_NUDGES = True
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(5)
        monkeypatch.setattr(bell, "_bell", None)
        monkeypatch.setattr(current_app.conf, "broker_write_url", f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        began = time.monotonic()
        bell.ring_on_commit()
        assert time.monotonic() - began < 0.3
        caller, _ = silent.accept()
        assert bell._bell is not None
        assert bell._bell.quiet.wait(5)
        caller.close()
    assert "could not be nudged" in caplog.text


def test_the_hint_names_the_task_and_expires(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, int]] = []
    settings.MAIL_NUDGES = True
    monkeypatch.setattr(bell, "_bell", None)
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: sent.append((name, options["expires"])))
    bell.ring_on_commit()
    assert bell._bell is not None
    assert bell._bell.quiet.wait(5)
    assert sent == [("bookings.refresh_outside", 15)]


def test_the_confirmation_meets_what_came_since_the_hold(calendar_of: Make, ada: Coach) -> None:
    kind = a_type(ada)
    held = hold(kind)
    with serving(answer(ics(MEETING))) as feed:
        calendar_of(feed)
        refresh()
    with pytest.raises(SlotTaken):
        gate.run(lambda: gate.still_free(held, now=NOW))


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
