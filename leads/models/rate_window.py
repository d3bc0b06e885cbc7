"""Counters of the abuse check, in the database so that they hold without Redis."""

from django.db import models


class RateWindow(models.Model):
    """How often something was asked in one window; the key is a hash, so that no client address is stored."""

    key = models.CharField(max_length=64, primary_key=True)
    hits = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "rate window"

    def __str__(self) -> str:
        return f"{self.hits} until {self.ends_at:%Y-%m-%d %H:%M}"
