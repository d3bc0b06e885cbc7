"""Leads that came in a file."""

from django.db import models
from django.db.models import Q

from leads.models.lead import Lead


class ImportRun(models.Model):
    """One file: checked first (the dry run), then brought in row by row, with a report that stays."""

    class State(models.TextChoices):
        CHECKED = "checked", "Checked, nothing brought in yet"
        RUNNING = "running", "Being brought in"
        DONE = "done", "Brought in"
        DROPPED = "dropped", "Dropped"

    file_name = models.CharField(max_length=200)
    consent_source = models.CharField(
        max_length=200, blank=True, help_text="Where and when these people agreed, in words; kept with each consent."
    )
    # The purposes the people in the file agreed to, by the source above; empty: none.
    purposes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=150)
    state = models.CharField(max_length=8, choices=State.choices, default=State.CHECKED)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "import"
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.file_name}, {self.made_at:%Y-%m-%d}"


class ImportRow(models.Model):
    """One line of a file: what it would do, what it did, and why not."""

    class Outcome(models.TextChoices):
        NEW = "new", "A new lead"
        KNOWN = "known", "A lead that is known: blanks are filled"
        REFUSED = "refused", "Refused"

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="The line's number in the file, the heading being line 1.")
    # Emptied as soon as the row is brought in or dropped: the file is no second home of personal data.
    data = models.JSONField(default=dict)
    email_hash = models.CharField(max_length=64, blank=True, db_index=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    reason = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    lead = models.ForeignKey(Lead, null=True, blank=True, on_delete=models.SET_NULL, related_name="import_rows")

    class Meta:
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="import_row_number"),
            models.CheckConstraint(
                condition=~Q(outcome="refused") | ~Q(reason=""), name="import_row_refused_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.number}: {self.get_outcome_display()}"
