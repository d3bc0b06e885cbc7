"""Forms that looked like a robot's: kept whole until a person has looked."""

from django.db import models
from django.db.models import Q

from leads.models.lead import Lead


class Quarantine(models.Model):
    """One held submission. Released, it runs as if the form had just been sent; refused, it stays as a refusal."""

    class State(models.TextChoices):
        NEW = "new", "Waiting"
        RELEASED = "released", "Not spam: taken in"
        REFUSED = "refused", "Refused"

    entry = models.CharField(max_length=40, help_text="The entry point, by the name of its limit.")
    received_at = models.DateTimeField()
    # Every key with all its values, as it was posted: releasing must lose nothing.
    payload = models.JSONField(default=dict)
    # What the view knew besides the form, such as the page; for the verb that takes it in.
    facts = models.JSONField(default=dict)
    reason = models.CharField(max_length=200)
    email = models.CharField("e-mail", max_length=254, blank=True, db_index=True)
    name = models.CharField(max_length=120, blank=True)
    address_hash = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    lead = models.ForeignKey(Lead, null=True, blank=True, on_delete=models.CASCADE, related_name="held_forms")

    class Meta:
        verbose_name = "held form"
        verbose_name_plural = "quarantine"
        ordering = ["-received_at", "-pk"]
        indexes = [models.Index(fields=["state", "-received_at"], name="quarantine_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="new", decided_at__isnull=True) | (~Q(state="new") & Q(decided_at__isnull=False)),
                name="quarantine_decided_at",
            ),
            models.CheckConstraint(condition=Q(state__in=("new", "released", "refused")), name="quarantine_state"),
        ]

    def __str__(self) -> str:
        return f"{self.entry}: {self.name or self.email or 'no name'}"
