"""The staff's view of leads: one page a person, with everything that happened."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin
from unfold.decorators import display

from leads import assigning, entry, evidence, exporting, people, reach
from leads.admin import board, day, doing, lead_page
from leads.admin.addresses import page_of
from leads.admin.desk import deny, desk_form, need
from leads.admin.lead_form import EnterForm, LeadForm
from leads.admin.lead_list import COUNTED, BoundedPaginator, CallFilter, ConfirmedFilter, OwnerFilter, SourceFilter
from leads.admin.verbs import CHANGE
from leads.errors import NotPossible
from leads.models import CALL, Consent, Lead, Stage
from mail import clock, marks

LEVELS = {
    Stage.NEW.value: "info",
    Stage.CONFIRMED.value: "info",
    Stage.CONTACTED.value: "warning",
    Stage.CALL_BOOKED.value: "success",
    Stage.CALL_DONE.value: "success",
    Stage.ENROLLED.value: "success",
    Stage.LOST.value: "danger",
}
# What a coach reads of a lead of an own call; docs/staff.md says the same.
COACH_FIELDS = ("name", "email", "role_of_interest", "time_zone", "best_time_to_call")


@admin.register(Lead)
class LeadAdmin(ModelAdmin):
    """Leads; every change is a line on the timeline, every verb a transaction of its own."""

    form = LeadForm
    paginator = BoundedPaginator
    list_display = ("person", "email", "role_of_interest", "stage_label", "score", "owner", "call", "created_at")
    list_filter = (
        "stage",
        OwnerFilter,
        "role_of_interest",
        SourceFilter,
        ConfirmedFilter,
        CallFilter,
        "origin",
        "created_at",
    )
    list_select_related = ("owner",)
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    list_before_template = "leads/desk/_bounded.html"  # type: ignore[assignment]
    change_form_outer_before_template = "leads/desk/_lead.html"  # type: ignore[assignment]
    search_fields = ("name", "email", "phone")
    search_help_text = "A name, an address or a number, or part of one"
    actions = ("assign_to_me", "export_csv")
    fieldsets = (
        (
            "Details",
            {
                "fields": (
                    "name",
                    ("email", "phone"),
                    ("role_of_interest", "heard_of"),
                    ("best_time_to_call", "time_zone"),
                )
            },
        ),
    )

    class Media:
        css = {"all": ("leads/desk.css",)}

    # --- who sees what -----------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lead]:
        """Lists show rows that are there; the page of a merged or erased one still opens. Coaches: own calls only."""
        agreed = Consent.objects.filter(
            lead=OuterRef("pk"), text__purpose=CALL, confirmed_at__isnull=False, withdrawn_at__isnull=True
        )
        rows = reach.within(super().get_queryset(request), request.user)
        if not (request.resolver_match and request.resolver_match.kwargs):
            rows = rows.filter(merged_into__isnull=True, erased_at__isnull=True)
        return rows.annotate(may_call=Exists(agreed))

    def own_row(self, request: HttpRequest, object_id: object) -> Lead:
        """The row of this id; Http404 where it is not there for this reader."""
        row = self.get_object(request, unquote(str(object_id)))
        if row is None:
            deny(request, "leads.Lead", object_id)
        return row

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The row of a person who was merged into another one or erased only shows."""
        gone = obj is not None and (obj.merged_into_id is not None or obj.erased_at is not None)
        return not gone and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Django's deletion would leave no receipt and reach no other room: a person is erased by the verb."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A coach reads less."""
        if reach.sees_all(request.user):
            return super().get_fieldsets(request, obj)
        return ((None, {"fields": COACH_FIELDS}),)

    def get_list_display(self, request: HttpRequest) -> Any:
        """A coach reads less."""
        every = super().get_list_display(request)
        return every if reach.sees_all(request.user) else ("person", "email", "role_of_interest")

    def get_list_filter(self, request: HttpRequest) -> Any:
        """A coach narrows by what a coach sees."""
        return super().get_list_filter(request) if reach.sees_all(request.user) else ("role_of_interest",)

    def get_search_fields(self, request: HttpRequest) -> Any:
        """A hit is an answer: a coach must not ask for a number."""
        return super().get_search_fields(request) if reach.sees_all(request.user) else ("name", "email")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Nor by an address such as ?phone__startswith=; Django lets every column of the model through."""
        if not reach.sees_all(request.user) and lookup.split("__")[0] != "role_of_interest":
            return False
        return bool(super().lookup_allowed(lookup, value, request))

    # --- the list ----------------------------------------------------------------------------------------------------

    @display(description="name", ordering="name")
    def person(self, row: Lead) -> str:
        return str(row)

    @display(description="stage", ordering="stage", label=LEVELS)
    def stage_label(self, row: Lead) -> tuple[str, str]:
        return row.stage, row.get_stage_display()

    @display(description="may call", boolean=True)
    def call(self, row: Lead) -> bool:
        return bool(getattr(row, "may_call", False)) and not row.do_not_call

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The list, with the bound of its count said where it is reached."""
        return super().changelist_view(request, {**(extra_context or {}), "counted": COUNTED})  # type: ignore[dict-item]

    @admin.action(description="Assign to me", permissions=["change"])
    def assign_to_me(self, request: HttpRequest, queryset: QuerySet[Lead]) -> None:
        """The chosen leads are the reader's own from now on."""
        now, actor, done = clock.now(), request.user.get_username(), 0
        for lead in queryset.exclude(owner=request.user.pk).order_by("pk"):
            assigning.assign(lead=lead, owner=request.user, actor=actor, now=now)  # type: ignore[arg-type]
            done += 1
        self.message_user(request, f"{done} lead{'' if done == 1 else 's'} assigned to you.", messages.SUCCESS)

    @admin.action(description="Export as CSV", permissions=["change"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Lead]) -> StreamingHttpResponse:
        """The chosen leads as a file; cells that a spreadsheet would run begin with an apostrophe."""
        rows = Lead.objects.filter(pk__in=queryset.order_by().values("pk")).order_by("-created_at", "-pk")
        marks.mark(request, marks.EXPORTED, f"{rows.count()} leads")
        answer = StreamingHttpResponse(exporting.leads(rows), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="leads-{clock.now():%Y-%m-%d}.csv"'
        answer["Cache-Control"] = "no-store"
        return answer

    # --- one lead ----------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """The verbs and the evidence, before Django's own patterns, which would take their names for keys."""
        wrap = self.admin_site.admin_view
        return [
            path("day/", wrap(self.day), name="leads_lead_day"),
            path("board/", wrap(self.board), name="leads_lead_board"),
            path("<int:pk>/do/<slug:verb>/", wrap(self.do), name="leads_lead_do"),
            path("<int:pk>/evidence.<slug:form>", wrap(self.evidence), name="leads_lead_evidence"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Enter a person; an address or number that is known finds the lead instead of doubling it."""
        need(request, "leads.add_lead")
        form = EnterForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                lead = entry.enter(actor=request.user.get_username(), now=clock.now(), **form.cleaned_data)
            except NotPossible as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, f"{lead} is in the list.")
                return HttpResponseRedirect(page_of(lead))
        back = reverse("admin:leads_lead_changelist")
        return desk_form(self, request, form=form, title="Enter a lead", button="Enter", back=back)

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """The page of a lead that is this reader's to see; 404 before any permission is asked."""
        if object_id is not None:
            self.own_row(request, object_id)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The history of a lead that is this reader's to see."""
        self.own_row(request, object_id)
        need(request, CHANGE)
        return super().history_view(request, object_id, *args, **kwargs)

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Never Django's; 404 for what is not there."""
        self.own_row(request, object_id)
        return super().delete_view(request, object_id, *args, **kwargs)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The details, with everything else about the lead above them."""
        lead = kwargs.get("obj") or (args[3] if len(args) > 3 else None)
        if lead is not None:
            now, whole = clock.now(), reach.sees_all(request.user)
            context["panel"] = (
                lead_page.panel(lead, user=request.user, now=now) if whole else lead_page.brief(lead, now=now)
            )
            # What stands in the history is for those who may change the lead; others need no link to a refusal.
            context |= {
                "whole": whole,
                "show_save_and_add_another": False,
                "show_history": request.user.has_perm(CHANGE),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the details, and write down what changed and who did it; the admin's POST is one transaction."""
        before = Lead.objects.select_for_update(no_key=True).get(pk=obj.pk)
        if obj.email != before.email:
            obj.confirmed_at = None  # nobody has proven the new address
        obj.save(update_fields=[*form.changed_data, "confirmed_at"])
        if form.changed_data:
            names = ", ".join(str(form.fields[name].label or name) for name in form.changed_data)
            people.record_activity(
                lead=obj,
                kind="edited",
                summary=f"Changed: {names}",
                now=clock.now(),
                actor=request.user.get_username(),
            )

    def day(self, request: HttpRequest) -> HttpResponse:
        """Whom to phone next."""
        return day.page(self, request)

    def board(self, request: HttpRequest) -> HttpResponse:
        """Stages as columns."""
        return board.page(self, request)

    def do(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """One verb: its form, or what it did. Following a link never changes anything."""
        return doing.page(self, request, self.own_row(request, pk), verb)

    def evidence(self, request: HttpRequest, pk: int, form: str) -> HttpResponse:
        """What proves the lead's consents, as a file."""
        lead, now = self.own_row(request, pk), clock.now()
        need(request, CHANGE)
        if form not in ("json", "txt"):
            deny(request, "evidence", form)
        marks.mark(request, marks.EXPORTED, f"consents of lead {lead.pk}")
        words = evidence.as_json(lead, now=now) if form == "json" else evidence.as_text(lead, now=now)
        kind = "application/json" if form == "json" else "text/plain"
        name = f'attachment; filename="consent-{lead.pk}.{form}"'
        headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
        return HttpResponse(words, content_type=f"{kind}; charset=utf-8", headers=headers)
