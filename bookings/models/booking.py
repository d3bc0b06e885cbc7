import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from bookings.models.coach import Coach
from bookings.models.event_type import EventType
from bookings.models.location import LocationKind

HOLD_RENEWALS = 10


class Booking(models.Model):
    """A coach's time, taken: a hold of ten minutes, then a call with an attendee, then its outcome."""

    class Status(models.TextChoices):
        HELD = "held", "Held"
        EXPIRED = "expired", "Hold expired"
        PENDING = "pending", "Waiting for approval"
        CONFIRMED = "confirmed", "Confirmed"
        DECLINED = "declined", "Declined"
        CANCELLED = "cancelled", "Cancelled"
        COMPLETED = "completed", "Held as planned"
        NO_SHOW = "no_show", "No-show"

    class Source(models.TextChoices):
        VISITOR = "visitor", "Booking page"
        STAFF = "staff", "Staff"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    version_at = models.DateTimeField(help_text="When this version came to be; the invitation's DTSTAMP.")
    coach = models.ForeignKey(Coach, on_delete=models.PROTECT, related_name="bookings")
    coach_reason = models.CharField("why this coach", max_length=200, blank=True)
    event_type = models.ForeignKey(EventType, on_delete=models.PROTECT, related_name="bookings")
    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, null=True, blank=True, related_name="bookings")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.HELD)
    start = models.DateTimeField()
    end = models.DateTimeField()
    busy_start = models.DateTimeField()
    busy_end = models.DateTimeField()
    location_kind = models.CharField("location", max_length=12, choices=LocationKind.choices)
    location_detail = models.CharField("link or address", max_length=500, blank=True)
    attendee_name = models.CharField(max_length=200, blank=True)
    attendee_email = models.CharField(max_length=254, blank=True)
    attendee_phone = models.CharField(max_length=32, blank=True)
    attendee_time_zone = models.CharField(max_length=64, blank=True)
    questions = models.TextField("what the attendee would like to talk about", blank=True)
    access_needs = models.TextField("what would make the call easier", blank=True)
    answers = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField()
    approve_by = models.DateTimeField(null=True, blank=True)
    # Stays true of a call that was given free again: its address has never proven that it wants our mail.
    unproven = models.BooleanField("address not confirmed", default=False, db_default=False, editable=False)
    held_until = models.DateTimeField(null=True, blank=True)
    hold_renewals = models.PositiveSmallIntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=500, blank=True)
    next_step = models.CharField(max_length=300, blank=True)
    programme = models.CharField("enrolled in", max_length=120, blank=True)
    programme_value = models.DecimalField("value", max_digits=10, decimal_places=2, null=True, blank=True)
    idempotency_key = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    idempotency_digest = models.CharField(max_length=64, blank=True, editable=False)
    source = models.CharField(max_length=12, choices=Source.choices, default=Source.VISITOR)

    class Meta:
        ordering = ["-start", "id"]
        verbose_name = "consultation"
        indexes = [
            # Free or taken is asked from `busy_end` on, so that a coach's past never slows the question.
            models.Index(name="booking_coach_busy_end", fields=["coach", "busy_end"]),
            models.Index(name="booking_coach_created", fields=["coach", "created_at"]),
            models.Index(name="booking_status_start", fields=["status", "start"]),
            models.Index(name="booking_email", fields=["attendee_email"]),
            models.Index(name="booking_unproven", fields=["created_at"], condition=Q(unproven=True)),
        ]
        constraints = [
            models.CheckConstraint(name="booking_in_order", condition=Q(end__gt=F("start"))),
            models.CheckConstraint(
                name="booking_busy_covers_it", condition=Q(busy_start__lte=F("start")) & Q(busy_end__gte=F("end"))
            ),
            models.CheckConstraint(name="booking_hold_ends", condition=~Q(status="held") | Q(held_until__isnull=False)),
            models.CheckConstraint(
                name="booking_pending_ends", condition=~Q(status="pending") | Q(approve_by__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.start:%Y-%m-%d %H:%M} UTC"

    @property
    def title(self) -> str:
        """What the call is called: its type and its coach."""
        return f"{self.event_type.title} with {self.coach.name}"

    @property
    def topic_key(self) -> str:
        """The subject of this booking's mails and link tokens."""
        return f"booking:{self.uid}"

    @property
    def renewals_left(self) -> int:
        """How often a hold can still be renewed."""
        return max(0, HOLD_RENEWALS - self.hold_renewals)

    def is_live_hold(self, now: datetime) -> bool:
        """True while this is a hold that has not run out."""
        return self.status == self.Status.HELD and self.held_until is not None and self.held_until > now

    def awaits_approval(self, now: datetime) -> bool:
        """True while the coach can still say yes or no."""
        return self._is_kept(now) and not self.unproven

    def awaits_proof(self, now: datetime) -> bool:
        """True while the time is kept for an address that has yet to confirm the call."""
        return self._is_kept(now) and self.unproven

    def _is_kept(self, now: datetime) -> bool:
        return self.status == self.Status.PENDING and self.approve_by is not None and self.approve_by > now

    def blocks(self, now: datetime) -> bool:
        """True while this takes the coach's time; a hold or request that has run out does not."""
        return self.status == self.Status.CONFIRMED or self.is_live_hold(now) or self._is_kept(now)

    @property
    def duration(self) -> timedelta:
        """How long the call takes."""
        return self.end - self.start

    @property
    def is_upcoming(self) -> bool:
        """True for a call that is agreed on (or waiting for approval) and has no outcome yet."""
        return self.status in (self.Status.CONFIRMED, self.Status.PENDING) and not self.unproven

    @property
    def state_label(self) -> str:
        """The status in words for staff and for an export."""
        if self.unproven and self.status == self.Status.PENDING:
            return "Waiting for its address"
        if self.unproven and self.status == self.Status.EXPIRED:
            return "Address not confirmed"
        return str(self.get_status_display())

    @property
    def cancel_until(self) -> datetime:
        """The last instant at which the attendee can move or cancel the call alone."""
        return self.start - self.event_type.cancel_window


BLOCKING = (Booking.Status.HELD, Booking.Status.PENDING, Booking.Status.CONFIRMED)
"""The states that take the coach's time; the exclusion constraint and the triggers name the same three."""
