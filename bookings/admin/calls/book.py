"""Book a call on a student's behalf: what and with whom, then a free time, then the student."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from bookings import services
from bookings.admin.calls import said, times
from bookings.admin.calls.choose import Asked, asked
from bookings.admin.calls.decide import page_of
from bookings.admin.desk_form import desk_form
from bookings.errors import BookingError, NotOffered, SlotTaken
from bookings.forms import intake
from bookings.forms.details import NAME_LIMIT, TALK_LIMIT, dialled, fresh_key
from bookings.models import Answer, EventType, LocationKind
from leads import reach
from leads.admin.desk import desk_page, in_desk_look
from leads.forms import CleanCharField, CleanEmailField, CleanPhoneField
from leads.models import Lead
from mail import clock
from mail.text import one_line, plain

TITLE = "Book a call for a student"


class StudentForm(forms.Form):
    """Who the call is for. Answers that the student has not given yet may stay empty, whatever visitors must answer."""

    start = forms.CharField(max_length=40, widget=forms.HiddenInput)
    name = CleanCharField(label="Name", max_length=NAME_LIMIT, error_messages={"required": "Enter the student’s name."})
    email = CleanEmailField(
        label="Email address",
        help_text="The confirmation and the reminders go there.",
        error_messages={"required": "Enter the address that the confirmation goes to."},
    )
    phone = CleanPhoneField(
        label="Phone number", required=False, help_text="Outside the US, begin with + and the country code."
    )
    questions = CleanCharField(
        lines=True,
        label="What the student would like to talk about",
        max_length=TALK_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    access_needs = intake.access_needs()
    idempotency_key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: EventType, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = list(kind.intake_questions.all())
        own = intake.fields(self.asked)
        for field in own.values():
            field.required = False
        self.fields.update(own)
        self.fields["access_needs"].label = "Anything that would make this call easier for the student?"
        if kind.location_kind == LocationKind.PHONE:
            self.fields["phone"].required = True
            self.fields["phone"].error_messages["required"] = "Enter the number that the coach dials."
        self.fields["idempotency_key"].initial = fresh_key()
        self.order_fields(["name", "email", "phone", *own, "questions", "access_needs"])
        in_desk_look(self)

    def clean_start(self) -> datetime:
        """The instant."""
        start = times.start_of(self.cleaned_data["start"])
        if start is None:
            raise forms.ValidationError("Choose a time.")
        return start

    def clean_name(self) -> str:
        """One line with something in it."""
        name = one_line(self.cleaned_data["name"], limit=NAME_LIMIT)
        if not any(map(str.isalnum, name)):
            raise forms.ValidationError("Enter the student’s name.")
        return name

    def details(self) -> dict[str, Any]:
        """What the verb asks about the student."""
        given = self.cleaned_data
        answers: list[Answer] = intake.answers(self.asked, given)
        return {
            "name": given["name"],
            "email": given["email"],
            "phone": dialled(given.get("phone")),
            "questions": plain(given["questions"], limit=TALK_LIMIT),
            "access_needs": intake.clean_access_needs(given["access_needs"]),
            "answers": answers,
            "idempotency_key": given["idempotency_key"],
        }


def book(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The times where none is chosen yet, else the student's details."""
    wish = asked(request, zone=str(timezone.get_current_timezone()), any_coach=True)
    start = times.start_of(request.POST.get("start", request.GET.get("start", "")))
    if wish.event_type is None or (start is None and request.method != "POST"):
        return _times(admin, request, wish)
    return _details(admin, request, wish, wish.event_type, start)


def _lead(request: HttpRequest) -> Lead | None:
    """The lead whom the address names, where this reader may see that lead; their details stand in the form then."""
    wanted = request.GET.get("lead", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 16):
        return None
    return reach.within(Lead.objects.present(), request.user).filter(pk=int(wanted)).first()


def _kept(wish: Asked, lead: Lead | None) -> str:
    return f"{wish.query}&lead={lead.pk}" if lead is not None else wish.query


def _times(admin: ModelAdmin, request: HttpRequest, wish: Asked) -> HttpResponse:
    now, week, lead = clock.now(), None, _lead(request)
    if wish.event_type is not None:
        wanted = times.Wanted(wish.event_type, wish.coach, wish.duration)
        monday = times.monday_of(request.GET.get("week", ""), now=now)
        week = times.week(wanted, monday=monday, now=now, theirs=ZoneInfo(wish.zone), names=wish.coach is None)
    return desk_page(
        admin,
        request,
        "bookings/desk/book.html",
        title=TITLE,
        back=reverse("admin:bookings_booking_changelist"),
        form=wish.form,
        week=week,
        lead=lead,
        kept=_kept(wish, lead),
        link=f"?{_kept(wish, lead)}",
    )


def _details(
    admin: ModelAdmin, request: HttpRequest, wish: Asked, kind: EventType, start: datetime | None
) -> HttpResponse:
    now, posted = clock.now(), request.method == "POST"
    lead = _lead(request)
    initial = {"start": times.value_of(start) if start is not None else ""}
    if lead is not None:
        # A coach may not read the number on the lead's own page.
        phone = str(lead.phone or "") if reach.sees_all(request.user) else ""
        initial |= {"name": lead.name, "email": lead.email or "", "phone": phone}
    form = StudentForm(request.POST if posted else None, kind=kind, initial=initial)
    others: list[tuple[str, str]] = []
    if posted and form.is_valid():
        try:
            made = services.book_for(
                event_type=kind,
                start=form.cleaned_data["start"],
                coach=wish.coach,
                duration=wish.duration,
                time_zone=wish.zone,
                actor=request.user.get_username(),
                now=now,
                **form.details(),
            )
        except (SlotTaken, NotOffered) as error:
            form.add_error(None, said.sentence(error))
            wanted = times.Wanted(kind, wish.coach, wish.duration)
            near = times.nearest(wanted, around=form.cleaned_data["start"], now=now)
            others = [(times.value_of(slot.start), said.when(slot.start)) for slot in near]
        except BookingError as error:
            form.add_error(None, said.sentence(error))
        else:
            messages.success(request, f"Booked: {made.title}, {said.when(made.start)}. The student gets the mail.")
            return HttpResponseRedirect(page_of(made))
    at = start or now
    words = [f"{kind.title}, {wish.form['length'].value()} minutes, {said.when(at)}."] if start is not None else []
    if start is not None and wish.zone != str(timezone.get_current_timezone()):
        words.append(f"For the student: {said.when(at, ZoneInfo(wish.zone))}.")
    words.append(f"Coach: {wish.coach.name if wish.coach else 'whoever comes next in the fair order'}.")
    return desk_form(
        admin,
        request,
        form=form,
        title=TITLE,
        button="Book the call",
        back=f"?{_kept(wish, lead)}",
        words=words,
        template="bookings/desk/student.html",
        others=others,
    )
