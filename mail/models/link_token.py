from django.db import models


class LinkToken(models.Model):
    """One link in a mail or on a page; only the SHA-256 of its secret is kept."""

    purpose = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)
    subject = models.CharField(max_length=200)
    detail = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = "mailed link"
        indexes = [
            models.Index(fields=["subject", "purpose"], name="mail_linktoken_subject"),
            models.Index(fields=["expires_at"], name="mail_linktoken_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} link {self.pk}"
