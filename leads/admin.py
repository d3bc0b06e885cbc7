"""The staff's view of leads: one page a person, with everything that happened."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from leads import people, timeline
from leads.models import CALL, Activity, Consent, ConsentText, Lead, Stage, Touch
from mail import clock
from mail.text import plain

LEVELS = {
    Stage.NEW.value: "info",
    Stage.CONFIRMED.value: "info",
    Stage.CONTACTED.value: "warning",
    Stage.CALL_BOOKED.value: "success",
    Stage.CALL_DONE.value: "success",
    Stage.ENROLLED.value: "success",
    Stage.LOST.value: "danger",
}
OWN_LINES = {"stage", "lost_reason", "note"}


class LeadForm(forms.ModelForm):
    """A lead as staff edit it, with room for a note."""

    note = forms.CharField(
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Goes to the timeline with your name. Visitors never see it.",
    )

    class Meta:
        model = Lead
        fields = [
            "name",
            "email",
            "phone",
            "role_of_interest",
            "best_time_to_call",
            "time_zone",
            "stage",
            "lost_reason",
            "owner",
        ]

    def clean_email(self) -> str | None:
        """The one spelling, or None: two leads without an address must not collide."""
        return people.normalise_email(self.cleaned_data.get("email") or "") or None

    def clean_time_zone(self) -> str:
        """A zone that exists."""
        zone: str = self.cleaned_data["time_zone"]
        if zone and not people.is_time_zone(zone):
            raise forms.ValidationError("Use a zone name like America/Chicago.")
        return zone

    def clean(self) -> dict[str, Any]:
        """A lost lead has a reason, no other has one."""
        data = super().clean() or {}
        lost = data.get("stage") == Stage.LOST
        if lost and not data.get("lost_reason"):
            self.add_error("lost_reason", "Say why this lead is lost.")
        if not lost:
            data["lost_reason"] = ""
        return data


class ConfirmedFilter(admin.SimpleListFilter):
    """Whether the mailbox has answered."""

    title, parameter_name = "address", "confirmed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Confirmed"), ("no", "Not confirmed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        if self.value() in ("yes", "no"):
            return queryset.filter(confirmed_at__isnull=self.value() == "no")
        return queryset


class CallFilter(admin.SimpleListFilter):
    """Whether we may phone."""

    title, parameter_name = "phone call", "call"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Agreed to a call"), ("no", "Did not agree")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("yes", "no"):
            return queryset.filter(may_call=self.value() == "yes")
        return queryset


@admin.register(Lead)
class LeadAdmin(ModelAdmin):
    """Leads; every change is a line on the timeline."""

    form = LeadForm
    list_display = ("person", "email", "role_of_interest", "stage_label", "owner", "confirmed", "call", "created_at")
    list_filter = ("stage", "role_of_interest", "owner", ConfirmedFilter, CallFilter)
    list_select_related = ("owner",)
    list_per_page = 50
    show_full_result_count = False
    date_hierarchy = "created_at"
    search_fields = ("name", "email", "phone")
    search_help_text = "A name, an address or a number, or part of one"
    autocomplete_fields = ("owner",)
    readonly_fields = ("created_at", "confirmed_at", "first_touch", "last_touch", "what_happened")
    actions = ("assign_to_me",)
    fieldsets = (
        (None, {"fields": ("name", ("email", "phone"), ("role_of_interest", "owner"), ("stage", "lost_reason"))}),
        ("Calling", {"fields": (("best_time_to_call", "time_zone"), "note")}),
        ("Where from", {"fields": (("created_at", "confirmed_at"), "first_touch", "last_touch")}),
        ("Timeline", {"fields": ("what_happened",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lead]:
        agreed = Consent.objects.filter(
            lead=OuterRef("pk"), text__purpose=CALL, confirmed_at__isnull=False, withdrawn_at__isnull=True
        )
        return super().get_queryset(request).annotate(may_call=Exists(agreed))

    @display(description="name", ordering="name")
    def person(self, row: Lead) -> str:
        return str(row)

    @display(description="stage", ordering="stage", label=LEVELS)
    def stage_label(self, row: Lead) -> tuple[str, str]:
        return row.stage, row.get_stage_display()

    @display(description="confirmed", ordering="confirmed_at", boolean=True)
    def confirmed(self, row: Lead) -> bool:
        return row.confirmed_at is not None

    @display(description="may call", boolean=True)
    def call(self, row: Lead) -> bool:
        return bool(getattr(row, "may_call", False))

    @display(description="first visit")
    def first_touch(self, row: Lead) -> str:
        return timeline.first_touch(row) if row.pk else timeline.UNKNOWN

    @display(description="last visit that was not direct")
    def last_touch(self, row: Lead) -> str:
        return timeline.last_touch(row) if row.pk else timeline.UNKNOWN

    @display(description="")
    def what_happened(self, row: Lead) -> SafeString:
        entries = timeline.of(row) if row.pk else []
        return mark_safe(render_to_string("leads/admin/timeline.html", {"entries": entries}))  # noqa: S308  (escaped)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and write down what changed and who did it; the admin's POST is one transaction."""
        now, actor = clock.now(), request.user.get_username()
        before = Lead.objects.select_for_update(no_key=True).get(pk=obj.pk) if change else None
        wanted, why = obj.stage, obj.lost_reason
        if before is None:
            obj.created_at = now
        else:
            obj.stage, obj.lost_reason = before.stage, before.lost_reason
            if obj.email != before.email:
                obj.confirmed_at = None  # nobody has proven the new address
        super().save_model(request, obj, form, change)
        edited = [str(form.fields[name].label or name) for name in form.changed_data if name not in OWN_LINES]
        if before is None:
            people.record_activity(lead=obj, kind="made", summary="Made by staff", now=now, actor=actor)
        elif edited:
            summary = f"Changed: {', '.join(edited)}"
            people.record_activity(lead=obj, kind="edited", summary=summary, now=now, actor=actor)
        if before is not None and wanted == obj.stage == Stage.LOST and why != obj.lost_reason:
            obj.lost_reason = why
            obj.save(update_fields=["lost_reason"])
        people.move_stage(lead=obj, stage=wanted, now=now, actor=actor, why=why)
        if note := plain(form.cleaned_data.get("note") or "", limit=2000):
            people.record_activity(lead=obj, kind="note", summary="Note", now=now, data={"note": note}, actor=actor)

    @admin.action(description="Assign to me", permissions=["change"])
    def assign_to_me(self, request: HttpRequest, queryset: QuerySet[Lead]) -> None:
        """The chosen leads are the reader's own from now on."""
        now, actor, done = clock.now(), request.user.get_username(), 0
        for pk in queryset.values_list("pk", flat=True):
            with transaction.atomic():
                lead = Lead.objects.select_for_update(no_key=True).get(pk=pk)
                if lead.owner_id == request.user.pk:
                    continue
                lead.owner_id = request.user.pk
                lead.save(update_fields=["owner"])
                people.record_activity(lead=lead, kind="owner", summary=f"Assigned to {actor}", now=now, actor=actor)
                done += 1
        self.message_user(request, f"{done} lead{'' if done == 1 else 's'} assigned to you.", messages.SUCCESS)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """The timeline goes with the person; nobody needs a right of their own to delete its lines."""
        rows, counts, needed, protected = super().get_deleted_objects(objs, request)
        own = {str(model._meta.verbose_name) for model in (Activity, Touch, Consent)}
        return rows, counts, set(needed) - own, protected


