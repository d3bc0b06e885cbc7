"""Two rows that are one person."""

from django.db import models

from leads.models.lead import Lead


class Merge(models.Model):
    """One merge, with all that is needed to take it back: which rows moved, and what was filled in."""

    kept = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="merges")
    gone = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="merged_away")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    # Holder → primary keys of the rows that changed hands.
    moved = models.JSONField(default=dict)
    # Names of the kept lead's columns that were blank and were filled; never their values.
    filled = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=models.Q(undone_at__isnull=True), name="merge_open_once"
            ),
            models.CheckConstraint(condition=~models.Q(kept=models.F("gone")), name="merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.gone} into {self.kept}"
