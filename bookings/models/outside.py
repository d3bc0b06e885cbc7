from django.db import models
from django.db.models import F, Q

from bookings.models.coach import Coach


class OutsideCalendar(models.Model):
    """A coach's private ICS address elsewhere; the worker fetches it, and its busy times keep calls away."""

    coach = models.ForeignKey(Coach, on_delete=models.CASCADE, related_name="outside_calendars")
    name = models.CharField(max_length=80, help_text="For instance: Work, Family.")
    url = models.CharField(
        "private address", max_length=1000, help_text="The secret ICS address that the calendar's settings show."
    )
    enabled = models.BooleanField(default=True)
    etag = models.CharField(max_length=200, blank=True, editable=False)
    last_modified = models.CharField(max_length=80, blank=True, editable=False)
    wanted_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When a fetch was last asked for."
    )
    tried_at = models.DateTimeField(null=True, blank=True, editable=False)
    fetched_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="The last fetch that worked.")
    failures = models.PositiveSmallIntegerField(default=0, editable=False, help_text="Since the last one that worked.")
    error = models.CharField(max_length=300, blank=True, editable=False)
    skipped = models.PositiveIntegerField(default=0, editable=False, help_text="Events that could not be read.")

    class Meta:
        ordering = ["coach", "name", "id"]
        indexes = [models.Index(name="outside_calendar_tried", fields=["enabled", "tried_at"])]

    def __str__(self) -> str:
        return f"{self.coach}: {self.name}"


class OutsideBusy(models.Model):
    """Busy time [start, end) read from an outside calendar; replaced whole by each fetch that works."""

    calendar = models.ForeignKey(OutsideCalendar, on_delete=models.CASCADE, related_name="busy")
    start = models.DateTimeField()
    end = models.DateTimeField()

    class Meta:
        ordering = ["calendar", "start", "id"]
        verbose_name_plural = "outside busy times"
        indexes = [models.Index(name="outside_busy_calendar_end", fields=["calendar", "end"])]
        constraints = [models.CheckConstraint(name="outside_busy_in_order", condition=Q(end__gt=F("start")))]

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M} – {self.end:%Y-%m-%d %H:%M} UTC"
