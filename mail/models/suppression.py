from django.db import models


class Suppression(models.Model):
    """An address that asked for quiet or whose mail comes back, known only by its keyed hash; an empty stream means every stream."""

    address_hash = models.CharField(max_length=64)
    stream = models.CharField(max_length=40, blank=True, default="", help_text="Empty: every stream.")
    reason = models.CharField(max_length=200)
    # Nobody asked for quiet here: mail comes back. What cannot be sent for this reason needs a phone call.
    bounced = models.BooleanField("mail comes back", default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints = [models.UniqueConstraint(fields=["address_hash", "stream"], name="mail_suppression_once")]

    def __str__(self) -> str:
        return f"{self.address_hash[:8]}… {self.stream or 'every stream'}"
