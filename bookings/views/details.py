"""Between a held time and a booked call: who is calling, and what about."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from bookings import links, selectors, services
from bookings.errors import (
    BookingError,
    KeyReused,
    NotActive,
    NotOffered,
    PhoneNeeded,
    ProofAskedLately,
    SlotTaken,
    TooManyOpen,
    TooManyUnproven,
)
from bookings.forms import DetailsForm
from bookings.forms.details import PHONE_NEEDED
from bookings.models import Booking, Coach, LocationKind
from bookings.views import answers, days, held, letters, proving, wording, zones
from bookings.views.asked import default_zone, find_coach, instant, led, minutes, topic
from bookings.views.choose import facts
from leads import abuse
from leads.errors import Suspicious, TooMany
from leads.token_pages import retry_later, token_page
from mail import clock
from mail.errors import LinkUnknown

FORM_GONE = {Booking.Status.CONFIRMED, Booking.Status.PENDING, Booking.Status.COMPLETED, Booking.Status.NO_SHOW}


@dataclass(frozen=True)
class Step:
    """What this request is about: the hold, the zone it is shown in, the start and coach that are wanted."""

    hold: Booking
    zone: ZoneInfo
    start: datetime
    coach: Coach | None
    now: datetime
    token: str
    topic: str = ""
    led: str = ""
    notices: tuple[str, ...] = field(default=())
    problem: str = ""

    @property
    def duration(self) -> timedelta:
        """The length that was chosen with the time; the hold keeps it."""
        return self.hold.duration

    @property
    def live(self) -> bool:
        """True while the time is kept for this visitor."""
        return self.hold.is_live_hold(self.now) and self.start == self.hold.start


@token_page
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The form beside the held time; its POST books, or renews the hold."""
    now = clock.now()
    booking = links.find_booking(token, purpose=links.HOLD, now=now)
    if booking.event_type.slug != slug:
        raise LinkUnknown
    if booking.unproven:
        return proving.waiting(request, booking, token, now)
    data = request.POST if request.method == "POST" else request.GET
    step = Step(
        hold=booking,
        zone=zones.find(booking.attendee_time_zone) or default_zone(),
        start=instant(data.get("start")) or booking.start,
        coach=_coach(data.get("coach") or "", booking),
        now=now,
        token=token,
        topic=topic(data),
        led=led(data),
    )
    if request.method == "POST":
        return _renew(request, step) if data.get("do") == "renew" else _confirm(request, step)
    step = replace(step, start=booking.start)
    if booking.status in FORM_GONE or not booking.event_type.enabled:
        return _done(request, step)
    if not step.live and not _still_free(step):
        step = replace(step, problem="The time you had chosen is taken now. These are the nearest free times.")
        return _page(request, step, _form(step), offer=True)
    return _page(request, step, _form(step))


def _coach(slug: str, hold: Booking) -> Coach | None:
    """Who was asked for: as a rule the coach whose time is held, whom nobody need look up again."""
    return hold.coach if hold.coach.slug == slug and hold.coach.active else find_coach(slug, hold.event_type)


def _done(request: HttpRequest, step: Step, *, status: int = 200) -> HttpResponse:
    """The held time became a call already, or cannot become one any more."""
    return render(request, "bookings/details_done.html", facts(step.hold.event_type), status=status)


def _form(step: Step, request: HttpRequest | None = None) -> DetailsForm:
    return DetailsForm(
        request.POST if request else None,
        now=step.now,
        we_phone=step.hold.event_type.location_kind == LocationKind.PHONE,
        questions=selectors.intake_questions(step.hold.event_type),
        initial={"questions": step.topic},
    )


def _still_free(step: Step) -> bool:
    found = selectors.month_of_slots(
        event_type=step.hold.event_type,
        coach=step.coach,
        since=step.start,
        until=step.start + timedelta(minutes=1),
        now=step.now,
        own_hold=step.hold,
        duration=step.duration,
    )
    return bool(found)


def _page(
    request: HttpRequest, step: Step, form: DetailsForm, *, status: int = 200, offer: bool = False
) -> HttpResponse:
    """The form; with `offer`, the nearest free times as radio buttons above it."""
    kind, hold = step.hold.event_type, step.hold
    near = (
        selectors.nearest_slots(
            event_type=kind, coach=step.coach, around=step.start, now=step.now, duration=step.duration, own_hold=hold
        )
        if offer
        else []
    )
    back = {
        "tz": step.zone.key,
        "coach": step.coach.slug if step.coach else "",
        "duration": str(minutes(step.duration)) if step.duration != kind.duration else "",
        "start": wording.written(step.start),
        "topic": step.topic,
        "led": step.led,
    }
    context = facts(kind, step.duration) | {
        "form": form,
        "step": step,
        "coach": hold.coach if step.live else step.coach,
        "start_value": wording.written(step.start),
        "moment": wording.moment(step.start, step.zone),
        "when": wording.sentence(step.start, step.zone),
        # Not until when: a visitor's own clock may be wrong by more than a hold lasts.
        "held_for": int((hold.held_until - step.now).total_seconds()) if hold.held_until else 0,
        "held_until_words": wording.clock(hold.held_until, step.zone) if hold.held_until else "",
        "zone_name": zones.name(step.zone),
        "ran_out": not step.live and step.start == hold.start,
        "can_renew": step.live and hold.renewals_left > 0,
        "too_late_to_cancel": step.now > step.start - kind.cancel_window,
        "answer_by": _answer_by(step) if kind.needs_approval else "",
        "offer": offer,
        "times": days.moments(near, step.zone),
        "back": f"{reverse('bookings:event_type', args=[kind.slug])}?{urlencode({k: v for k, v in back.items() if v})}",
    }
    return render(request, "bookings/details.html", context, status=status)


