"""A person says what became of a call."""

from decimal import Decimal

import pytest

from bookings import services
from bookings.errors import NotActive
from bookings.models import Booking, EventType
from leads.models import Activity, Lead
from mail.models import Message
from tests.bookings.house import DAY, MINUTE, TUESDAY_TEN, a_coach, a_type, book, cancel, history_replays, hold
from tests.bookings.services.verbs import counted

pytestmark = pytest.mark.django_db
AFTER = TUESDAY_TEN + 30 * MINUTE


@pytest.fixture
def kind() -> EventType:
    return a_type(a_coach(), cancel_window=0 * MINUTE)


@pytest.fixture
def booking(kind: EventType) -> Booking:
    return book(kind)


def test_a_call_that_took_place_moves_its_lead_on(booking: Booking) -> None:
    done = services.record_outcome(booking=booking, outcome="completed", actor="ada", now=AFTER)
    assert (done.status, done.version, Lead.objects.get().stage) == ("completed", 1, "call_done")
    assert done.events.get(name="outcome").actor == "ada"
    assert Activity.objects.filter(kind="booking").last() is not None
    assert history_replays()


def test_an_outcome_can_be_corrected(booking: Booking) -> None:
    services.record_outcome(booking=booking, outcome="no_show", actor="ada", now=AFTER)
    assert Lead.objects.get().stage == "call_booked"
    assert services.record_outcome(booking=booking, outcome="completed", actor="ada", now=AFTER).status == "completed"
    services.record_outcome(booking=booking, outcome="completed", actor="ada", now=AFTER)
    assert booking.events.filter(name="outcome").count() == 2


def test_nobody_has_done_a_call_before_its_end(booking: Booking) -> None:
    with pytest.raises(NotActive):
        services.record_outcome(booking=booking, outcome="completed", actor="ada", now=AFTER - MINUTE)


def test_what_was_no_call_has_no_outcome(kind: EventType, booking: Booking) -> None:
    cancelled, held = cancel(booking), hold(kind)
    for each in (cancelled, held):
        with pytest.raises(NotActive):
            services.record_outcome(booking=each, outcome="completed", actor="ada", now=AFTER)


def test_only_the_two_outcomes_are_known(booking: Booking) -> None:
    with pytest.raises(ValueError, match="Not an outcome"):
        services.record_outcome(booking=booking, outcome="cancelled", actor="ada", now=AFTER)


def test_what_comes_next_and_what_somebody_enrolled_in_are_kept(booking: Booking) -> None:
    with counted(booking.coach):
        done = services.record_outcome(
            booking=booking,
            outcome="completed",
            actor="ada",
            now=AFTER,
            next_step="Send the\r\nworkbook",
            programme="TPM in twelve weeks",
            programme_value=Decimal("1999.50"),
        )
    done.refresh_from_db()
    assert (done.next_step, done.programme, done.programme_value) == (
        "Send the workbook",
        "TPM in twelve weeks",
        Decimal("1999.50"),
    )
    assert Lead.objects.get().stage == "enrolled"
    summary = Activity.objects.filter(kind="booking").order_by("id").last().summary
    assert summary.endswith("Send the workbook, enrolled in TPM in twelve weeks")
    assert history_replays()


def test_the_same_outcome_again_writes_nothing(booking: Booking) -> None:
    for _ in range(2):
        services.record_outcome(booking=booking, outcome="completed", actor="ada", now=AFTER, next_step="Workbook")
    assert booking.events.filter(name="outcome").count() == 1
    with counted():
        services.record_outcome(booking=booking, outcome="completed", actor="bob", now=AFTER, next_step="Workbook")


def test_the_reminders_of_a_call_that_is_over_are_not_sent(booking: Booking) -> None:
    services.record_outcome(booking=booking, outcome="no_show", actor="ada", now=AFTER)
    assert not Message.objects.filter(kind="bookings.reminder", status="due").exists()


def test_a_corrected_outcome_withdraws_what_was_to_be_said(booking: Booking) -> None:
    services.record_outcome(booking=booking, outcome="no_show", actor="ada", now=AFTER)
    services.record_outcome(booking=booking, outcome="completed", actor="ada", now=AFTER + MINUTE)
    due = Message.objects.filter(recipient="grace@example.org", status="due", created_at__gte=AFTER)
    assert list(due.values_list("kind", flat=True)) == ["bookings.follow_up"]


def test_an_outcome_of_long_ago_is_no_news(booking: Booking) -> None:
    services.record_outcome(booking=booking, outcome="completed", actor="ada", now=AFTER + 4 * DAY)
    assert not Message.objects.filter(created_at__gte=AFTER).exists()


def test_somebody_who_did_not_come_did_not_enrol(booking: Booking) -> None:
    services.record_outcome(booking=booking, outcome="no_show", actor="ada", now=AFTER, programme="TPM in twelve weeks")
    assert Lead.objects.get().stage == "call_booked"


def test_a_corrected_next_step_is_an_event_of_its_own(booking: Booking) -> None:
    for step in ("Call again", "Call again", "Write"):
        services.record_outcome(booking=booking, outcome="completed", actor="ada", now=AFTER, next_step=step)
    assert [each.new.get("next_step") for each in booking.events.filter(name="outcome")] == ["Call again", "Write"]
