from django.db import models


class Outage(models.Model):
    """The breaker shared by all senders: one row (id 1), its failures zero while the mail server answers."""

    failures = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(null=True, blank=True)
    open_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = "mail server trouble"
        verbose_name_plural = "mail server trouble"

    def __str__(self) -> str:
        return "The mail server answers" if not self.failures else f"Mail waits since {self.since}"
