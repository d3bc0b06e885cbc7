"""Proof that a person was erased, without saying who it was."""

from typing import Any

from django.db import models

from leads.models.append_only import Frozen, KeptQuerySet


class Receipt(Frozen):
    """One erasure: the keyed hash of the address, when, on whose word, and how many rows each room changed."""

    number = models.CharField(max_length=20, unique=True, help_text="What the person was told.")
    at = models.DateTimeField()
    address_hash = models.CharField(max_length=64, db_index=True)
    how = models.CharField(max_length=200)
    by = models.CharField(max_length=150)
    rows = models.JSONField(default=dict, help_text="Room → rows changed.")

    objects = KeptQuerySet.as_manager()

    class Meta:
        verbose_name = "receipt of an erasure"
        verbose_name_plural = "receipts of erasures"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.number

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused: a receipt is the only proof that is left."""
        raise TypeError("Receipt rows are never deleted.")
