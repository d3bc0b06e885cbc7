"""A person who may become a student."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from phonenumber_field.modelfields import PhoneNumberField


class Role(models.TextChoices):
    """The career a lead is interested in."""

    PRODUCT_MANAGER = "product_manager", "Product Manager"
    PROJECT_MANAGER = "project_manager", "Project Manager"
    TPM = "tpm", "Technical Program Manager"
    UNDECIDED = "undecided", "I am not sure yet"


class Stage(models.TextChoices):
    """How far a lead has come; the order of the members is the order of the way."""

    NEW = "new", "New"
    CONFIRMED = "confirmed", "Confirmed"
    CONTACTED = "contacted", "Contacted"
    CALL_BOOKED = "call_booked", "Call booked"
    CALL_DONE = "call_done", "Call done"
    ENROLLED = "enrolled", "Enrolled"
    LOST = "lost", "Lost"


class Lead(models.Model):
    """One person: one row per normalised e-mail address or, made by staff, per phone number."""

    # NULL, never "": two people without an address must not collide on the unique index.
    email = models.EmailField("e-mail", max_length=254, unique=True, null=True, blank=True)
    phone = PhoneNumberField(null=True, blank=True)
    name = models.CharField(max_length=120, blank=True)
    role_of_interest = models.CharField(max_length=20, choices=Role.choices, blank=True)
    best_time_to_call = models.CharField(max_length=100, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.NEW)
    lost_reason = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads"
    )
    created_at = models.DateTimeField(editable=False)
    confirmed_at = models.DateTimeField("address confirmed at", null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["stage", "-created_at"], name="lead_by_stage")]
        constraints = [
            models.UniqueConstraint(
                fields=["phone"],
                condition=Q(email__isnull=True),
                name="lead_phone_alone_unique",
                violation_error_message="There is already a lead with this phone number and no e-mail address.",
            ),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False),
                name="lead_reachable",
                violation_error_message="A lead needs an e-mail address or a phone number.",
            ),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="lead_stage_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or str(self.phone or "")
