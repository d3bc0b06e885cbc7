"""Outside calendars at the desk: a coach sees the own, and an address goes in and never comes out again."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from bookings.models import Coach, OutsideBusy, OutsideCalendar
from tests.bookings.admin.conftest import Own
from tests.bookings.house import DAY, HOUR, NOW

LIST, ADD = "admin:bookings_outsidecalendar_changelist", "admin:bookings_outsidecalendar_add"
SECRET = "https://calendar.example.org/private-0123456789abcdef/basic.ics"
NEW = "https://calendar.example.org/private-fedcba9876543210/other.ics"


@pytest.fixture
def own(alices: Own) -> OutsideCalendar:
    """Alice's calendar, with one coming and one past busy time."""
    row = OutsideCalendar.objects.create(
        coach=alices.coach, name="Work", url=SECRET, tried_at=NOW, fetched_at=NOW - 3 * HOUR, etag='"7"', skipped=4
    )
    OutsideBusy.objects.create(calendar=row, start=NOW + DAY, end=NOW + DAY + HOUR)
    OutsideBusy.objects.create(calendar=row, start=NOW - DAY, end=NOW - DAY + HOUR)
    return row


@pytest.fixture
def anothers(bobs: Own) -> OutsideCalendar:
    return OutsideCalendar.objects.create(coach=bobs.coach, name="Zebra", url=NEW, tried_at=NOW)


def page(row: OutsideCalendar, name: str = "change") -> str:
    return reverse(f"admin:bookings_outsidecalendar_{name}", args=[row.pk])


def form(coach: Coach, **changes: str) -> dict[str, str]:
    return {"coach": str(coach.pk), "name": "Work", "address": "", "enabled": "on"} | changes


def version(coach: Coach) -> int:
    return Coach.objects.get(pk=coach.pk).version


def test_a_coach_adds_a_calendar_and_the_worker_is_asked(alice: Client, alices: Own) -> None:
    before = version(alices.coach)
    answer = alice.post(reverse(ADD), form(alices.coach, address="webcal://calendar.example.org/x.ics"))
    assert answer.status_code == 302
    row = OutsideCalendar.objects.get()
    assert (row.coach, row.url, row.enabled, row.wanted_at) == (
        alices.coach,
        "https://calendar.example.org/x.ics",
        True,
        NOW,
    )
    assert version(alices.coach) == before + 1


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("", "This field is required."),
        ("http://127.0.0.1/secret", "The host name is unknown or leads to an address that is not public."),
        ("http://redis:6379/secret", "Calendars are not fetched from port 6379."),
        ("ftp://example.org/secret", "The address must begin with https://, http:// or webcal://."),
        ("https://me:secret@example.org/", "The address must not hold a user name or a password."),
    ],
)
def test_an_address_that_the_worker_would_refuse_is_refused_at_once_and_not_shown(
    alice: Client, alices: Own, address: str, sentence: str
) -> None:
    answer = alice.post(reverse(ADD), form(alices.coach, address=address))
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors == {"address": [sentence]}
    assert b"secret@" not in answer.content
    assert b"/secret" not in answer.content
    assert OutsideCalendar.objects.count() == 0


def test_an_empty_address_keeps_the_one_there_is(alice: Client, own: OutsideCalendar) -> None:
    assert alice.post(page(own), form(own.coach, name="Office")).status_code == 302
    own.refresh_from_db()
    assert (own.name, own.url, own.fetched_at, own.etag) == ("Office", SECRET, NOW - 3 * HOUR, "")
    assert OutsideBusy.objects.count() == 2


def test_a_new_address_is_fetched_at_once_and_the_old_times_stay_until_then(
    alice: Client, own: OutsideCalendar
) -> None:
    assert alice.post(page(own), form(own.coach, address=NEW)).status_code == 302
    own.refresh_from_db()
    assert (own.url, own.etag, own.wanted_at) == (NEW, "", NOW)
    assert OutsideBusy.objects.count() == 2


def test_switching_off_gives_the_time_free(alice: Client, own: OutsideCalendar) -> None:
    before = version(own.coach)
    answer = alice.post(page(own), {key: value for key, value in form(own.coach).items() if key != "enabled"})
    assert answer.status_code == 302
    own.refresh_from_db()
    assert (own.enabled, own.wanted_at, OutsideBusy.objects.count()) == (False, None, 0)
    assert version(own.coach) > before


def test_deleting_gives_the_time_free_and_does_not_list_a_thousand_rows(alice: Client, own: OutsideCalendar) -> None:
    before = version(own.coach)
    asked = alice.get(page(own, "delete"))
    assert asked.status_code == 200
    assert b"12 January" not in asked.content
    assert b"2027-01-12" not in asked.content
    assert alice.post(page(own, "delete"), {"post": "yes"}).status_code == 302
    assert (OutsideCalendar.objects.count(), OutsideBusy.objects.count()) == (0, 0)
    assert version(own.coach) > before


def test_deleting_many_reaches_own_ones_only(alice: Client, own: OutsideCalendar, anothers: OutsideCalendar) -> None:
    before = version(own.coach)
    chosen = {"action": "delete_selected", "_selected_action": [own.pk, anothers.pk], "post": "yes"}
    assert alice.post(reverse(LIST), chosen).status_code == 302
    assert list(OutsideCalendar.objects.all()) == [anothers]
    assert version(own.coach) > before


