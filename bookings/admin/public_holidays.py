"""Which country's public holidays a coach keeps, and which of them the coach works on."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelectWidget

from bookings import selectors
from bookings.admin import outside_hours
from bookings.admin.calls import said
from bookings.admin.desk_form import desk_form
from bookings.admin.own import forbid
from bookings.errors import Busy
from bookings.holidays import base_name, countries, holidays_of, subdivisions
from bookings.models import Coach, WorkedHoliday
from bookings.scheduling.wording import date_in_words
from bookings.services import gate
from mail import clock

CHANGE = "bookings.change_coach"
YEARS = 2


@dataclass(frozen=True, slots=True)
class Holiday:
    """A holiday by its name, with its coming dates; `worked` where the coach works on it."""

    name: str
    dates: tuple[str, ...]
    worked: bool


class HolidaysForm(forms.Form):
    """Country, and its state or region where it has some."""

    country = forms.ChoiceField(label="Public holidays of", required=False, widget=UnfoldAdminSelectWidget)
    subdivision = forms.ChoiceField(label="State or region", required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [("", "the country as a whole"), *subdivisions(country)]
        self.fields["country"].choices = [("", "no country: work on all of them"), *countries()]  # type: ignore[attr-defined]
        self.fields["subdivision"].choices = places  # type: ignore[attr-defined]
        if len(places) == 1:
            self.fields["subdivision"].widget = forms.HiddenInput()


def coming(country: str, subdivision: str, *, today: date, worked: set[str]) -> list[Holiday]:
    """The holidays of the coming two years by name, in the order of their next date."""
    dates: dict[str, list[str]] = {}
    last = today.replace(year=today.year + YEARS, day=min(today.day, 28))
    for day, names in sorted(holidays_of(country, subdivision, range(today.year, last.year + 1)).items()):
        if today <= day < last:
            for name in names.split("; "):
                observed = " (observed)" if base_name(name) != name else ""
                dates.setdefault(base_name(name), []).append(f"{date_in_words(day)}{observed}")
    return [Holiday(name, tuple(days), name in worked) for name, days in dates.items()]


def page(admin: ModelAdmin, request: HttpRequest, coach: Coach) -> HttpResponse:
    """Show and save both; another country is shown with its holidays before anything is saved."""
    if not request.user.has_perm(CHANGE):
        forbid(request, CHANGE)
    back = reverse("admin:bookings_coach_change", args=[coach.pk])
    posted = request.method == "POST"
    country = request.POST.get("country", "") if posted else coach.holiday_country
    form = HolidaysForm(
        _known(request, country) if posted else None,
        country=country,
        initial={"country": coach.holiday_country, "subdivision": coach.holiday_subdivision},
    )
    worked = set(WorkedHoliday.objects.filter(coach=coach).values_list("name", flat=True))
    today = clock.now().astimezone(selectors.coach_zone(coach, at=clock.now())).date()
    subdivision = coach.holiday_subdivision
    if posted and form.is_valid():
        country, subdivision = form.cleaned_data["country"], form.cleaned_data["subdivision"]
        shown = coming(country, subdivision, today=today, worked=worked)
        if request.POST.get("do") == "save":
            known = {holiday.name for holiday in shown}
            listed = set(request.POST.getlist("listed")) & known
            kept = (worked - listed) | (listed & set(request.POST.getlist("worked")))
            try:
                _save(coach, country, subdivision, kept)
            except Busy:
                form.add_error(None, said.BUSY)
            else:
                messages.success(request, f"The public holidays of {coach.name} are saved.")
                outside_hours.tell(request, {coach.pk}, now=clock.now())
                return HttpResponseRedirect(request.path)
    return desk_form(
        admin,
        request,
        form=form,
        title=f"Public holidays of {coach.name}",
        button="Save",
        back=back,
        words=["No call is offered on the holidays of the country, but for those that are ticked as worked."],
        obj=coach,
        template="bookings/desk/holidays.html",
        holidays=coming(country, subdivision, today=today, worked=worked),
    )


def _known(request: HttpRequest, country: str) -> dict[str, str]:
    """What was chosen, without a region of the country that was chosen before."""
    subdivision = request.POST.get("subdivision", "")
    there = dict(subdivisions(country))
    return {"country": country, "subdivision": subdivision if subdivision in there else ""}


def _save(coach: Coach, country: str, subdivision: str, worked: set[str]) -> None:
    """Write both under the coach lock. Raises Busy."""

    def work() -> None:
        gate.lock(coach.pk)
        Coach.objects.filter(pk=coach.pk).update(holiday_country=country, holiday_subdivision=subdivision)
        WorkedHoliday.objects.filter(coach=coach).exclude(name__in=worked).delete()
        there = set(WorkedHoliday.objects.filter(coach=coach).values_list("name", flat=True))
        WorkedHoliday.objects.bulk_create(WorkedHoliday(coach=coach, name=name) for name in sorted(worked - there))
        gate.changed(coach.pk)

    gate.run(work)
