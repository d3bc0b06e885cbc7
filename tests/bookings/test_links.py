"""Links: one booking, one purpose, until a day after the call, and only for the address they went to."""

from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from bookings import links, services
from bookings.models import Booking
from mail.errors import LinkUnknown
from mail.models import LinkToken
from tests.bookings.house import DAY, MINUTE, NOW, TUESDAY_TEN, a_coach, a_type, book, hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking() -> Booking:
    return book(a_type(a_coach()))


def test_a_manage_link_opens_its_booking_until_a_day_after_the_call(booking: Booking) -> None:
    raw = links.mint_manage(booking=booking, now=NOW)
    end = TUESDAY_TEN + 30 * MINUTE + DAY
    assert links.find_booking(raw, purpose="manage", now=end - MINUTE) == booking
    with pytest.raises(LinkUnknown):
        links.find_booking(raw, purpose="manage", now=end)


@pytest.mark.parametrize("purpose", ["hold", "confirm", "unsubscribe", "preferences", "approve", "feed"])
def test_a_manage_link_is_refused_for_every_other_purpose(booking: Booking, purpose: str) -> None:
    raw = links.mint_manage(booking=booking, now=NOW)
    with pytest.raises(LinkUnknown):
        links.find_booking(raw, purpose=purpose, now=NOW)


def test_a_hold_link_does_not_manage(booking: Booking) -> None:
    raw = links.mint_hold(booking=hold(booking.event_type, TUESDAY_TEN + DAY), now=NOW)
    assert links.find_booking(raw, purpose="hold", now=NOW).status == "held"
    with pytest.raises(LinkUnknown):
        links.find_booking(raw, purpose="manage", now=NOW)


def test_a_corrected_address_kills_the_old_links(booking: Booking) -> None:
    raw = links.mint_manage(booking=booking, now=NOW)
    Booking.objects.update(attendee_email="right@example.org")
    with pytest.raises(LinkUnknown):
        links.find_booking(raw, purpose="manage", now=NOW)


def test_a_token_about_something_else_opens_no_booking(booking: Booking) -> None:
    raw = links.mint_manage(booking=booking, now=NOW)
    for subject in (f"lead:{booking.uid}", "nothing", f"booking:{uuid4()}"):
        LinkToken.objects.update(subject=subject)
        with pytest.raises(LinkUnknown):
            links.find_booking(raw, purpose="manage", now=NOW)


def test_a_path_is_made_of_the_token() -> None:
    assert links.manage_path("t" * 32) == f"/booking/{'t' * 32}/"


def test_links_for_web_calendars_hold_the_call_and_nothing_about_the_person(booking: Booking) -> None:
    urls = dict(links.add_to_calendar(booking))
    google = parse_qs(urlsplit(urls["Google Calendar"]).query)
    assert google["dates"] == ["20270112T150000Z/20270112T153000Z"]
    assert google["text"] == ["Career consultation with Ada"]
    outlook = parse_qs(urlsplit(urls["Outlook"]).query)
    assert (outlook["startdt"], outlook["enddt"]) == (["2027-01-12T15:00:00+00:00"], ["2027-01-12T15:30:00+00:00"])
    assert not any(word in "".join(urls.values()) for word in ("Grace", "grace", "Which role"))


def test_mailed_links_live_as_long_as_the_call_they_open_wherever_it_is_moved(booking: Booking) -> None:
    raw = links.mint_manage(booking=booking, now=NOW)
    moved = services.reschedule(
        booking=booking, start=TUESDAY_TEN + 14 * DAY, coach=None, actor_kind="attendee", actor="", why="", now=NOW
    )
    assert links.find_booking(raw, purpose=links.MANAGE, now=moved.end) == booking
    with pytest.raises(LinkUnknown):
        links.find_booking(raw, purpose=links.MANAGE, now=moved.end + 2 * DAY)