def _answer_by(step: Step) -> str:
    """By when the coach answers a request that is sent now, in words."""
    notice = step.hold.event_type.minimum_notice
    deadline = services.approval_deadline(start=step.start, notice=notice, now=step.now)
    long = deadline - step.now >= timedelta(days=1)
    return "within 24 hours" if long else f"by {wording.sentence(deadline, step.zone)}"


def _renewed(step: Step) -> Step:
    """The step with its hold renewed where it is live: every step of the visitor's gives ten more minutes."""
    if not step.live:
        return step
    try:
        hold = services.renew_hold(booking=step.hold, now=step.now)
    except BookingError:
        return step
    return replace(step, hold=hold)


def _renew(request: HttpRequest, step: Step) -> HttpResponse:
    """Ten more minutes on request; what was typed stays, unchecked."""
    try:
        step = replace(step, hold=services.renew_hold(booking=step.hold, now=step.now))
        return _page(request, step, _unchecked(request, step))
    except NotActive:
        step = replace(step, problem="The time had already run out. It may still be free: book it to find out.")
    except BookingError as error:
        step = replace(step, problem=answers.sentence(error))
    return _page(request, step, _unchecked(request, step), status=409)


def _unchecked(request: HttpRequest, step: Step) -> DetailsForm:
    """The form as it was typed, without complaints about what is not filled in yet."""
    form = _form(step, request)
    form.is_valid()
    form.errors.clear()
    return form


def _confirm(request: HttpRequest, step: Step) -> HttpResponse:
    form = _form(step, request)
    if not form.is_valid():
        return _page(request, _renewed(step), form, status=422)
    typed = form.cleaned_data
    key = typed["idempotency_key"]
    if not key:
        form.new_key()
        key = form.data["idempotency_key"]
    raw: list[str] = []

    def also(booking: Booking) -> None:
        raw.append(links.mint_manage(booking=booking, now=step.now))

    try:
        verb = _checked(request, form, step, key, also)
        booking = verb(
            hold=step.hold,
            event_type=step.hold.event_type,
            start=step.start,
            coach=step.coach,
            name=typed["name"],
            email=typed["email"],
            phone=form.phone_number(),
            questions=typed["questions"],
            time_zone=step.zone.key,
            idempotency_key=key,
            page=reverse("bookings:event_type", args=[step.hold.event_type.slug]),
            now=step.now,
            duration=step.duration,
            access_needs=typed["access_needs"],
            answers=form.answers(),
        )
    except TooMany as error:
        wait = wording.length(max(error.retry_after, timedelta(minutes=1)))
        problem = f"Many calls have been booked from your connection or address. Please wait {wait} and send again, or call us."
        return retry_later(_page(request, replace(_renewed(step), problem=problem), form, status=429), error)
    except Suspicious as error:
        form.ask_again(error, now=step.now)
        return _page(request, _renewed(step), form, status=422)
    except KeyReused:
        if Booking.objects.filter(pk=step.hold.pk, status__in=FORM_GONE).exists():
            return _done(request, step, status=409)
        form.new_key()
        problem = "This form had already been sent with other answers. Please check them and book once more."
        return _page(request, replace(_renewed(step), problem=problem), form, status=409)
    except PhoneNeeded:
        form.add_error("phone", PHONE_NEEDED)
        return _page(request, _renewed(step), form, status=422)
    except (TooManyOpen, ProofAskedLately, TooManyUnproven) as error:
        problem = answers.sentence(error)
        return _page(request, replace(_renewed(step), problem=problem), form, status=answers.status(error))
    except BookingError as error:
        step = replace(step, problem=answers.sentence(error))
        offer = isinstance(error, SlotTaken | NotOffered)
        return _page(request, step, form, status=answers.status(error), offer=offer)
    if booking.unproven:
        kept = links.mint_hold(booking=booking, now=step.now)
        response = answers.SeeOther(reverse("bookings:details", args=[step.hold.event_type.slug, kept]))
        held.forget(response)
        return response
    if typed.get("wants_list"):
        letters.ask_for(request, booking, step.now)
    if not raw:  # it was booked before: another link to the same call
        also(booking)
    response = answers.SeeOther(f"{reverse('bookings:manage', args=[raw[-1]])}?booked=1")
    held.forget(response)
    return response


def _checked(
    request: HttpRequest, form: DetailsForm, step: Step, key: str, also: Callable[[Booking], None]
) -> Callable[..., Booking]:
    """The verb that this form has earned: who gave no proof of being a person books when the mailbox says so.

    Raises Suspicious where the form is asked again first, TooMany.
    """
    confirm = partial(services.confirm, also=also, came_from=step.led)
    if step.hold.idempotency_key == key:  # sent again (double click, reload): it costs nothing
        return confirm
    try:
        abuse.check(request=request, form=form, entry="booking", email=form.cleaned_data["email"], now=step.now)
    except Suspicious as error:
        if not error.hold:
            raise
        return services.book_unproven
    return confirm
