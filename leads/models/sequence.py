"""Mails in a row: what is sent, who is in it, and why somebody is not any more."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

from leads.models.consent import Purpose
from leads.models.lead import Lead


class Restart(models.TextChoices):
    """What happens to a sequence that a booking stopped, when the call is cancelled or missed."""

    CONTINUE = "continue", "Go on with the steps that were not sent"
    STAY = "stay", "Stay stopped"


class StopReason(models.TextChoices):
    """Why a lead gets no more of a sequence."""

    BOOKED = "booked", "Booked a call"
    REPLIED = "replied", "Answered one of our mails"
    UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
    BOUNCED = "bounced", "The address bounced"
    LOST = "lost", "The lead is lost"
    ENROLLED = "enrolled", "Enrolled"
    ERASED = "erased", "Erased, or has another address now"
    STAFF = "staff", "Stopped by staff"
    OFF = "off", "The sequence was switched off"


class Sequence(models.Model):
    """A named row of mails that goes to those who agreed to its purpose."""

    name = models.CharField(max_length=80, unique=True)
    purpose = models.CharField(max_length=40, choices=Purpose.choices, default=Purpose.INTERVIEW_PREPARATION)
    active = models.BooleanField(default=True)
    restart = models.CharField(
        "after a cancelled or missed call", max_length=10, choices=Restart.choices, default=Restart.CONTINUE
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SequenceStep(models.Model):
    """One mail of a sequence, so long after the step before it (the first one: after the start)."""

    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    delay = models.DurationField(help_text="After the step before it, in whole days or hours.")
    subject = models.CharField(max_length=150)
    body = models.TextField(
        help_text="Paragraphs with a blank line between; {name} and other placeholders are filled in."
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["sequence", "position"]
        constraints = [
            models.UniqueConstraint(fields=["sequence", "position"], name="sequence_step_position"),
            models.CheckConstraint(condition=Q(delay__gte=timedelta()), name="sequence_step_delay"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.subject}"


class Enrolment(models.Model):
    """One lead in one sequence: running, finished, or stopped with the reason."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="enrolments")
    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="enrolments")
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=14, choices=StopReason.choices, blank=True)
    restarted_at = models.DateTimeField(null=True, blank=True)
    restarts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["lead", "sequence"], name="enrolment_once"),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True, stop_reason="")
                | (Q(stopped_at__isnull=False) & ~Q(stop_reason="")),
                name="enrolment_stopped_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.get_stop_reason_display() if self.stop_reason else 'running'}"

    @property
    def topic_key(self) -> str:
        """The subject of this enrolment's mails in the ledger."""
        return f"enrolment:{self.pk}"
