"""What stays behind when somebody has used the site: no network address, no ended session, nobody in a hint, no cookie."""

import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from institute.audit import tasks
from institute.audit.models import AuditRow
from institute.celery import app
from leads.models import Consent, Quarantine
from mail import nudge
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN, a_coach, a_type, book
from tests.institute.everywhere import Controls, World, world
from tests.institute.test_limits import doors, fill, send
from tests.leads.test_erasing import dump
from tests.mail.test_nudge import bell  # noqa: F401  a fixture
from tests.services import need, redis_url

HERE = "198.51.100.77"


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def there(clock: time_machine.Traveller) -> World:
    return world()


def test_a_visitors_network_address_is_nowhere_but_in_the_audit_and_there_for_a_week(
    there: World, clock: time_machine.Traveller
) -> None:
    for door in doors(there):
        client = Client(REMOTE_ADDR=HERE)
        form = fill(client, door, f"{door.limit}@example.org")
        clock.shift(timedelta(seconds=5))
        send(client, door, form | ({"wants_list": "on"} if "email" in form else {}), HERE)
        asked = send(client, door, form | {"form_time": "x"}, HERE)
        again = next((each for each in Controls(asked.content.decode()).forms if each.get("suspected")), {})
        clock.shift(timedelta(seconds=5))
        send(client, door, form | {name: again[name] for name in ("suspected", "form_time") if again}, HERE)
    assert (Consent.objects.exclude(address_hash="").count(), Quarantine.objects.count()) >= (1, 1)
    assert HERE not in dump()
    for n in range(62):
        client.get(f"/booking/{'B' * 30}{n:02}/")
    assert AuditRow.objects.filter(address=HERE).count() == 1
    assert HERE in dump(), "the search would find it"
    clock.shift(7 * DAY + HOUR)
    tasks.tidy()
    assert HERE not in dump()


def test_a_session_that_has_ended_is_taken_away(there: World, clock: time_machine.Traveller) -> None:
    client = Client()
    door = next(each for each in doors(there) if each.limit == "subscribe")
    form = fill(client, door, "grace@example.org")
    clock.shift(timedelta(seconds=5))
    send(client, door, form, HERE)
    assert Session.objects.count() == 1
    tasks.tidy()
    assert Session.objects.count() == 1
    clock.shift(12 * HOUR + timedelta(seconds=1))
    tasks.tidy()
    assert Session.objects.count() == 0


def test_a_task_is_told_nothing() -> None:
    """Every fact is in the database: a hint that is lost, or read by somebody else, says nothing of anybody."""
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    assert len(ours) > 8
    told = {name: [*inspect.signature(task.run).parameters] for name, task in ours.items()}
    assert {name: words for name, words in told.items() if words} == {}


def test_every_task_is_rung_for() -> None:
    """What lets go of people and addresses does so only where beat asks for it."""
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} == ours
    assert {"leads.retention", "leads.go_on", "leads.tidy", "audit.tidy", "mail.tidy"} <= ours


def _value(store: redis.Redis, key: bytes) -> Any:
    ask: dict[bytes, Callable[[], Any]] = {
        b"string": lambda: store.get(key),
        b"list": lambda: store.lrange(key, 0, -1),
        b"hash": lambda: store.hgetall(key),
        b"set": lambda: store.smembers(key),
        b"zset": lambda: store.zrange(key, 0, -1),
    }
    return ask[store.type(key)]()


@pytest.mark.django_db(transaction=True)
def test_a_dump_of_redis_names_nobody(bell: Callable[[str], Any]) -> None:  # noqa: F811
    url = redis_url()
    need("redis", there=url)
    bell(url)
    store = redis.Redis.from_url(url)
    kind = a_type(a_coach("ada"))
    for n in range(5):
        book(kind, TUESDAY_TEN + n * HOUR, name="Zoraida Quibblethorpe", email=f"lapislazuli{n}@example.org")
    assert nudge.settle(5)
    try:
        kept = [f"{key!r} {_value(store, key)!r}".lower() for key in store.scan_iter()]
    finally:
        store.delete("celery")
        store.close()
    assert any("mail.send_due" in line for line in kept), "there is something that could leak"
    assert [
        line for line in kept if any(mark in line for mark in ("zoraida", "quibble", "lapislazuli", "example.org"))
    ] == []


def test_a_page_sets_a_cookie_only_where_a_form_stands(there: World) -> None:
    """The guide, the roles, the search, the days and times: all of it can be read with cookies blocked."""
    without, told = [], {}
    for page in there.pages():
        if page.name in ("content:quiz_again", "mail:provider"):
            continue
        answer = Client().get(page.path)
        text = answer.content.decode() if "html" in answer.get("Content-Type", "") and not answer.streaming else ""
        if Controls(text).forms:
            told[page.name] = set(answer.cookies) - {"csrftoken"}
        else:
            without.append((page.name, dict(answer.cookies)))
    assert [entry for entry in without if entry[1]] == []
    assert {name: names for name, names in told.items() if names} == {}
    assert {"content:home", "content:guide", "content:role", "content:search", "content:privacy", "bookings:book"} <= {
        name for name, _ in without
    }
