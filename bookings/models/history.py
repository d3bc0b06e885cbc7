from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import models

from bookings.models.booking import Booking

TRACKED = tuple(
    field.attname for field in Booking._meta.concrete_fields if field.attname not in ("id", "idempotency_digest")
)


# What a column was before there was such a column: older histories do not tell.
BORN_LATER: dict[str, Any] = {"unproven": False}

Plain = str | int | list[Any] | None
_AS_IT_IS = {str, int, bool, list}


class BookingEvent(models.Model):
    """One change of a booking. Written once; all of a booking's events, in order, replay to its row."""

    class ActorKind(models.TextChoices):
        ATTENDEE = "attendee", "Attendee"
        STAFF = "staff", "Staff"
        SYSTEM = "system", "System"

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12, choices=ActorKind.choices)
    actor = models.CharField(max_length=150, blank=True)
    name = models.CharField(max_length=40)
    old = models.JSONField(default=dict)
    new = models.JSONField(default=dict)
    why = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["booking", "id"]

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M} UTC"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only: history is never rewritten."""
        if not self._state.adding:
            raise TypeError("A booking's history is never rewritten.")
        super().save(*args, **kwargs)


def snapshot(booking: Booking) -> dict[str, Plain]:
    """The booking's columns as plain JSON values: instants as UTC text, uid and amounts as text, answers as they are."""
    return {name: _plain(getattr(booking, name)) for name in TRACKED}


def difference(before: Mapping[str, Plain], after: Mapping[str, Plain]) -> tuple[dict[str, Plain], dict[str, Plain]]:
    """The values that changed: what they were, and what they are."""
    changed = [name for name in after if name not in before or before[name] != after[name]]
    return {name: before[name] for name in changed if name in before}, {name: after[name] for name in changed}


def replay(events: Iterable[BookingEvent]) -> dict[str, Plain]:
    """What the booking's columns must be after these events, oldest first; equals `snapshot` of the row."""
    state: dict[str, Plain] = dict(BORN_LATER)
    for event in events:
        state.update(event.new)
    return state


def _plain(value: object) -> Plain:
    if value is None or type(value) in _AS_IT_IS:
        return value  # type: ignore[return-value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)
