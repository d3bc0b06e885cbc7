"""The export against the schema: every text column of a person and of what hangs on them, and the time for many rows."""

import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from bookings.models import Booking
from leads import erasing
from leads.models import Activity, Lead
from tests.bookings import house
from tests.leads.test_erasing import EMAIL, everywhere, files  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = (models.CharField, models.TextField, models.JSONField)
# Who of the staff did it, what the house keeps for itself, and what is the coach's own.
NOT_THEIRS = {
    ("Activity", "actor"), ("BookingEvent", "actor"), ("Merge", "by"), ("Merge", "filled"), ("Merge", "moved"),
    ("Merge", "undone_by"), ("Booking", "coach_reason"), ("Booking", "idempotency_digest"),
    ("Booking", "location_detail"),
}  # fmt: skip


def columns() -> Iterator[tuple[models.QuerySet[Any], models.Field]]:
    """Free text of the person and of what points at them or at their calls, with the rows that hold it."""
    for model in apps.get_models():
        to = [each for each in model._meta.concrete_fields if each.related_model in (Lead, Booking)]
        if model is not Lead and not to:
            continue
        rows = model._base_manager.all()
        rows = rows if model is Lead else rows.filter(**{f"{to[0].name}__isnull": False})
        for column in model._meta.concrete_fields:
            listed = column.choices or any(column.name in each.fields for each in model._meta.total_unique_constraints)
            if isinstance(column, TEXT) and not column.unique and not listed:
                yield rows, column


def test_every_text_column_of_a_person_is_in_the_export(everywhere: Lead) -> None:  # noqa: F811
    marks = {}
    for number, (rows, column) in enumerate(columns()):
        mark = f"zq{number:03}"
        if rows.update(**{column.name: {mark: mark} if isinstance(column, models.JSONField) else mark}):
            marks[rows.model.__name__, column.name] = mark
    shown = json.dumps(erasing.export(EMAIL, now=house.NOW, for_staff=True), default=str)
    assert len(marks) > 40
    assert {where for where, mark in marks.items() if mark not in shown} == NOT_THEIRS


def test_ten_thousand_rows_are_exported_within_a_minute(make_lead: Any, now: datetime) -> None:
    lead = make_lead(EMAIL)
    Activity.objects.bulk_create(
        [Activity(lead=lead, at=now, kind="note", summary=f"line {n}", data={"note": "x" * 200}) for n in range(10_000)]
    )
    began = time.monotonic()
    told = erasing.as_json(EMAIL, now=now), erasing.as_text(EMAIL, now=now)
    assert time.monotonic() - began < 60
    assert [text.count("A note that staff made") for text in told] == [10_000] * 2