class ReadOnly(ModelAdmin):
    """Rows that prove something: written once, by the site."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ConsentText)
class ConsentTextAdmin(ReadOnly):
    """The words people agree to, in every version."""

    list_display = ("purpose", "version", "words")
    list_filter = ("purpose",)
    search_fields = ("words",)


@admin.register(Consent)
class ConsentAdmin(ReadOnly):
    """Who agreed to what, and when."""

    list_display = ("lead", "purpose", "state", "given_at", "confirmed_at", "withdrawn_at", "how")
    list_filter = (
        "text__purpose",
        ("confirmed_at", admin.EmptyFieldListFilter),
        ("withdrawn_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("lead", "text")
    search_fields = ("lead__name", "lead__email")

    @display(description="purpose", ordering="text__purpose")
    def purpose(self, row: Consent) -> str:
        return row.text.get_purpose_display()


@admin.register(Activity)
class ActivityAdmin(ReadOnly):
    """What happened, over all leads."""

    list_display = ("at", "lead", "summary", "actor")
    list_filter = ("kind",)
    list_select_related = ("lead",)
    date_hierarchy = "at"
    search_fields = ("lead__name", "lead__email", "summary", "actor")


@admin.register(Touch)
class TouchAdmin(ReadOnly):
    """Where visitors came from."""

    list_display = ("at", "lead", "page", "referrer_page", "utm_source", "utm_medium", "utm_campaign", "direct")
    list_filter = ("direct", "utm_source", "utm_medium")
    list_select_related = ("lead",)
    date_hierarchy = "at"
    search_fields = ("lead__name", "lead__email", "page", "referrer_page", "utm_campaign")
