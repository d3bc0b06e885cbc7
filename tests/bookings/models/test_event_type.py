"""An event type that could not be held cannot be switched on."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from bookings.models import EventType
from tests.bookings.house import a_coach, a_type

pytestmark = pytest.mark.django_db
GOOD: dict[str, Any] = {"title": "Call", "slug": "call", "location_kind": "phone", "enabled": True}


@pytest.mark.parametrize(
    ("kind", "detail", "allowed"),
    [
        ("", "", False),
        ("", "https://meet.example.org", False),
        ("video", "", False),
        ("in_person", "", False),
        ("video", "https://meet.example.org", True),
        ("in_person", "12 Main Street", True),
        ("phone", "", True),
    ],
)
def test_a_type_without_a_location_cannot_be_enabled(kind: str, detail: str, allowed: bool) -> None:
    fields = GOOD | {"location_kind": kind, "location_detail": detail}
    assert EventType(**fields | {"enabled": False}).full_clean() is None
    if allowed:
        EventType(**fields).full_clean()
        EventType.objects.create(**fields)
    else:
        with pytest.raises(ValidationError, match="Say where the call happens"):
            EventType(**fields).full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            EventType.objects.create(**fields)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("duration", timedelta()),
        ("duration", timedelta(minutes=-30)),
        ("duration", timedelta(seconds=90)),
        ("duration", timedelta(hours=13)),
        ("slot_interval", timedelta()),
        ("buffer_before", timedelta(minutes=-1)),
        ("minimum_notice", timedelta(microseconds=1)),
        ("reminder_offsets", [60, 60]),
        ("reminder_offsets", ["60"]),
        ("reminder_offsets", [5]),
        ("reminder_offsets", [True]),
        ("reminder_offsets", {"60": 1}),
        ("reminder_offsets", [10, 20, 30, 40, 50, 60]),
        ("limit_per_day", 0),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_beside_its_field(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        EventType(**GOOD | {field: value}).full_clean()
    assert field in refused.value.message_dict


def test_a_coachs_own_location_counts_only_where_it_is_of_the_same_kind() -> None:
    ada = a_coach(location_kind="video", location_detail="https://meet.example.org/ada")
    kind = a_type(ada)
    assert kind.location_with(ada)["location_detail"] == "https://meet.example.org/ada"
    ada.location_detail = ""
    assert kind.location_with(ada)["location_detail"] == "https://meet.example.org/room"
