"""What a person agreed to, in which words, when and how."""

from typing import Any

from django.db import models
from django.db.models import Q

from leads.models.append_only import Frozen, KeptQuerySet
from leads.models.lead import Lead

LIST = "interview-preparation"
CALL = "phone-call"
# Why an address gets no list mail: a wish, which agreeing again lifts; any other reason, such as a bounce, stays.
UNSUBSCRIBED = "Unsubscribed."


class Purpose(models.TextChoices):
    """What a consent is for; each is asked, given and withdrawn on its own."""

    INTERVIEW_PREPARATION = LIST, "Interview-preparation emails"
    PHONE_CALL = CALL, "A phone call from an advisor"


class ConsentText(Frozen):
    """The words of one purpose in one version; once written never changed, so that a consent can be proven."""

    purpose = models.CharField(max_length=40, choices=Purpose.choices)
    version = models.PositiveIntegerField()
    words = models.TextField()

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ["purpose", "-version"]
        constraints = [models.UniqueConstraint(fields=["purpose", "version"], name="consent_text_version_unique")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}, version {self.version}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused: consents point at these words."""
        raise TypeError("ConsentText rows are never deleted.")


class Consent(models.Model):
    """One agreement of one lead to one text: asked for, then confirmed from the mailbox, perhaps withdrawn."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="consents")
    given_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    how = models.CharField(max_length=200, blank=True)
    withdrawn_how = models.CharField(max_length=200, blank=True)
    address_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-given_at", "-pk"]
        constraints = [
            # A double click or two tabs ask once.
            models.UniqueConstraint(
                fields=["lead", "text"], condition=Q(withdrawn_at__isnull=True), name="consent_open_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text.get_purpose_display()}: {self.state}"

    @property
    def state(self) -> str:
        """In one word: withdrawn, confirmed or asked."""
        if self.withdrawn_at:
            return "withdrawn"
        return "confirmed" if self.confirmed_at else "asked"
