"""Held forms: read as text, then taken in or refused by a person."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from leads import quarantine
from leads.admin.desk import ReadOnly, deny, log, need
from leads.errors import LeadsError
from leads.models import Quarantine
from mail import clock

DECIDE = "leads.change_quarantine"
State = Quarantine.State
VERBS: dict[str, tuple[Callable[..., Quarantine], str]] = {
    "release": (quarantine.release, "taken in, as if it had just been sent"),
    "refuse": (quarantine.refuse, "refused"),
}


class StateFilter(admin.SimpleListFilter):
    """Those that wait, unless others are asked for."""

    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("released", "Taken in"), ("refused", "Refused"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Quarantine]) -> QuerySet[Quarantine]:
        wanted = self.value()
        return queryset if wanted == "all" else queryset.filter(state=wanted if wanted in State.values else State.NEW)


@admin.register(Quarantine)
class QuarantineAdmin(ReadOnly):
    """Read, and two verbs: not spam, refuse."""

    list_display = ("received_at", "what", "name", "email", "reason", "state_label")
    list_filter = (StateFilter, "entry")
    search_fields = ("name", "email")
    actions = ("not_spam", "refuse")
    fieldsets = (
        (None, {"fields": ("what", "received_at", "reason", "state_label", "decided_at", "decided_by", "lead")}),
        ("What was sent", {"fields": ("sent",)}),
    )
    change_form_outer_before_template = "leads/desk/_held.html"  # type: ignore[assignment]

    class Media:
        css = {"all": ("leads/desk.css",)}

    def get_urls(self) -> list[URLPattern]:
        """The buttons of the page post to a view of their own: the verbs open their own transactions."""
        view = self.admin_site.admin_view(self.decide)
        return [path("<int:pk>/<slug:verb>-it/", view, name="leads_quarantine_decide"), *super().get_urls()]

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether this reader may say what is spam."""
        return bool(request.user.has_perm(DECIDE))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the two buttons where there is something to decide."""
        held = kwargs.get("obj") or (args[3] if len(args) > 3 else None)
        context["held"] = held if held and held.state == State.NEW and self.has_decide_permission(request) else None
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="form", ordering="entry")
    def what(self, row: Quarantine) -> str:
        return quarantine.label(row.entry)

    @display(
        description="state",
        ordering="state",
        label={State.NEW.value: "warning", State.RELEASED.value: "success", State.REFUSED.value: "danger"},
    )
    def state_label(self, row: Quarantine) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="")
    def sent(self, row: Quarantine) -> SafeString:
        """Every field as text: nothing of it runs, links or loads."""
        pairs = ((str(name).replace("_", " "), "\n".join(map(str, values))) for name, values in row.payload.items())
        lines = format_html_join("", "<dt>{}</dt><dd>{}</dd>", pairs)
        return format_html('<div class="leads"><dl class="leads-pairs">{}</dl></div>', lines)

    @admin.action(description="Not spam: take in", permissions=["decide"])
    def not_spam(self, request: HttpRequest, queryset: QuerySet[Quarantine]) -> None:
        """Each as if it had just been sent."""
        self._each(request, queryset.order_by("received_at", "pk"), "release")

    @admin.action(description="Refuse", permissions=["decide"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[Quarantine]) -> None:
        """Nothing comes of them."""
        self._each(request, queryset.order_by("received_at", "pk"), "refuse")

    def decide(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """One of the two buttons; following a link decides nothing."""
        need(request, DECIDE)
        row = self.get_object(request, str(pk))
        if row is None or verb not in VERBS:
            deny(request, "leads.Quarantine", pk)
        if request.method == "POST":
            self._each(request, [row], verb)
            return HttpResponseRedirect(reverse("admin:leads_quarantine_changelist"))
        return HttpResponseRedirect(reverse("admin:leads_quarantine_change", args=[row.pk]))

    def _each(self, request: HttpRequest, rows: Any, verb: str) -> None:
        run, done, good = *VERBS[verb], 0
        for held in rows:
            try:
                run(held=held, actor=request.user.get_username(), now=clock.now())
            except LeadsError as error:
                messages.warning(request, f"{held}: {error}")
            except Exception:
                # The verb has put it back into the quarantine; the others still have their turn.
                log.exception("held form %s could not be taken in", held.pk)
                messages.error(request, f"{held}: it could not be taken in and waits here still. Tell your operator.")
            else:
                good += 1
        if good:
            messages.success(request, f"{good} form{'' if good == 1 else 's'} {done}.")
