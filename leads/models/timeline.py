"""The one timeline of a lead: where they came from and what happened."""

from django.db import models

from leads.models.append_only import Frozen, FrozenQuerySet
from leads.models.lead import Lead


class Touch(Frozen):
    """One visit that led to a form; append-only, so that first and last touch can be told."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="touches")
    at = models.DateTimeField()
    page = models.CharField(max_length=300, blank=True)
    referrer_page = models.CharField(max_length=300, blank=True)
    utm_source = models.CharField(max_length=100, blank=True)
    utm_medium = models.CharField(max_length=100, blank=True)
    utm_campaign = models.CharField(max_length=100, blank=True)
    direct = models.BooleanField(default=False)

    objects = FrozenQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "touches"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.page or 'unknown page'} from {self.utm_source or self.referrer_page or 'unknown'}"


class Activity(Frozen):
    """One thing that happened with a lead; other rooms write it down here, leads never asks up."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="activities")
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    summary = models.CharField(max_length=300)
    data = models.JSONField(default=dict, blank=True)
    actor = models.CharField(max_length=150, default="system")

    objects = FrozenQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "activities"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["lead", "kind", "-at"], name="activity_by_kind")]

    def __str__(self) -> str:
        return self.summary
