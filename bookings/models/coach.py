from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F

from bookings.models.location import LocationKind


class Coach(models.Model):
    """Whose time is booked. The row is also the lock that everything taking this coach's time waits for."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="coach",
        help_text="The sign-in of this coach; notices go to its e-mail address.",
    )
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, unique=True)
    headline = models.CharField(max_length=160, blank=True)
    bio = models.TextField(blank=True)
    active = models.BooleanField(default=True, help_text="An inactive coach is not offered; calls already booked stay.")
    is_demo = models.BooleanField("demo", default=False)
    location_kind = models.CharField(
        "usual location", max_length=12, choices=LocationKind.choices, blank=True, default=""
    )
    location_detail = models.CharField(
        "link or address",
        max_length=500,
        blank=True,
        help_text="Used instead of the event type's when both are of the same kind, for instance this coach's own video link.",
    )
    limit_per_day = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    limit_per_week = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    holiday_country = models.CharField(
        "public holidays of",
        max_length=2,
        blank=True,
        default="",
        help_text="No calls on the public holidays of this country. Empty: holidays are days like any other.",
    )
    holiday_subdivision = models.CharField("state or region", max_length=10, blank=True, default="")
    version = models.PositiveBigIntegerField(
        default=1, editable=False, help_text="Counts every write to hours, time off, outside busy time and bookings."
    )

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "coaches"

    def __str__(self) -> str:
        return self.name

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
    def notice_address(self) -> str:
        """The coach's own e-mail address, or "" when the coach has no active sign-in."""
        return self.user.email if self.user is not None and self.user.is_active else ""


class WorkedHoliday(models.Model):
    """A public holiday that this coach works on, whatever year it is in."""

    coach = models.ForeignKey(Coach, on_delete=models.CASCADE, related_name="worked_holidays")
    name = models.CharField(max_length=160)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(name="worked_holiday_once", fields=["coach", "name"])]

    def __str__(self) -> str:
        return self.name
