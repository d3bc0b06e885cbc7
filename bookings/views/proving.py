"""A call whose form looked like a robot's: the page that waits for the mailbox, and the page behind the mailed link."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from bookings import links, services
from bookings.errors import BookingError, NotActive, TooManyRequests
from bookings.models import Booking, BookingEvent
from bookings.views import answers, call, letters, wording, zones
from leads import services as people
from leads.token_pages import token_page
from mail import clock

ATTENDEE = BookingEvent.ActorKind.ATTENDEE
AGAIN, GIVE_UP = "again", "give_up"
NO_MORE = "The mail was sent twice more today, and that is as often as we send it. Please call us, and we book the call with you."


def waiting(request: HttpRequest, booking: Booking, token: str, now: datetime) -> HttpResponse:
    """What the form leads to: look into the mailbox. The browser may ask for the mail again or give the time up."""
    here = reverse("bookings:details", args=[booking.event_type.slug, token])
    status, problem, do = 200, "", request.POST.get("do")
    if request.method == "POST":
        try:
            if do == AGAIN:
                services.ask_again(booking=booking, now=now)
                return answers.SeeOther(f"{here}?again=1")
            if do == GIVE_UP:
                services.release_unproven(
                    booking=booking, actor_kind=ATTENDEE, actor="booking page", why="Given up by the visitor.", now=now
                )
            return answers.SeeOther(here)
        except NotActive:
            return answers.SeeOther(here)
        except TooManyRequests:
            status, problem = 429, NO_MORE
        except BookingError as error:
            status, problem = answers.status(error), answers.sentence(error)
    context = _context(booking, token, now) | {"again_sent": "again" in request.GET, "problem": problem, "here": here}
    return render(request, "bookings/waiting.html", context, status=status)


@token_page
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the call and two buttons, POST books it or gives the time free; mail scanners change nothing."""
    now = clock.now()
    booking = links.find_booking(token, purpose=links.PROVE, now=now)
    status, problem = 200, ""
    if request.method == "POST":
        try:
            if request.POST.get("do") == GIVE_UP:
                services.release_unproven(
                    booking=booking, actor_kind=ATTENDEE, actor="mailed link", why="Refused from the mailbox.", now=now
                )
                return answers.SeeOther(request.path)
            return _booked(request, booking, now)
        except NotActive:
            return answers.SeeOther(request.path)
        except BookingError as error:
            status, problem = answers.status(error), answers.sentence(error)
    context = _context(booking, token, now) | {
        "problem": problem,
        "words": people.consent_words(),
        "asks": booking.event_type.needs_approval,
    }
    return render(request, "bookings/prove.html", context, status=status)


def _booked(request: HttpRequest, booking: Booking, now: datetime) -> HttpResponse:
    """The call, booked or asked for; from here on everything is as after any other form."""
    page = reverse("bookings:event_type", args=[booking.event_type.slug])
    booked = services.prove(booking=booking, actor_kind=ATTENDEE, actor="mailed link", page=page, now=now)
    if request.POST.get("wants_list") == "on":
        letters.ask_for(request, booked, now)
    raw = links.mint_manage(booking=booked, now=now)
    return answers.SeeOther(f"{reverse('bookings:manage', args=[raw])}?booked=1")


def _context(booking: Booking, token: str, now: datetime) -> dict[str, object]:
    """The call in words; `kept` while the address can still confirm it, `proven` once it has."""
    zone = call.attendee_zone(booking)
    return call.context(booking, token, now) | {
        "kept": booking.awaits_proof(now),
        "proven": not booking.unproven,
        "moment": wording.moment(booking.start, zone),
        "until": wording.sentence(booking.approve_by, zone) if booking.approve_by else "",
        "zone_name": zones.name(zone),
        "until_clock": wording.clock(booking.approve_by, zone) if booking.approve_by else "",
    }
