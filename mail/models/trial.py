from django.conf import settings
from django.db import models


class Trial(models.Model):
    """A test mail that staff asked for: confirmed from the inbox, it proves that mail leaves the house this way."""

    way = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = "test mail"
        indexes = [models.Index(fields=["way"], name="mail_trial_way")]

    def __str__(self) -> str:
        return f"Test mail {self.pk}"
