"""Links under which a draft can be read before it is published."""

from django.conf import settings
from django.db import models


class Preview(models.Model):
    """One link to a draft; only the hash of its token is kept."""

    guide = models.ForeignKey("content.Guide", on_delete=models.CASCADE, related_name="previews")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"Preview of {self.guide}"
