"""The attendee's address: links on request, and what happens when it was wrong."""

import pytest

from bookings import links, services
from bookings.errors import NotActive
from bookings.models import Booking
from leads.models import Lead
from mail.errors import LinkUnknown
from mail.models import Message
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN, a_coach, a_type, book, cancel, history_replays

pytestmark = pytest.mark.django_db
START = TUESDAY_TEN + 7 * DAY


@pytest.fixture
def booking() -> Booking:
    return book(a_type(a_coach()), START)


def mailed() -> list[str]:
    return list(Message.objects.filter(kind="bookings.links").values_list("recipient", flat=True))


def test_links_go_to_an_address_that_has_a_coming_call_and_to_no_other(booking: Booking) -> None:
    services.mail_links(email="stranger@example.org", now=NOW)
    assert mailed() == []
    services.mail_links(email=" GRACE@example.org", now=NOW)
    assert mailed() == ["grace@example.org"]
    cancel(booking)
    services.mail_links(email="grace@example.org", now=NOW)
    assert mailed() == ["grace@example.org"]


def test_nobodys_mailbox_is_flooded_with_links(booking: Booking) -> None:
    for _ in range(5):
        services.mail_links(email="grace@example.org", now=NOW)
    assert len(mailed()) == 3
    services.mail_links(email="grace@example.org", now=NOW + DAY)
    assert len(mailed()) == 4


def test_a_corrected_address_gets_the_confirmation_and_the_old_one_loses_everything(booking: Booking) -> None:
    raw = links.mint_manage(booking=booking, now=NOW)
    right = services.change_email(booking=booking, email="Right@example.org", actor="olivia", now=NOW + HOUR)
    assert (right.attendee_email, right.version, right.version_at) == ("right@example.org", 2, NOW + HOUR)
    assert right.lead == Lead.objects.get(email="right@example.org")
    with pytest.raises(LinkUnknown):
        links.find_booking(raw, purpose="manage", now=NOW + HOUR)
    rows = set(Message.objects.values_list("recipient", "status"))
    assert sorted(rows) == [("grace@example.org", "cancelled"), ("right@example.org", "due")]
    assert Message.objects.filter(kind="bookings.confirmed", topic_version=2).count() == 1
    assert history_replays()


def test_the_same_address_again_changes_nothing(booking: Booking) -> None:
    same = services.change_email(booking=booking, email="GRACE@example.org", actor="olivia", now=NOW)
    assert (same.version, booking.events.count()) == (1, 1)


def test_only_a_coming_call_has_an_address_to_correct(booking: Booking) -> None:
    with pytest.raises(NotActive):
        services.change_email(booking=booking, email="right@example.org", actor="olivia", now=START)
    cancel(booking)
    with pytest.raises(NotActive):
        services.change_email(booking=booking, email="right@example.org", actor="olivia", now=NOW)
