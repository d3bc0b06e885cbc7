from datetime import time

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from timezone_field import TimeZoneField

from bookings.models.coach import Coach

MIDNIGHT = time(0, 0)


class Weekday(models.IntegerChoices):
    """Monday is 0, as in datetime.weekday()."""

    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


def refuse_backward_hours(opens: time | None, closes: time | None) -> None:
    """Refuse hours that would offer nothing; closing at 00:00 means the next midnight."""
    if opens is not None and closes is not None and closes != MIDNIGHT and closes <= opens:
        raise ValidationError({"closes": "Closing must be later than opening; 00:00 means the next midnight."})


class Schedule(models.Model):
    """A coach's named weekly hours in one time zone; a travelling coach has several, for different dates."""

    coach = models.ForeignKey(Coach, on_delete=models.CASCADE, related_name="schedules")
    name = models.CharField(max_length=80, default="Weekly hours")
    time_zone = TimeZoneField(default="America/New_York")
    valid_from = models.DateField(null=True, blank=True, help_text="First day, in this time zone. Empty: always.")
    valid_until = models.DateField(null=True, blank=True, help_text="Last day, in this time zone. Empty: for good.")

    class Meta:
        ordering = ["coach", "valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                name="schedule_dates_in_order",
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                violation_error_message="The last day must not be before the first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coach}: {self.name} ({self.time_zone})"

    def clean(self) -> None:
        """Refuse dates that another schedule of the same coach already has."""
        if self.coach_id is None:
            return
        others = Schedule.objects.filter(coach_id=self.coach_id).exclude(pk=self.pk)
        if self.valid_until is not None:
            others = others.filter(Q(valid_from=None) | Q(valid_from__lte=self.valid_until))
        if self.valid_from is not None:
            others = others.filter(Q(valid_until=None) | Q(valid_until__gte=self.valid_from))
        clash = others.first()
        if clash is not None:
            raise ValidationError(f"“{clash.name}” is already valid on some of these days.")


class AvailabilityRule(models.Model):
    """Open from `opens` to `closes` on one weekday, by the wall clock of the schedule's zone."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="rules")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    opens = models.TimeField()
    closes = models.TimeField(help_text="00:00 means the next midnight.")

    class Meta:
        ordering = ["weekday", "opens", "id"]
        constraints = [
            models.CheckConstraint(name="availability_rule_weekday", condition=Q(weekday__lte=6)),
        ]

    def __str__(self) -> str:
        return f"{Weekday(self.weekday).label} {self.opens:%H:%M}–{self.closes:%H:%M}"

    def clean(self) -> None:
        """Refuse hours that would offer nothing."""
        refuse_backward_hours(self.opens, self.closes)


class DateOverride(models.Model):
    """Replaces the weekly rules of one local date; without windows the date is closed."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="overrides")
    date = models.DateField()
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["date", "id"]
        constraints = [
            models.UniqueConstraint(
                name="date_override_once",
                fields=["schedule", "date"],
                violation_error_message="This date already has an override.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d}"


class DateOverrideWindow(models.Model):
    """One of the windows that a date override opens."""

    override = models.ForeignKey(DateOverride, on_delete=models.CASCADE, related_name="windows")
    opens = models.TimeField()
    closes = models.TimeField(help_text="00:00 means the next midnight.")

    class Meta:
        ordering = ["opens", "id"]

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}–{self.closes:%H:%M}"

    def clean(self) -> None:
        """Refuse hours that would offer nothing."""
        refuse_backward_hours(self.opens, self.closes)


class TimeOff(models.Model):
    """The coach is away from `start` until `end`; it wins over every rule and override."""

    coach = models.ForeignKey(Coach, on_delete=models.CASCADE, related_name="time_off")
    start = models.DateTimeField()
    end = models.DateTimeField()
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["start", "id"]
        verbose_name_plural = "time off"
        indexes = [models.Index(name="time_off_coach_end", fields=["coach", "end"])]
        constraints = [
            models.CheckConstraint(
                name="time_off_in_order",
                condition=Q(end__gt=F("start")),
                violation_error_message="The end must be after the start.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coach}: {self.start:%Y-%m-%d %H:%M} – {self.end:%Y-%m-%d %H:%M} UTC"
