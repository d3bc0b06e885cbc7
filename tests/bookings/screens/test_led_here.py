"""A booking tells which page of ours led to it: carried from step to step, because only the first one's Referer knows."""

from typing import Any

import pytest
from django.test import Client

from bookings.models import EventType
from leads.models import Lead, Touch
from tests.bookings.screens.visit import PERSON, TZ, page

START = "2027-01-12T15:00:00Z"
GUIDE = "http://testserver/guides/tpm/?utm_source=newsletter&utm_campaign=fall"


def book_after(visitor: Client, address: str, clock: Any) -> Touch:
    """Book from this first page of the booking, every step by the link or form of the page before it."""
    times = page(visitor.get(f"{address}{'&' if '?' in address else '?'}tz={TZ}"))
    held = visitor.post(address.partition("?")[0], times.hidden | {"start": START})
    details = page(visitor.get(held["Location"]))
    clock.shift(5)
    assert visitor.post(held["Location"], details.hidden | PERSON).status_code == 303
    return Lead.objects.get().touches.get()


def test_the_page_that_was_read_before_stands_on_the_touch(visitor: Client, kind: EventType, clock: Any) -> None:
    kinds = page(visitor.get("/book/", headers={"referer": GUIDE}))
    visit = book_after(visitor, kinds.links["Choose a time for Career consultation"], clock)
    assert (visit.page, visit.referrer_page, visit.direct) == (f"/book/{kind.slug}/", "/guides/tpm/", False)
    assert (visit.utm_source, visit.utm_campaign) == ("newsletter", "fall")
    assert Lead.objects.get().first_source == "newsletter"


def test_so_does_the_page_that_linked_to_the_times(visitor: Client, kind: EventType, clock: Any) -> None:
    first = page(visitor.get(f"/book/{kind.slug}/", headers={"referer": GUIDE}))
    assert first.hidden["led"] == "/guides/tpm/?utm_source=newsletter&utm_campaign=fall"
    visit = book_after(visitor, f"/book/{kind.slug}/?led={first.hidden['led'].partition('?')[0]}", clock)
    assert (visit.referrer_page, Lead.objects.get().first_source) == ("/guides/tpm/", "/guides/tpm/")


def test_by_way_of_the_coaches_it_is_kept(visitor: Client, kind: EventType, clock: Any) -> None:
    kinds = page(visitor.get("/book/", headers={"referer": GUIDE}))
    coaches = page(visitor.get(kinds.links["Meet the coaches"]))
    visit = book_after(visitor, coaches.links["Career consultation with Ada Lovelace"], clock)
    assert visit.referrer_page == "/guides/tpm/"


def test_who_comes_from_nowhere_is_said_to_be_direct(visitor: Client, kind: EventType, clock: Any) -> None:
    visit = book_after(visitor, f"/book/{kind.slug}/", clock)
    assert (visit.referrer_page, visit.direct, Lead.objects.get().first_source) == ("", True, "")


@pytest.mark.parametrize(
    "before",
    [
        "http://testserver/book/",
        "http://testserver/coaches/",
        "http://testserver/booking/find/",
        "http://testserver/no/such/page/",
        "http://elsewhere.example/guides/tpm/",
        "http://[",
        "\x00",
    ],
)
def test_pages_of_the_booking_itself_and_of_others_lead_nowhere(visitor: Client, kind: EventType, before: str) -> None:
    shown = visitor.get(f"/book/{kind.slug}/", {"tz": TZ}, headers={"referer": before})
    assert shown.status_code == 200
    assert "led" not in page(shown).hidden


@pytest.mark.parametrize(
    "led", ["//evil.example/", "https://evil.example/", "\x00", "/" + "x" * 20_000, "/é", "javascript:1"]
)
def test_a_hostile_page_before_is_none(visitor: Client, kind: EventType, led: str) -> None:
    for path in ("/book/", "/coaches/", f"/book/{kind.slug}/"):
        assert "evil" not in visitor.get(path, {"led": led, "tz": TZ}).text
    assert "led" not in page(visitor.get(f"/book/{kind.slug}/", {"led": led, "tz": TZ})).hidden


def test_two_readers_of_kept_times_keep_their_own_pages(kind: EventType, clock: Any) -> None:
    for guide in ("/guides/tpm/", "/quiz/"):
        shown = page(Client().get(f"/book/{kind.slug}/", {"tz": TZ}, headers={"referer": f"http://testserver{guide}"}))
        assert shown.hidden["led"] == guide
