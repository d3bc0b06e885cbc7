from django.db import models
from django.db.models import Q


class Message(models.Model):
    """One outgoing mail: the row is the promise, the sender keeps it."""

    class Status(models.TextChoices):
        DUE = "due", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        SKIPPED = "skipped", "Not sent"
        CANCELLED = "cancelled", "Cancelled"

    OPEN = (Status.DUE, Status.SENDING)

    dedupe_key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=80)
    topic = models.ForeignKey("mail.Topic", on_delete=models.PROTECT, related_name="messages")
    topic_version = models.PositiveIntegerField()
    stream = models.CharField(max_length=40)
    recipient = models.CharField(max_length=320)
    recipient_hash = models.CharField(max_length=64)
    context = models.JSONField(default=dict, blank=True)

    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # While SENDING this is the end of the lease, so that one index finds both due and orphaned rows.
    next_try_at = models.DateTimeField()

    status = models.CharField(max_length=10, choices=Status, default=Status.DUE)
    reason = models.CharField(max_length=300, blank=True, default="")
    needs_attention = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    renders = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")

    claim = models.CharField(max_length=32, blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    data_at = models.DateTimeField(null=True, blank=True)

    message_id = models.CharField(max_length=255, unique=True)
    raw = models.BinaryField(null=True, blank=True)
    masked = models.BinaryField(null=True, blank=True)

    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        permissions = [("send_message", "Can send a message again, cancel it or mark it as dealt with")]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"], condition=Q(status__in=("due", "sending")), name="mail_message_waiting"
            ),
            # Of other rows than the queue's: or PostgreSQL might read the queue through this one, and sort it for each claim.
            models.Index(fields=["expires_at"], condition=Q(status="due"), name="mail_message_expired"),
            models.Index(fields=["recipient_hash"], name="mail_message_recipient"),
            models.Index(fields=["needs_attention"], condition=Q(needs_attention=True), name="mail_message_attention"),
        ]
        constraints = [
            # Raw bytes hold live links: no final state may keep them.
            models.CheckConstraint(
                condition=Q(status__in=("due", "sending")) | Q(raw__isnull=True),
                name="mail_message_final_keeps_no_links",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("due", "sending", "sent", "failed", "skipped", "cancelled")),
                name="mail_message_status",
            ),
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False) | ~Q(status="sent"), name="mail_message_sent_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
