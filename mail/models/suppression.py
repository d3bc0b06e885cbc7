from django.db import models


class Suppression(models.Model):
    """An address that asked for quiet, known only by its keyed hash; an empty stream means every stream."""

    address_hash = models.CharField(max_length=64)
    stream = models.CharField(max_length=40, blank=True, default="", help_text="Empty: every stream.")
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints = [models.UniqueConstraint(fields=["address_hash", "stream"], name="mail_suppression_once")]

    def __str__(self) -> str:
        return f"{self.address_hash[:8]}… {self.stream or 'every stream'}"
