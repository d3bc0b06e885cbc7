"""When calendars are fetched, by whom, and who asks for it."""

import socket
import threading
import time
from typing import Any

import pytest
from celery import current_app
from django.db import connections, transaction

from bookings.errors import SlotTaken
from bookings.models import Coach, OutsideCalendar
from bookings.outside import bell, refreshing
from bookings.services import gate
from mail import nudge
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, a_coach, a_type, hold, race
from tests.bookings.outside.feeds import answer, ics, serving
from tests.bookings.outside.house import MEETING, SECOND, Make, refresh

pytestmark = pytest.mark.django_db(transaction=True)


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
        refreshing.want(coach_ids=[ada.pk], now=NOW)
        assert rung == []
    refreshing.want(coach_ids=[ada.pk], now=NOW + SECOND)
    assert rung == ["ring"]
    assert refreshing.due(now=NOW) == [rows[0]]


def test_the_worker_is_told_when_the_hold_that_asks_is_written(
    ada: Coach, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar = OutsideCalendar.objects.create(coach=ada, url="https://x.example/")
    settings.MAIL_NUDGES, seen = True, []

    def look() -> None:
        """By another connection: what was not committed is not there."""
        seen.append(OutsideCalendar.objects.get(pk=calendar.pk).wanted_at)
        connections.close_all()

    def ring() -> None:
        other = threading.Thread(target=look)
        other.start()
        other.join()

    monkeypatch.setattr(bell, "ring", ring)
    gate.run(lambda: refreshing.want(coach_ids=[ada.pk], now=NOW))
    assert seen == [NOW]
    gate.run(lambda: refreshing.want(coach_ids=[ada.pk], now=NOW + SECOND))
    assert seen == [NOW]


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
        # Whoever waited for it would wait ten seconds.
        monkeypatch.setattr(bell, "_OPTIONS", dict.fromkeys(bell._OPTIONS, 10) | {"max_retries": 0})
        monkeypatch.setattr(nudge, "SOCKET_TIMEOUT", 10)
        began = time.monotonic()
        bell.ring_on_commit()
        assert time.monotonic() - began < 5
        caller, _ = silent.accept()
        caller.close()
        assert bell._bell is not None
        assert bell._bell.quiet.wait(5)
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
