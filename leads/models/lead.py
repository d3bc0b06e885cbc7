"""A person who may become a student."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
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


class HeardOf(models.TextChoices):
    """How a lead says to have heard of us; asked, never guessed."""

    SEARCH = "search", "A search engine"
    FRIEND = "friend", "A friend or colleague"
    SOCIAL = "social", "Social media"
    VIDEO = "video", "A video or podcast"
    EVENT = "event", "An event or community"
    STUDENT = "student", "A former student"
    OTHER = "other", "Something else"


class Origin(models.TextChoices):
    """Who wrote the row first."""

    VISITOR = "visitor", "The person themself"
    STAFF = "staff", "Staff"
    IMPORT = "import", "An import"


class LeadQuerySet(models.QuerySet["Lead"]):
    """Leads as staff ask for them."""

    def present(self) -> "LeadQuerySet":
        """Without the rows that were merged into another one or erased."""
        return self.filter(merged_into__isnull=True, erased_at__isnull=True)


class Lead(models.Model):
    """One person: one row per normalised e-mail address or, made by staff, per phone number."""

    # NULL, never "": two people without an address must not collide on the unique index.
    email = models.EmailField("e-mail", max_length=254, unique=True, null=True, blank=True)
    phone = PhoneNumberField(null=True, blank=True)
    name = models.CharField(max_length=120, blank=True)
    role_of_interest = models.CharField(max_length=20, choices=Role.choices, blank=True)
    best_time_to_call = models.CharField(max_length=100, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    heard_of = models.CharField("heard of us from", max_length=10, choices=HeardOf.choices, blank=True)
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.NEW)
    stage_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    lost_reason = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads"
    )
    origin = models.CharField("entered by", max_length=8, choices=Origin.choices, default=Origin.VISITOR)
    created_at = models.DateTimeField(editable=False)
    confirmed_at = models.DateTimeField("address confirmed at", null=True, blank=True, editable=False)

    # Copies of what the rows around the lead say, kept by the verbs that write those rows, so that a list of 100,000
    # leads can be sorted and narrowed by them.
    first_source = models.CharField(max_length=100, blank=True, editable=False, help_text="Empty: unknown.")
    last_source = models.CharField(max_length=100, blank=True, editable=False, help_text="Empty: unknown.")
    score = models.IntegerField(default=0, editable=False)
    call_wanted_at = models.DateTimeField("asked for a call at", null=True, blank=True, editable=False)
    call_back_at = models.DateTimeField(null=True, blank=True, editable=False)
    do_not_call = models.BooleanField(default=False, editable=False)
    first_response_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_worked_at = models.DateTimeField("last worked on at", null=True, blank=True, editable=False)
    replied_at = models.DateTimeField("answered our mail at", null=True, blank=True, editable=False)
    # Calls are cancelled first, and their cancellations must leave before the address goes.
    erasing_since = models.DateTimeField(null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.CASCADE, related_name="merged_rows"
    )

    objects = LeadQuerySet.as_manager()

    # Only while the transaction runs that made the row: nobody else has written anything about this person yet.
    just_made = False
    # True once a visit was written through this very object: the next one is not the first, however new the lead.
    visited = False

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["stage", "-created_at"], name="lead_by_stage"),
            models.Index(fields=["-created_at", "-id"], name="lead_newest"),
            models.Index(fields=["-score", "-id"], name="lead_by_score"),
            models.Index(fields=["owner", "stage"], name="lead_by_owner"),
            models.Index(fields=["call_back_at"], condition=Q(call_back_at__isnull=False), name="lead_call_back"),
            models.Index(fields=["erasing_since"], condition=Q(erasing_since__isnull=False), name="lead_erasing"),
            models.Index(fields=["call_wanted_at"], condition=Q(call_wanted_at__isnull=False), name="lead_call_wanted"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["phone"],
                condition=Q(email__isnull=True),
                name="lead_phone_alone_unique",
                violation_error_message="There is already a lead with this phone number and no e-mail address.",
            ),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False) | Q(erased_at__isnull=False),
                name="lead_reachable",
                violation_error_message="A lead needs an e-mail address or a phone number.",
            ),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="lead_stage_known"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="lead_not_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or str(self.phone or ("Erased" if self.erased_at else ""))

    def clean(self) -> None:
        """Say in words what `lead_reachable` refuses: a form does not check a constraint over columns it does not show."""
        super().clean()
        if not self.email and not self.phone and self.erased_at is None:
            raise ValidationError("A lead needs an e-mail address or a phone number.")
