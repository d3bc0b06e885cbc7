"""Logs are JSON lines in UTC, and nobody who used the site stands in them: not after any form, failure or error."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client

from bookings import links, services
from institute.logs import JsonLines
from leads.models import Lead
from mail import sender
from tests.bookings.house import NOW, a_coach, a_type, book
from tests.institute.everywhere import World, world
from tests.institute.test_limits import doors, fill, send

# Twenty people, by what could be found of them: name, address and number have nothing in common.
PEOPLE = [
    (f"Zoraida Quibblethorpe{n:02}", f"lapislazuli{n:02}@quagmire{n:02}.example", f"+1215430{2200 + n}")
    for n in range(20)
]
MARKS = ["zoraida", "quibblethorpe", "lapislazuli", "2154302"]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any logger says, as production writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def there(clock: time_machine.Traveller) -> World:
    return world()


def found(written: str) -> list[str]:
    """The lines in which somebody stands, whatever the spelling of the number."""
    plain = [
        line.lower().replace(" ", "").replace("-", "").replace("(", "").replace(")", "")
        for line in written.splitlines()
    ]
    return [line for line in plain if any(mark in line for mark in MARKS)]


def test_nobody_stands_in_the_logs_after_every_flow_and_failure(
    there: World, clock: time_machine.Traveller, log: io.StringIO, settings: Any
) -> None:
    User.objects.create_user("lapislazuli-staff", password="quibblethorpe-secret")
    settings.MAIL_TRANSPORT, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp", "127.0.0.1", 1  # nobody listens there
    sent = 0
    for turn, door in enumerate(doors(there)):
        for n, (name, email, phone) in enumerate(PEOPLE[turn * 2 : turn * 2 + 2]):
            client = Client(raise_request_exception=False, REMOTE_ADDR=f"198.51.100.{turn}")
            form = fill(client, door, email)
            typed = {"name": name, "email": email, "phone": phone, "message": f"{name}, {phone}", "question": name}
            form |= {key: value for key, value in typed.items() if key in form}
            clock.shift(timedelta(seconds=5))
            answers = [send(client, door, form, f"198.51.100.{n}")]
            answers += [send(client, door, form | {"email": f"{name}@", "form_time": "x"}, "198.51.100.9")]
            answers += [client.get(f"/booking/find/?email={email}&name={name}"), client.get(f"/no/{email}/{phone}/")]
            sent += len(answers)
    client.post("/admin/login/", {"username": PEOPLE[0][1], "password": "quibblethorpe-secret"})
    client.get("/", headers={"Host": "evil.example"})
    for _ in range(3):
        sender.drain(clock=lambda: NOW + timedelta(minutes=5))
    services.decline_unanswered(now=NOW + timedelta(days=9))
    lines = log.getvalue()
    assert sent > 60
    assert "the mail server cannot be used" in lines, "there is something that could leak"
    assert found(lines) == []
    for line in lines.splitlines():
        told = json.loads(line)
        assert told["at"].endswith("+00:00")
        assert {"at", "level", "from", "what"} <= set(told)


def test_a_links_token_is_in_no_line_however_its_page_is_asked_for(there: World, log: io.StringIO) -> None:
    kind = a_type(a_coach("logged"), slug="logged")
    raw = links.mint_manage(booking=book(kind), now=NOW)
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    pages = [
        f"/booking/{raw}/",
        f"/booking/{raw}/move/",
        f"/booking/{raw}/no-such-page/",
        f"/booking/{raw}",
        f"/{raw}/",
    ]
    for page in pages:
        for ask in (client.get, client.post, client.put, client.delete):
            ask(page)
        client.get(f"{page}?from={page}")
        client.get(page, headers={"Host": "evil.example"})
    lines = log.getvalue()
    assert lines.count("/booking/***/") > 10, "there is something that could leak"
    assert raw not in lines


def raised(log: io.StringIO, error: Exception) -> str:
    logging.getLogger("django.request").error("Internal Server Error: /subscribe/", exc_info=error)
    return log.getvalue().splitlines()[-1]


def test_an_error_is_logged_with_its_place_and_without_its_values(db: None, log: io.StringIO) -> None:
    name, email, phone = PEOPLE[0]
    Lead.objects.create(email=email, name=name, phone=phone, created_at=NOW)
    cases: list[Any] = [
        lambda: int(name),
        lambda: {}[email],
        lambda: Lead.objects.create(email=email, name=name, created_at=NOW),
        lambda: Lead.objects.create(email="x@example.org", name=name, phone=phone, created_at=None),
    ]
    for case in cases:
        try:
            with transaction.atomic():
                case()
        except (ValueError, KeyError, IntegrityError) as error:
            try:
                raise RuntimeError(f"While booking for '{name}'") from error
            except RuntimeError as outer:
                line = raised(log, outer)
        assert found(line) == []
        told = json.loads(line)["error"]
        assert "test_logs.py" in told
        assert "builtins.RuntimeError: While booking for ***" in told
        assert told.count("Traceback") >= 2, "with what led to it"
    assert "duplicate key value" in log.getvalue() or "UNIQUE constraint failed" in log.getvalue()


def test_a_line_break_in_what_is_logged_makes_no_second_line(log: io.StringIO) -> None:
    logging.getLogger("leads").warning("one\r\ntwo\u2028three\x85four %s", "a\nb")
    (line,) = log.getvalue().splitlines()
    assert json.loads(line)["what"] == "one\r\ntwo\u2028three\x85four a\nb"
    assert line.isascii()


@pytest.mark.urls("tests.institute.urls")
def test_all_lines_of_one_request_have_its_id_and_no_others(db: None, log: io.StringIO) -> None:
    client = Client(raise_request_exception=False)
    for path in ("/broken/", "/no-such-page/", "/broken/"):
        client.get(path)
    logging.getLogger("leads").warning("between two requests")
    said: dict[str, set[str]] = {}
    for line in map(json.loads, log.getvalue().splitlines()):
        said.setdefault(line.get("request_id", ""), set()).add(line["from"])
    broken, missing, after = {"django.request", "institute.views"}, {"django.request"}, {"leads"}
    assert list(said.values()) == [broken, missing, broken, after]
    assert [len(each) for each in said] == [12, 12, 12, 0]


def test_the_database_says_more_than_the_log_does(db: None) -> None:
    """The guard of the test above: there is something to leave out."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite names no values")
    Lead.objects.create(email=PEOPLE[0][1], created_at=NOW)
    with pytest.raises(IntegrityError, match="lapislazuli"), transaction.atomic():
        Lead.objects.create(email=PEOPLE[0][1], created_at=NOW)
