"""Confirming: one form, one call, with everything that belongs to it in one transaction."""

from datetime import timedelta
from unittest import mock

import pytest
from django.contrib.auth.models import User

from bookings import services
from bookings.errors import KeyReused, NotOffered, PhoneNeeded, SlotTaken
from bookings.models import Booking, Coach, EventType, LocationKind
from leads.models import Activity, Lead
from mail.models import Message, Topic
from tests.bookings.house import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    TUESDAY_TEN,
    a_coach,
    a_type,
    book,
    cancel,
    history_replays,
    hold,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Coach:
    return a_coach(user=User.objects.create_user("ada", "ada@institute.example"))


@pytest.fixture
def kind(ada: Coach) -> EventType:
    return a_type(ada)


def messages() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("kind", "due_at").values_list("kind", "recipient"))


def test_a_held_time_becomes_the_call_with_all_that_belongs_to_it(kind: EventType, ada: Coach) -> None:
    start = TUESDAY_TEN + 7 * DAY
    held = hold(kind, start, ada)
    booked = Booking.objects.get(pk=book(kind, start, ada, hold=held, now=NOW + MINUTE).pk)
    assert (booked.pk, booked.uid) == (held.pk, held.uid)
    assert (booked.status, booked.version, booked.version_at) == ("confirmed", 1, NOW + MINUTE)
    assert (booked.held_until, booked.attendee_name, booked.attendee_email) == (
        None,
        "Grace Visitor",
        "grace@example.org",
    )
    lead = Lead.objects.get()
    assert (booked.lead, lead.email, lead.stage, lead.time_zone) == (
        lead,
        "grace@example.org",
        "call_booked",
        "America/Chicago",
    )
    assert Activity.objects.filter(kind="booking").get().data["booking"] == str(booked.uid)
    assert list(lead.touches.values_list("page", flat=True)) == ["/book/consultation/"]
    assert messages() == [
        ("bookings.coach_confirmed", "ada@institute.example"),
        ("bookings.coach_reminder", "ada@institute.example"),
        ("bookings.coach_reminder", "ada@institute.example"),
        ("bookings.confirmed", "grace@example.org"),
        ("bookings.reminder", "grace@example.org"),
        ("bookings.reminder", "grace@example.org"),
    ]
    topic = Topic.objects.get(key=f"booking:{booked.uid}")
    assert {(row.topic, row.topic_version) for row in Message.objects.all()} == {(topic, booked.version)}
    assert [event.name for event in booked.events.all()] == ["held", "confirmed"]
    assert history_replays()


def test_a_call_can_be_booked_without_a_hold(kind: EventType, ada: Coach) -> None:
    booked = book(kind, coach=ada)
    assert (booked.status, booked.coach) == ("confirmed", ada)
    assert history_replays()


def test_a_live_hold_is_judged_by_the_rules_of_when_it_was_placed(kind: EventType, ada: Coach) -> None:
    held = hold(kind, coach=ada)
    EventType.objects.filter(pk=kind.pk).update(minimum_notice=timedelta(days=5), booking_window=timedelta(hours=1))
    assert book(kind, coach=ada, hold=held, now=NOW + MINUTE).pk == held.pk


def test_busy_time_is_asked_again_even_for_a_live_hold(kind: EventType, ada: Coach) -> None:
    held = hold(kind, coach=ada)
    services.add_time_off(coach=ada, start=TUESDAY_TEN, end=TUESDAY_TEN + HOUR, note="ill", now=NOW)
    with pytest.raises(SlotTaken):
        book(kind, coach=ada, hold=held, now=NOW + MINUTE)
    assert Lead.objects.count() == 0, "nothing was written"


def test_a_hold_that_ran_out_is_booked_all_the_same_while_the_time_is_free(kind: EventType, ada: Coach) -> None:
    held = hold(kind, coach=ada)
    booked = book(kind, coach=ada, hold=held, now=NOW + 10 * MINUTE)
    held.refresh_from_db()
    assert (held.status, booked.status, booked.start) == ("expired", "confirmed", TUESDAY_TEN)
    assert history_replays()


def test_a_hold_that_ran_out_loses_to_whoever_came_meanwhile(kind: EventType, ada: Coach) -> None:
    held = hold(kind, coach=ada)
    book(kind, coach=ada, now=NOW + 10 * MINUTE, email="other@example.org")
    with pytest.raises(SlotTaken):
        book(kind, coach=ada, hold=held, now=NOW + 11 * MINUTE)
    assert list(Lead.objects.values_list("email", flat=True)) == ["other@example.org"]


def test_a_hold_that_ran_out_is_judged_by_the_rules_of_now(kind: EventType, ada: Coach) -> None:
    held = hold(kind, coach=ada, now=TUESDAY_TEN - 2 * HOUR)
    with pytest.raises(NotOffered, match="notice"):
        book(kind, coach=ada, hold=held, now=TUESDAY_TEN - 110 * MINUTE)


def test_a_hold_renewed_past_its_own_start_books_nothing(kind: EventType, ada: Coach) -> None:
    EventType.objects.filter(pk=kind.pk).update(minimum_notice=timedelta())
    held = hold(kind, coach=ada, now=TUESDAY_TEN - 5 * MINUTE)
    services.renew_hold(booking=held, now=TUESDAY_TEN)
    with pytest.raises(NotOffered):
        book(kind, coach=ada, hold=held, now=TUESDAY_TEN + MINUTE)
    assert Booking.objects.get().status == "held"


def test_a_form_for_another_time_than_the_hold_gives_the_hold_up(kind: EventType, ada: Coach) -> None:
    held = hold(kind, coach=ada)
    booked = book(kind, TUESDAY_TEN + HOUR, ada, hold=held)
    held.refresh_from_db()
    assert (held.status, booked.start) == ("expired", TUESDAY_TEN + HOUR)
    assert book(kind, coach=ada, email="next@example.org").start == TUESDAY_TEN


