"""What staff, and those who would like to be, did: one row each, written once."""

from django.db import models

from leads.models.append_only import Frozen, KeptQuerySet


class AuditRow(Frozen):
    """Who did what to what, when, from where. The network address goes after a week, the row after two years."""

    class What(models.TextChoices):
        SIGNED_IN = "signed_in", "Signed in"
        SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
        SIGNED_OUT = "signed_out", "Signed out"
        DENIED = "denied", "Access denied"
        EXPORTED = "exported", "Exported"
        ERASED = "erased", "Erased a person"
        ROLE_CHANGED = "role_changed", "Role changed"
        ACCOUNT_CHANGED = "account_changed", "Account changed"
        SETTING_CHANGED = "setting_changed", "Setting changed"
        THROTTLED = "throttled", "Throttled"

    at = models.DateTimeField()
    what = models.CharField(max_length=20, choices=What.choices)
    actor = models.CharField(max_length=150, help_text="A member of staff, “visitor” or “command line”.")
    target = models.CharField(max_length=200, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    address = models.CharField("network address", max_length=45, blank=True)

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = "audit row"
        indexes = [
            models.Index(name="audit_at", fields=["-at", "-id"]),
            models.Index(name="audit_address", fields=["at"], condition=~models.Q(address="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.target or self.actor}"
