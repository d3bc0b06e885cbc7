from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from bookings.models.coach import Coach
from bookings.models.location import LocationKind

MINUTE = timedelta(minutes=1)
LONGEST = timedelta(hours=12)


def whole_minutes(value: timedelta) -> None:
    """Refuse a length that is negative or not made of whole minutes."""
    if value < timedelta() or value % MINUTE:
        raise ValidationError("Give whole minutes, zero or more.")


def some_minutes(value: timedelta) -> None:
    """Refuse a length that is not between one minute and twelve hours."""
    whole_minutes(value)
    if not MINUTE <= value <= LONGEST:
        raise ValidationError("Give between one minute and twelve hours.")


def default_reminders() -> list[int]:
    """A day and an hour before, in minutes."""
    return [1440, 60]


def reminder_minutes(value: object) -> None:
    """Refuse anything but a list of up to five different whole minutes, each from 10 to 20160 (two weeks)."""
    if (
        not isinstance(value, list)
        or len(value) > 5
        or len(set(map(str, value))) != len(value)
        or not all(type(minutes) is int and 10 <= minutes <= 20160 for minutes in value)
    ):
        raise ValidationError("Give a list of up to five different whole minutes from 10 to 20160, such as [1440, 60].")


def other_minutes(value: object) -> None:
    """Refuse anything but a list of up to four different lengths in whole minutes, each from 5 to 720."""
    if (
        not isinstance(value, list)
        or len(value) > 4
        or len(set(map(str, value))) != len(value)
        or not all(type(minutes) is int and 5 <= minutes <= 720 for minutes in value)
    ):
        raise ValidationError("Give up to four different lengths in whole minutes from 5 to 720, such as [45, 60].")


class EventType(models.Model):
    """A bookable kind of call."""

    title = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80, unique=True)
    summary = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    duration = models.DurationField(default=timedelta(minutes=30), validators=[some_minutes])
    other_durations = models.JSONField(
        "other lengths", default=list, validators=[other_minutes], blank=True, help_text="Minutes; the visitor chooses."
    )
    slot_interval = models.DurationField(
        default=timedelta(minutes=30), validators=[some_minutes], help_text="A call may start every so often."
    )
    buffer_before = models.DurationField(default=timedelta(), validators=[whole_minutes])
    buffer_after = models.DurationField(default=timedelta(), validators=[whole_minutes])
    minimum_notice = models.DurationField(default=timedelta(hours=12), validators=[whole_minutes])
    booking_window = models.DurationField(
        default=timedelta(days=60), validators=[whole_minutes], help_text="How far ahead a call can be booked."
    )
    cancel_window = models.DurationField(
        default=timedelta(hours=24),
        validators=[whole_minutes],
        help_text="The attendee can move or cancel the call until so long before it; shown before booking.",
    )
    needs_approval = models.BooleanField(
        default=False, help_text="The coach says yes or no to each booking; until then the time is kept."
    )
    location_kind = models.CharField("location", max_length=12, choices=LocationKind.choices, blank=True, default="")
    location_detail = models.CharField("link or address", max_length=500, blank=True)
    price_text = models.CharField("price", max_length=80, blank=True, help_text="As shown, for instance: Free.")
    reminder_offsets = models.JSONField(
        "reminders", default=default_reminders, validators=[reminder_minutes], blank=True, help_text="Minutes before."
    )
    limit_per_day = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    limit_per_week = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    enabled = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)
    coaches = models.ManyToManyField(Coach, related_name="event_types", blank=True)
    is_demo = models.BooleanField("demo", default=False)
    version = models.PositiveBigIntegerField(
        default=1, editable=False, help_text="Counts every write to the settings and to who takes this kind of call."
    )

    class Meta:
        ordering = ["order", "title", "id"]
        constraints = [
            models.CheckConstraint(
                name="event_type_enabled_has_location",
                condition=Q(enabled=False)
                | Q(location_kind=LocationKind.PHONE)
                | (Q(location_kind__in=[LocationKind.VIDEO, LocationKind.IN_PERSON]) & ~Q(location_detail="")),
                violation_error_message="Say where the call happens (a video link, an address, or we phone you) before enabling it.",
            ),
            models.CheckConstraint(
                name="event_type_lengths_positive",
                condition=Q(duration__gt=timedelta()) & Q(slot_interval__gt=timedelta()),
                violation_error_message="A call and its interval must be longer than zero.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and count the write in the database: the number in memory may be an old one."""
        if not self._state.adding:
            self.version = F("version") + 1
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "version"}
        super().save(*args, **kwargs)
        if not isinstance(self.version, int):
            self.refresh_from_db(fields=["version"])

    @property
    def durations(self) -> tuple[timedelta, ...]:
        """Every length on offer, the usual one first, then the others from short to long."""
        others = sorted({timedelta(minutes=each) for each in self.other_durations} - {self.duration})
        return (self.duration, *others)

    def location_with(self, coach: Coach) -> dict[str, Any]:
        """Where a call of this type with this coach happens: the coach's own link or address when it is of the same kind."""
        own = coach.location_kind == self.location_kind and coach.location_detail
        return {
            "location_kind": self.location_kind,
            "location_detail": coach.location_detail if own else self.location_detail,
        }


class IntakeQuestion(models.Model):
    """Something the coach would like to know before the call, asked on the booking form of one kind of call."""

    class Kind(models.TextChoices):
        LINE = "line", "One line"
        TEXT = "text", "Several lines"
        CHOICE = "choice", "One of several"
        YES_NO = "yes_no", "Yes or no"
        NUMBER = "number", "A number"

    event_type = models.ForeignKey(EventType, on_delete=models.CASCADE, related_name="intake_questions")
    order = models.PositiveSmallIntegerField(default=0)
    label = models.CharField("question", max_length=160)
    help_text = models.CharField("hint", max_length=200, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.LINE)
    choices = models.TextField(blank=True, help_text="For “one of several”: one answer a line.")
    required = models.BooleanField(default=False)

    class Meta:
        ordering = ["event_type", "order", "id"]

    def __str__(self) -> str:
        return self.label

    @property
    def options(self) -> list[str]:
        """The answers to choose from, without blanks and repeats."""
        return list(dict.fromkeys(line.strip() for line in self.choices.splitlines() if line.strip()))

    def clean(self) -> None:
        """A choice needs something to choose from."""
        if self.kind == self.Kind.CHOICE and len(self.options) < 2:
            raise ValidationError({"choices": "Give at least two answers, one a line."})