def test_the_same_form_again_is_the_first_booking(kind: EventType, ada: Coach) -> None:
    held = hold(kind, coach=ada)
    first = book(kind, coach=ada, hold=held, idempotency_key="k" * 32)
    again = book(kind, coach=ada, hold=held, idempotency_key="k" * 32, now=NOW + HOUR)
    assert (again.pk, Booking.objects.count()) == (first.pk, 1)
    assert Message.objects.filter(kind="bookings.confirmed").count() == 1


def test_the_same_form_again_is_the_first_booking_even_when_that_was_cancelled(kind: EventType, ada: Coach) -> None:
    start = TUESDAY_TEN + 7 * DAY
    first = book(kind, start, ada, idempotency_key="k" * 32)
    cancel(first)
    assert book(kind, start, ada, idempotency_key="k" * 32).status == "cancelled"


def test_the_same_form_again_knows_the_coach_who_has_the_call_now(kind: EventType, ada: Coach) -> None:
    """The hold that the page has read is older than the lock."""
    bob = a_coach("bob")
    kind.coaches.add(bob)
    held = hold(kind, coach=ada)
    first = book(kind, coach=ada, hold=held, idempotency_key="k" * 32)
    services.reassign(booking=first, actor="olga", why="Ada is ill.", coach=bob, now=NOW)
    again = book(kind, coach=ada, hold=held, idempotency_key="k" * 32, now=NOW + HOUR)
    assert (again.pk, again.coach) == (first.pk, bob)
    assert again.title.endswith(bob.name)


def test_the_same_key_with_other_data_is_refused(kind: EventType, ada: Coach) -> None:
    book(kind, coach=ada, idempotency_key="k" * 32)
    for change in ({"email": "other@example.org"}, {"name": "Eve"}, {"questions": ""}, {"phone": "+12155550100"}):
        with pytest.raises(KeyReused):
            book(kind, coach=ada, idempotency_key="k" * 32, **change)
    with pytest.raises(KeyReused):
        book(kind, TUESDAY_TEN + HOUR, ada, idempotency_key="k" * 32)
    assert Booking.objects.count() == 1


def test_a_key_is_stored_only_with_success(kind: EventType, ada: Coach) -> None:
    book(kind, coach=ada, email="first@example.org")
    with pytest.raises(SlotTaken):
        book(kind, coach=ada, idempotency_key="k" * 32)
    assert book(kind, TUESDAY_TEN + HOUR, ada, idempotency_key="k" * 32).status == "confirmed"


def test_two_copies_of_a_form_for_one_hold_make_one_call(kind: EventType, ada: Coach) -> None:
    held = hold(kind, coach=ada)
    first = book(kind, coach=ada, hold=held, idempotency_key="a" * 32)
    assert book(kind, coach=ada, hold=held, idempotency_key="b" * 32).pk == first.pk
    with pytest.raises(KeyReused):
        book(kind, coach=ada, hold=held, idempotency_key="c" * 32, email="other@example.org")
    assert Booking.objects.count() == 1


def test_where_the_coach_phones_a_number_is_needed(kind: EventType, ada: Coach) -> None:
    EventType.objects.filter(pk=kind.pk).update(location_kind=LocationKind.PHONE, location_detail="")
    kind.refresh_from_db()
    with pytest.raises(PhoneNeeded):
        book(kind, coach=ada)
    booked = book(kind, coach=ada, phone="+12155550100")
    assert (booked.location_kind, booked.attendee_phone) == ("phone", "+12155550100")


def test_a_coachs_own_link_is_used_where_it_is_of_the_same_kind(kind: EventType, ada: Coach) -> None:
    Coach.objects.filter(pk=ada.pk).update(location_kind="video", location_detail="https://meet.example.org/ada")
    assert book(kind, coach=ada).location_detail == "https://meet.example.org/ada"
    Coach.objects.filter(pk=ada.pk).update(location_kind="in_person")
    assert book(kind, TUESDAY_TEN + HOUR, ada).location_detail == "https://meet.example.org/room"


def test_what_was_typed_is_cleaned_before_it_is_stored(kind: EventType, ada: Coach) -> None:
    booked = book(
        kind,
        coach=ada,
        name="Grace\r\nBcc: all@example.org\x00" + "x" * 9_000,
        email=" Grace@EXAMPLE.org ",
        questions="one\r\ntwo\x00\x07\ud800" + "y" * 100_000,
        phone="\u2028+1215",
        time_zone="Mars/Olympus\x00",
    )
    booked.refresh_from_db()
    assert (booked.attendee_email, booked.attendee_phone) == ("grace@example.org", "+1215")
    assert (len(booked.attendee_name), "\n" in booked.attendee_name, "\x00" in booked.attendee_name) == (
        200,
        False,
        False,
    )
    assert (booked.questions[:8], len(booked.questions)) == ("one\ntwoy", 5000)
    assert booked.attendee_time_zone == "Mars/Olympus"


def test_nothing_is_written_where_the_mail_cannot_be(kind: EventType, ada: Coach) -> None:
    with (
        mock.patch("bookings.services.notices.reminders.messages", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        book(kind, coach=ada)
    assert (Booking.objects.count(), Lead.objects.count(), Message.objects.count()) == (0, 0, 0)


def test_a_coach_without_a_sign_in_gets_no_notice(kind: EventType, ada: Coach) -> None:
    Coach.objects.filter(pk=ada.pk).update(user=None)
    book(kind, coach=ada)
    assert "bookings.coach_confirmed" not in dict(messages())
