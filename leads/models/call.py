"""Phone calls that advisors made, or tried to."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from leads.models.append_only import Frozen, FrozenQuerySet
from leads.models.lead import Lead


class Outcome(models.TextChoices):
    """What became of a phone call."""

    TALKED = "talked", "Talked"
    NO_ANSWER = "no_answer", "No answer"
    VOICEMAIL = "voicemail", "Left a voicemail"
    CALL_BACK = "call_back", "Call back at"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    DO_NOT_CALL = "do_not_call", "Do not call"


class CallLog(Frozen):
    """One call to one lead; written once."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="calls")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    call_back_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="lead_calls"
    )

    objects = FrozenQuerySet.as_manager()

    class Meta:
        verbose_name = "phone call"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="call_back", call_back_at__isnull=False)
                | (~Q(outcome="call_back") & Q(call_back_at__isnull=True)),
                name="call_log_call_back_at",
            ),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="call_log_outcome"),
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()