def test_fetch_now_asks_the_worker_for_own_ones_only(
    alice: Client, own: OutsideCalendar, anothers: OutsideCalendar
) -> None:
    alice.post(reverse(LIST), {"action": "fetch_now", "_selected_action": [own.pk, anothers.pk]})
    assert dict(OutsideCalendar.objects.values_list("name", "wanted_at")) == {"Work": NOW, "Zebra": None}


def test_what_the_worker_found_is_shown_in_words(alice: Client, own: OutsideCalendar) -> None:
    OutsideCalendar.objects.update(failures=2, error="The calendar’s server answered 500.")
    for path in (reverse(LIST), page(own)):
        text = alice.get(path).content.decode()
        assert "3\xa0hours ago" in text
        assert "The calendar’s server answered 500." in text
    text = alice.get(page(own)).content.decode()
    assert "calendar.example.org, ends in “.ics”" in text
    assert "Tue 12 January 2027, 10:00–11:00" in text
    assert "Sun 10 January 2027" not in text


@pytest.mark.parametrize("who", ["alice", "owner", "advisor"])
def test_no_page_shows_an_address(request: pytest.FixtureRequest, own: OutsideCalendar, who: str) -> None:
    client = request.getfixturevalue(who)
    if who != "advisor":
        client.post(page(own), form(own.coach, address=NEW))
        client.post(page(own), form(own.coach, address=NEW, name=""))
    for path in (reverse(LIST), page(own), page(own, "history"), page(own, "delete")):
        answer = client.get(path)
        assert answer.status_code == (403 if who == "advisor" and path.endswith("delete/") else 200)
        assert b"private-" not in answer.content
    refused = client.post(page(own), form(own.coach, address=NEW + "x" * 2000))
    assert b"private-" not in refused.content
    entries = LogEntry.objects.values_list("object_repr", "change_message")
    assert not [entry for entry in entries if "private-" in str(entry) or "calendar.example" in str(entry)]


@pytest.mark.parametrize("who", ["alice", "owner", "advisor"])
@pytest.mark.parametrize(
    "lookup", ["url__startswith", "url", "url__contains", "etag__startswith", "busy__calendar__url__contains"]
)
def test_no_filter_in_the_address_bar_lets_an_address_be_guessed(
    request: pytest.FixtureRequest, own: OutsideCalendar, who: str, lookup: str
) -> None:
    client = request.getfixturevalue(who)
    answers = [client.get(reverse(LIST), {lookup: given}) for given in ("https://calendar.example.org/p", "nothing")]
    assert [answer.status_code for answer in answers] == [400, 400]
    coaches = client.get(reverse("admin:bookings_coach_changelist"), {f"outside_calendars__{lookup}": "https"})
    assert coaches.status_code == 400


def test_searching_does_not_look_into_addresses(owner: Client, own: OutsideCalendar) -> None:
    assert owner.get(reverse(LIST), {"q": "private"}).context["cl"].result_count == 0


def test_anothers_calendar_is_404_on_every_path(alice: Client, own: OutsideCalendar, anothers: OutsideCalendar) -> None:
    for name in ("change", "delete", "history"):
        assert (name, alice.get(page(anothers, name)).status_code) == (name, 404)
        assert (name, alice.post(page(anothers, name), form(own.coach, address=SECRET)).status_code) == (name, 404)
    anothers.refresh_from_db()
    assert anothers.url == NEW
    assert b"Zebra" not in alice.get(reverse(LIST)).content


def test_a_calendar_cannot_be_given_to_another(alice: Client, own: OutsideCalendar, bobs: Own) -> None:
    assert alice.post(page(own), form(bobs.coach)).status_code == 200
    assert alice.post(reverse(ADD), form(bobs.coach, address=NEW)).status_code == 200
    assert list(OutsideCalendar.objects.values_list("coach", flat=True)) == [own.coach_id]


def test_what_the_worker_wrote_meanwhile_is_kept(
    alice: Client, own: OutsideCalendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form was read before the worker wrote, and saved after."""
    from bookings.admin import outside

    real = outside.gate.lock

    def lock(*ids: int) -> object:
        OutsideCalendar.objects.update(fetched_at=NOW, tried_at=NOW + timedelta(seconds=1), failures=0)
        return real(*ids)

    monkeypatch.setattr(outside.gate, "lock", lock)
    assert alice.post(page(own), form(own.coach, name="Office")).status_code == 302
    own.refresh_from_db()
    assert (own.name, own.fetched_at, own.tried_at) == ("Office", NOW, NOW + timedelta(seconds=1))


def test_the_list_costs_the_same_for_one_and_three(
    owner: Client, own: OutsideCalendar, anothers: OutsideCalendar
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        owner.get(reverse(LIST))
        with CaptureQueriesContext(
            connection,
        ) as found:
            owner.get(reverse(LIST))
        return len(found)

    two = queries()
    for name in "abc":
        OutsideCalendar.objects.create(coach=own.coach, name=name, url=SECRET)
    assert queries() == two
