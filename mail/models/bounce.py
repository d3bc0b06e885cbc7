from django.db import models


class Bounce(models.Model):
    """What the other side said about a message of ours after our mail server had taken it."""

    class Kind(models.TextChoices):
        HARD = "hard", "There is no such mailbox"
        LOST = "lost", "Not delivered"
        DELAYED = "delayed", "Delayed"
        COMPLAINT = "complaint", "Marked as spam"
        UNSUBSCRIBED = "unsubscribed", "Unsubscribed at the mail provider"

    # What makes one report the same as another: told twice, it is kept once.
    key = models.CharField(max_length=64, unique=True)
    message = models.ForeignKey("mail.Message", on_delete=models.CASCADE, related_name="bounces")
    kind = models.CharField(max_length=12, choices=Kind)
    status = models.CharField(max_length=20, blank=True, default="")
    detail = models.TextField(blank=True, default="")
    source = models.CharField(max_length=20)
    noted_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = "returned mail"
        verbose_name_plural = "returned mail"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=("hard", "lost", "delayed", "complaint", "unsubscribed")),
                name="mail_bounce_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.noted_at:%Y-%m-%d}"
