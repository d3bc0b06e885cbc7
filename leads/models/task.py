"""What somebody has promised to do for a lead, and by when."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from leads.models.lead import Lead


class Task(models.Model):
    """One thing to do, with a due time and an owner; overdue while it is open past it."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="tasks")
    what = models.CharField(max_length=300)
    due_at = models.DateTimeField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="lead_tasks"
    )
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=150)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at__isnull=True), name="task_open")]

    def __str__(self) -> str:
        return self.what

    def is_overdue(self, now: datetime) -> bool:
        """True while it is open and its time has passed."""
        return self.done_at is None and self.due_at <= now
