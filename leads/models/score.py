"""Why a lead has its score: a sum of dated reasons, nothing else."""

from django.db import models

from leads.models.append_only import Frozen, FrozenQuerySet
from leads.models.lead import Lead


class ScoreReason(Frozen):
    """One reason for points, counted once a lead; Lead.score is the sum of its reasons."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="score_reasons")
    at = models.DateTimeField()
    reason = models.CharField(max_length=40)
    points = models.SmallIntegerField()

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["lead", "reason"], name="score_reason_once")]

    def __str__(self) -> str:
        return f"{self.reason}: {self.points:+d}"
