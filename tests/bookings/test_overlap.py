"""The database's own guard: there, put back, and missed when it is gone."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from pytest_django import Settings

from bookings import overlap
from bookings.models import Booking, Coach, EventType
from tests.bookings.house import HOUR, MINUTE, NOW, TUESDAY_TEN, a_coach, a_type

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada() -> Coach:
    return a_coach()


@pytest.fixture
def kind(ada: Coach) -> EventType:
    return a_type(ada)


def take(coach: Coach, kind: EventType, after: timedelta, status: str = "confirmed") -> Booking:
    start = TUESDAY_TEN + after
    return Booking.objects.create(
        coach=coach,
        event_type=kind,
        status=status,
        start=start,
        end=start + 30 * MINUTE,
        busy_start=start - 5 * MINUTE,
        busy_end=start + 40 * MINUTE,
        held_until=NOW,
        approve_by=NOW,
        location_kind="video",
        created_at=NOW,
        version_at=NOW,
    )


def test_touching_is_legal_and_a_minute_more_is_not(ada: Coach, kind: EventType) -> None:
    take(ada, kind, 0 * MINUTE)
    take(ada, kind, 45 * MINUTE)
    take(ada, kind, -45 * MINUTE)
    for after in (44, 1, 0, -44):
        with pytest.raises(IntegrityError, match=overlap.NAME), transaction.atomic():
            take(ada, kind, after * MINUTE)
    assert Booking.objects.count() == 3


@pytest.mark.parametrize("status", ["held", "pending", "confirmed"])
def test_three_states_take_time(ada: Coach, kind: EventType, status: str) -> None:
    take(ada, kind, 0 * MINUTE, status)
    with pytest.raises(IntegrityError, match=overlap.NAME), transaction.atomic():
        take(ada, kind, 0 * MINUTE)


@pytest.mark.parametrize("status", ["expired", "declined", "cancelled", "completed", "no_show"])
def test_the_other_states_take_none(ada: Coach, kind: EventType, status: str) -> None:
    take(ada, kind, 0 * MINUTE, status)
    take(ada, kind, 0 * MINUTE)
    take(ada, kind, 0 * MINUTE, status)
    assert Booking.objects.count() == 3


def test_another_coach_is_another_calendar(ada: Coach, kind: EventType) -> None:
    take(ada, kind, 0 * MINUTE)
    assert take(a_coach("bob"), kind, 0 * MINUTE).pk


def test_an_update_is_guarded_as_well(ada: Coach, kind: EventType) -> None:
    take(ada, kind, 0 * MINUTE)
    later, gone, bobs = (
        take(ada, kind, 2 * HOUR),
        take(ada, kind, 0 * MINUTE, "cancelled"),
        take(a_coach("bob"), kind, 0 * MINUTE),
    )
    for row, change in (
        (later, {"busy_start": TUESDAY_TEN}),
        (gone, {"status": "confirmed"}),
        (bobs, {"coach": ada}),
    ):
        with pytest.raises(IntegrityError, match=overlap.NAME), transaction.atomic():
            Booking.objects.filter(pk=row.pk).update(**change)
    assert Booking.objects.filter(pk=later.pk).update(busy_end=later.busy_end + HOUR) == 1


def test_without_the_guard_the_same_rows_overlap(ada: Coach, kind: EventType) -> None:
    overlap.remove()
    try:
        take(ada, kind, 0 * MINUTE)
        take(ada, kind, 0 * MINUTE)
        assert Booking.objects.count() == 2
    finally:
        Booking.objects.all().delete()
        overlap.install()


def test_the_check_misses_the_guard_and_migrate_puts_it_back() -> None:
    assert overlap.present()
    assert overlap.check_guard(databases=["default"]) == []
    overlap.remove()
    assert not overlap.present()
    assert [each.id for each in overlap.check_guard(databases=["default"])] == ["bookings.E001"]
    call_command("migrate", verbosity=0)
    assert overlap.present()


def test_migrate_is_not_stopped_by_what_it_mends(monkeypatch: pytest.MonkeyPatch) -> None:
    overlap.remove()
    try:
        monkeypatch.setattr("sys.argv", ["manage.py", "migrate"])
        assert overlap.check_guard(databases=["default"]) == []
        monkeypatch.setattr("sys.argv", ["manage.py", "check", "--database", "default"])
        assert len(overlap.check_guard(databases=["default"])) == 1
    finally:
        overlap.install()


def test_the_room_can_be_migrated_away_and_back() -> None:
    call_command("migrate", "bookings", "0001", verbosity=0)
    assert overlap.present(), "put back by post_migrate as long as there is a table"
    call_command("migrate", verbosity=0)
    assert overlap.present()


def test_a_guard_with_a_hole_is_no_guard() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER {overlap.NAME}_update")
        assert not overlap.present()
    else:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {overlap.TABLE} RENAME CONSTRAINT {overlap.NAME} TO something_else")
            assert not overlap.present()
            cursor.execute(f"ALTER TABLE {overlap.TABLE} RENAME CONSTRAINT something_else TO {overlap.NAME}")
    overlap.install()
    assert overlap.present()


def test_a_rebuilt_table_has_its_guard_again_after_migrate(ada: Coach, kind: EventType) -> None:
    """Django rebuilds a SQLite table to alter a field, and the triggers go with the old one."""
    old = Booking._meta.get_field("cancel_reason")
    new = models.CharField(max_length=501, blank=True)
    new.set_attributes_from_name("cancel_reason")
    new.model = Booking
    with connection.constraint_checks_disabled(), connection.schema_editor() as editor:
        editor.alter_field(Booking, old, new)
    try:
        assert overlap.present() == (connection.vendor == "postgresql")
        call_command("migrate", verbosity=0)
        assert overlap.present()
        take(ada, kind, 0 * MINUTE)
        with pytest.raises(IntegrityError, match=overlap.NAME), transaction.atomic():
            take(ada, kind, 0 * MINUTE)
    finally:
        with connection.constraint_checks_disabled(), connection.schema_editor() as editor:
            editor.alter_field(Booking, new, old)
        overlap.install()


def test_guards_switched_off_outside_such_tests_stop_the_site(settings: Settings) -> None:
    assert overlap.check_switches() == []
    settings.BOOKING_GATE_LOCK = False
    assert [each.id for each in overlap.check_switches()] == ["bookings.E002"]
    settings.UNGUARDED_FOR_TESTS = True
    assert overlap.check_switches() == []
