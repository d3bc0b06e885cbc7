"""Whole rows by statements put together once: the same rows that Django itself reads and writes."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Model
from django.db.models.signals import post_save
from django.test.utils import CaptureQueriesContext, isolate_apps

from bookings.models import Booking, BookingEvent
from leads.models import Activity, Lead, ScoreReason
from mail import prepared
from tests.bookings.house import NOW, TUESDAY_TEN, a_coach, a_type, book

pytestmark = pytest.mark.django_db
HOSTILE = "100 % of “it” ' \" \\ \n \u2028 %(name)s {x} 🙂"


def columns(row: Model) -> dict[str, object]:
    """Every column of a row, with its type."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def a_booking() -> Booking:
    coach = a_coach("ada")
    coach.user = User.objects.create(username="ada")
    coach.save()
    booking = book(a_type(coach), TUESDAY_TEN)
    booking.lead = Lead.objects.create(email="other@example.org", name=HOSTILE, phone="+13125550101", created_at=NOW)
    booking.answers = [{"question": HOSTILE, "answer": None}]
    booking.save()
    return booking


def test_a_row_is_read_as_django_reads_it_with_everything_joined() -> None:
    booking = a_booking()
    rows = prepared.Rows(Booking, "coach__user", "event_type", "lead", where="bookings_booking.uid = %(uid)s")
    own = rows.first(uid=booking.uid)
    theirs = Booking.objects.select_related("coach__user", "event_type", "lead").get()
    assert own is not None
    with CaptureQueriesContext(connection) as queries:
        for mine, other in (
            (own, theirs),
            (own.coach, theirs.coach),
            (own.coach.user, theirs.coach.user),
            (own.event_type, theirs.event_type),
            (own.lead, theirs.lead),
        ):
            assert columns(mine) == columns(other)  # type: ignore[arg-type]
            assert [type(value) for value in columns(mine).values()] == [  # type: ignore[arg-type]
                type(value)
                for value in columns(other).values()  # type: ignore[arg-type]
            ]
            assert (mine._state.adding, mine._state.db) == (False, "default")  # type: ignore[union-attr]
    assert len(queries) == 0
    assert rows.first(uid="0" * 32) is None


def test_a_joined_row_that_is_not_there_is_none() -> None:
    booking = a_booking()
    Booking.objects.update(lead=None)
    row = prepared.Rows(Booking, "lead", where="bookings_booking.id = %(pk)s").first(pk=booking.pk)
    assert row is not None
    assert row.lead is None


def test_rows_come_in_the_order_asked_for_and_locked_ones_too() -> None:
    for slug in ("bob", "ada", "cleo"):
        a_coach(slug)
    kind = type(a_coach("dora"))
    slugs = [each.slug for each in prepared.Rows(kind, where="active", order="slug", locked="bookings_coach").all()]
    assert slugs == ["ada", "bob", "cleo", "dora"]


def test_what_is_inserted_is_what_save_would_insert() -> None:
    lead = Lead.objects.create(email="grace@example.org", created_at=NOW)
    values = {"lead": lead, "at": NOW, "kind": "note", "summary": HOSTILE, "data": {"a": [1, None, HOSTILE]}}
    own = prepared.insert(Activity(**values, actor="ada"))
    theirs = Activity.objects.create(**values, actor="ada")
    assert own.pk not in (None, theirs.pk)
    mine, other = columns(Activity.objects.get(pk=own.pk)), columns(Activity.objects.get(pk=theirs.pk))
    del mine["id"], other["id"]
    assert mine == other
    with pytest.raises(TypeError, match="never changed"):
        own.save()


def test_every_type_of_column_comes_back_as_it_went() -> None:
    booking = a_booking()
    copy = Booking(**{name: value for name, value in columns(booking).items() if name not in ("id", "uid")})
    copy.status, copy.idempotency_key = Booking.Status.CANCELLED, "another key"
    prepared.insert(copy)
    assert columns(Booking.objects.get(pk=copy.pk)) == columns(copy)


def test_a_row_whose_unique_value_is_there_is_not_written_again() -> None:
    first = Lead(email="grace@example.org", name="Grace", created_at=NOW)
    second = Lead(email="grace@example.org", name="Somebody", created_at=NOW)
    assert [prepared.insert_new(each, "email") for each in (first, second)] == [True, False]
    assert (second.pk, list(Lead.objects.values_list("name", flat=True))) == (None, ["Grace"])
    reasons = [ScoreReason(lead=first, at=NOW, reason=name, points=1) for name in ("quiz", "booked", "quiz")]
    prepared.insert_all(reasons, "lead_id", "reason")
    prepared.insert_all([], "lead_id", "reason")
    assert sorted(ScoreReason.objects.values_list("reason", flat=True)) == ["booked", "quiz"]


def test_another_broken_rule_is_an_error_as_ever() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        prepared.insert_new(Lead(created_at=NOW), "email")


def test_an_update_writes_the_columns_named_and_no_others() -> None:
    booking = a_booking()
    booking.status, booking.questions, booking.lead = Booking.Status.CANCELLED, HOSTILE, None
    prepared.update(booking, ("status", "lead", "questions"))
    row = Booking.objects.get()
    assert (row.status, row.questions, row.lead) == ("cancelled", HOSTILE, None)
    booking.attendee_name = "not named"
    prepared.update(booking, ("status",))
    assert Booking.objects.get().attendee_name != "not named"


def test_a_model_that_somebody_listens_to_is_refused() -> None:
    def listener(**_: object) -> None: ...

    post_save.connect(listener, sender=BookingEvent)
    prepared._insert.cache_clear()
    try:
        with pytest.raises(TypeError, match="BookingEvent"):
            prepared.insert(BookingEvent(booking_id=1, at=NOW, name="held"))
    finally:
        post_save.disconnect(listener, sender=BookingEvent)


@isolate_apps("leads")
def test_a_manager_that_hides_rows_is_refused() -> None:
    class Named(models.Manager[Lead]):
        def get_queryset(self) -> models.QuerySet[Lead]:
            return super().get_queryset().filter(name="Grace")

    class Hiding(Lead):
        objects = Named()  # type: ignore[assignment]

        class Meta:
            proxy = True
            app_label = "leads"

    with pytest.raises(ValueError, match="more than a condition"):
        prepared.Rows(Hiding, where="true").all()
