"""Who takes leads, and when."""

from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from timezone_field import TimeZoneField

WEEKDAYS = "01234"


class Advisor(models.Model):
    """A member of staff who phones leads: whether new ones may come, and the office hours that clocks count in."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="advisor")
    takes_leads = models.BooleanField("takes new leads", default=True)
    away_until = models.DateField(null=True, blank=True, help_text="No new leads before this day.")
    time_zone = TimeZoneField(default="America/New_York", use_pytz=False)
    opens = models.TimeField(default=time(9))
    closes = models.TimeField(default=time(17))
    weekdays = models.CharField(max_length=7, default=WEEKDAYS, help_text="Digits, 0 for Monday to 6 for Sunday.")
    last_assigned_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["user"]
        constraints = [models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="advisor_hours_in_order")]

    def __str__(self) -> str:
        return self.user.get_full_name() or self.user.get_username()
