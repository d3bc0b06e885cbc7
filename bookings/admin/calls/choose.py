"""What call is wanted: the kind, the coach and the length, from the address of a page; used wherever staff look for times."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest
from timezone_field.forms import TimeZoneFormField
from unfold.widgets import UnfoldAdminSelectWidget

from bookings import selectors
from bookings.admin.own import deny, own_coaches, sees_all
from bookings.admin.zone_select import ZoneSelect
from bookings.models import Coach, EventType

ANY = "any"


class CallForm(forms.Form):
    """Kind, coach and length; the lengths are those of the kind."""

    type = forms.ModelChoiceField(
        EventType.objects.none(), label="Kind of call", empty_label=None, widget=UnfoldAdminSelectWidget
    )
    coach = forms.ChoiceField(label="Coach", widget=UnfoldAdminSelectWidget)
    length = forms.TypedChoiceField(label="Length", coerce=int, required=False, widget=UnfoldAdminSelectWidget)
    zone = TimeZoneFormField(label="The student’s time zone", required=False, widget=ZoneSelect, use_pytz=False)


@dataclass(frozen=True)
class Asked:
    """What the address of a page asks for; `coach` None means any."""

    form: CallForm
    event_type: EventType | None = None
    coach: Coach | None = None
    duration: timedelta | None = None
    zone: str = ""

    @property
    def query(self) -> str:
        """The same as part of an address."""
        values = {
            "type": self.event_type.pk if self.event_type else "",
            "coach": self.coach.pk if self.coach else ANY,
            "length": int(self.duration.total_seconds() // 60) if self.duration else "",
            "zone": self.zone,
        }
        return urlencode(values)


def asked(request: HttpRequest, *, zone: str, any_coach: bool) -> Asked:
    """What the address asks for, as far as it makes sense and is this reader's; Http404 for another's coach."""
    mine = own_coaches(request).filter(active=True)
    everybody = sees_all(request)
    refuse_foreign(request, request.GET.get("coach", ""))
    kinds = selectors.event_types() if everybody else selectors.event_types().filter(coaches__in=mine).distinct()
    data = {name: request.GET.get(name, "") for name in ("type", "coach", "length", "zone")}
    first = kinds.first()
    data["type"] = data["type"] or str(first.pk if first is not None else "")
    data["zone"] = data["zone"] or zone
    form = CallForm(data)
    _offer(form, kinds)
    kind = kinds.filter(pk=_number(data["type"])).first()
    if kind is None:
        return Asked(form)
    coaches = list(mine.filter(event_types=kind))
    choices = [(str(each.pk), each.name) for each in coaches]
    if everybody and any_coach:
        choices.insert(0, (ANY, "Any coach, in the fair order"))
    lengths = [(int(each.total_seconds() // 60), f"{each.total_seconds() / 60:g} minutes") for each in kind.durations]
    if data["coach"] not in dict(choices):
        data["coach"] = choices[0][0] if choices else ""
    if _number(data["length"]) not in dict(lengths):
        data["length"] = str(lengths[0][0])
    form = CallForm(data)
    _offer(form, kinds, choices, lengths)
    form.is_valid()
    if not choices:
        return Asked(form)
    return Asked(
        form=form,
        event_type=kind,
        coach=next((each for each in coaches if str(each.pk) == data["coach"]), None),
        duration=timedelta(minutes=int(data["length"])),
        zone=str(form.cleaned_data.get("zone") or zone),
    )


def refuse_foreign(request: HttpRequest, pk: str) -> None:
    """Http404 where an address names a coach who is another's business or not there."""
    if pk and pk != ANY and not own_coaches(request).filter(pk=_number(pk)).exists():
        deny(request, "bookings.Coach", pk)


def _offer(
    form: CallForm, kinds: object, coaches: list[tuple[str, str]] | None = None, lengths: list | None = None
) -> None:
    form.fields["type"].queryset = kinds  # type: ignore[attr-defined]
    form.fields["coach"].choices = coaches or []  # type: ignore[attr-defined]
    form.fields["length"].choices = lengths or []  # type: ignore[attr-defined]


def _number(text: str) -> int:
    """A row's id or a length from an address; 0, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
