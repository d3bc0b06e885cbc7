"""Kinds of call: every setting in words, and what cannot work is refused with a sentence."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bookings.models import EventType, IntakeQuestion
from tests.bookings.admin.conftest import Own
from tests.bookings.admin.pages import text


def type_form(kind: EventType, **changes: Any) -> dict[str, Any]:
    return {
        "title": kind.title,
        "slug": kind.slug,
        "summary": "",
        "description": "",
        "price_text": "$90",
        "enabled": "on",
        "order": "3",
        "location_kind": "video",
        "location_detail": "https://meet.example.org/room",
        "duration": "45",
        "slot_interval": "15",
        "buffer_before": "5",
        "buffer_after": "10",
        "minimum_notice": "1.5",
        "booking_window": "30",
        "cancel_window": "24",
        "limit_per_day": "",
        "limit_per_week": "",
        "coaches": [],
        "reminder_offsets": "1440, 60",
        "other_durations": "",
        "intake_questions-TOTAL_FORMS": "0",
        "intake_questions-INITIAL_FORMS": "0",
    } | changes


def test_lengths_are_typed_in_the_units_people_think_in(owner: Client, kind: EventType) -> None:
    path = reverse("admin:bookings_eventtype_change", args=[kind.pk])
    assert owner.post(path, type_form(kind)).status_code == 302
    row = EventType.objects.get()
    assert (row.duration, row.slot_interval, row.buffer_before, row.buffer_after) == tuple(
        timedelta(minutes=minutes) for minutes in (45, 15, 5, 10)
    )
    assert (row.minimum_notice, row.booking_window, row.cancel_window) == (
        timedelta(minutes=90),
        timedelta(days=30),
        timedelta(hours=24),
    )
    assert row.reminder_offsets == [1440, 60]
    shown = owner.get(path).content.decode()
    for value in ('value="45"', 'value="1.5"', 'value="30"', 'value="1440, 60"'):
        assert value in shown


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"location_kind": ""}, "Say where the call happens"),
        ({"location_detail": ""}, "Say where the call happens"),
        ({"duration": "0"}, "Give between one minute and twelve hours."),
        ({"duration": "0.3"}, "Give whole minutes, zero or more."),
        ({"duration": "1e9"}, "Ensure that there are no more than"),
        ({"reminder_offsets": "a day"}, "Give whole minutes with commas between them"),
        ({"other_durations": "45, 45"}, "Give up to four different lengths"),
        ({"other_durations": "1"}, "Give up to four different lengths in whole minutes from 5 to 720"),
        ({"limit_per_day": "0"}, "Ensure this value is greater than or equal to 1."),
        ({"reminder_offsets": "5"}, "Give a list of up to five different whole minutes"),
    ],
)
def test_a_kind_of_call_that_cannot_work_is_refused(
    owner: Client, kind: EventType, changes: dict[str, str], sentence: str
) -> None:
    answer = owner.post(reverse("admin:bookings_eventtype_change", args=[kind.pk]), type_form(kind, **changes))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert EventType.objects.get().price_text != "$90"


def test_a_kind_of_call_by_phone_needs_no_address(owner: Client, kind: EventType) -> None:
    changes = {"location_kind": "phone", "location_detail": ""}
    path = reverse("admin:bookings_eventtype_change", args=[kind.pk])
    assert owner.post(path, type_form(kind, **changes)).status_code == 302


def question(at: int, event_type: EventType, **fields: str) -> dict[str, str]:
    values = {"id": "", "event_type": str(event_type.pk), "label": "Which role?", "kind": "line", "help_text": "", "choices": "",
              "order": str(at)} | fields  # fmt: skip
    return {f"intake_questions-{at}-{name}": value for name, value in values.items()}


def test_every_setting_is_on_the_page(owner: Client, kind: EventType, alices: Own) -> None:
    changes = {
        "other_durations": "60, 90",
        "needs_approval": "on",
        "limit_per_day": "2",
        "limit_per_week": "5",
        "coaches": [alices.coach.pk],
        "intake_questions-TOTAL_FORMS": "2",
    }
    form = type_form(kind, **changes) | question(0, kind, required="on")
    form |= question(1, kind, label="Where are you?", kind="choice", choices="Here\nThere")
    before = EventType.objects.get().version
    path = reverse("admin:bookings_eventtype_change", args=[kind.pk])
    assert owner.post(path, form).status_code == 302
    row = EventType.objects.get()
    assert row.durations == tuple(timedelta(minutes=minutes) for minutes in (45, 60, 90))
    assert (row.needs_approval, row.limit_per_day, row.limit_per_week, list(row.coaches.all())) == (
        True,
        2,
        5,
        [alices.coach],
    )
    asked = list(row.intake_questions.values_list("label", "kind", "required"))
    assert asked == [("Which role?", "line", True), ("Where are you?", "choice", False)]
    assert row.version == before + 1
    assert "45, 60, 90" in text(owner.get(reverse("admin:bookings_eventtype_changelist")))


def test_a_question_with_nothing_to_choose_from_is_refused(owner: Client, kind: EventType) -> None:
    form = type_form(kind, **{"intake_questions-TOTAL_FORMS": "1"}) | question(
        0, kind, kind="choice", choices="Here\n\n"
    )
    answer = owner.post(reverse("admin:bookings_eventtype_change", args=[kind.pk]), form)
    assert "Give at least two answers, one a line." in text(answer)
    assert IntakeQuestion.objects.count() == 0


def test_a_kind_without_a_location_is_kept_switched_off(owner: Client, kind: EventType) -> None:
    form = type_form(kind, location_kind="", location_detail="")
    answer = owner.post(reverse("admin:bookings_eventtype_change", args=[kind.pk]), form)
    assert answer.context["adminform"].form.errors["location_kind"] == [
        "Say where the call happens (a video link, an address, or we phone you) before enabling it."
    ]
    del form["enabled"]
    assert owner.post(reverse("admin:bookings_eventtype_change", args=[kind.pk]), form).status_code == 302
    assert EventType.objects.get().enabled is False
