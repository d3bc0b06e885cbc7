"""Pages for visitors: ask for the guide, confirm, choose, unsubscribe, write to staff."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from leads import abuse, consents, intake, mailbox, quarantine, services
from leads.client import client_address
from leads.emails import guide_path
from leads.errors import Suspicious, TooMany
from leads.forms import ContactForm, PreferencesForm, SubscribeForm, VisitorForm
from leads.led_here import path_before
from leads.models import CALL, LIST, Lead
from leads.people import own_path
from leads.token_pages import minutes, retry_later, token_page, too_many
from mail import clock

ASKED_WITH = "asked_with"
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


class SeeOther(HttpResponseRedirect):
    """After a form: fetch the next page with GET (RFC 9110, section 15.4.4)."""

    status_code = 303


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form comes back: the status of the answer, and how long to wait where that is the reason.

    A form that is `held` does not come back: it waits for a person, and the visitor is told so.
    """

    status: int
    wait: timedelta | None = None
    held: bool = False


def refused(
    request: HttpRequest, form: VisitorForm, *, entry: str, now: datetime, holds: bool = True
) -> Refusal | None:
    """Validate the form and run the abuse check; None where both are content.

    What a person would have to release in vain (`holds` is false) is only ever asked again.
    """
    if not form.is_valid():
        return Refusal(422)
    try:
        abuse.check(request=request, form=form, entry=entry, email=form.cleaned_data["email"], now=now)
    except Suspicious as error:
        if error.hold and holds:
            quarantine.hold(entry=entry, request=request, form=form, reason=error.reason, now=now)
            return Refusal(303, held=True)
        form.ask_again(error, now=now)
        return Refusal(422)
    except TooMany as error:
        return Refusal(429, error.retry_after)
    return None


@vary_on_headers("HX-Request")
@get_or_post
def subscribe(request: HttpRequest) -> HttpResponse:
    """The guide by email; with htmx only the form, for the guide's own page."""
    now = clock.now()
    if request.method != "POST":
        return _form(request, "subscribe", SubscribeForm(now=now, initial=_where(request)))
    form = SubscribeForm(request.POST, now=now)
    refusal = refused(request, form, entry="subscribe", now=now)
    if refusal:
        return _form(request, "subscribe", form, refusal)
    intake.subscribe(form, now=now, address=client_address(request))
    # A number, not the address: the session outlives an erasure, and access logs hold what stands in a path.
    own = Lead.objects.filter(email=form.cleaned_data["email"]).values_list("pk", flat=True).first()
    request.session[ASKED_WITH] = own
    return SeeOther(reverse("leads:subscribed"))


@never_cache  # it names the visitor's address
@vary_on_headers("HX-Request")
@get_or_post
def subscribed(request: HttpRequest) -> HttpResponse:
    """What happens next; a POST mails the link once more."""
    asked_with = request.session.get(ASKED_WITH)
    lead = Lead.objects.filter(pk=asked_with).first() if isinstance(asked_with, int) else None
    email = lead.email or "" if lead else ""
    if request.method == "POST":
        now = clock.now()
        try:
            abuse.check(request=request, form=None, entry="subscribe", email=email, now=now)
        except TooMany as error:
            return too_many(request, error)
        services.resend(email=email, now=now)
        return SeeOther(reverse("leads:subscribed") + "?again=1")
    template = "leads/_subscribed.html" if _is_htmx(request) else "leads/subscribed.html"
    return render(request, template, {"email": email, "again": "again" in request.GET, "guide_path": guide_path()})


@get_or_post
def contact(request: HttpRequest) -> HttpResponse:
    """A message to staff."""
    now = clock.now()
    if request.method != "POST":
        return _form(request, "contact", ContactForm(now=now, initial=_where(request)))
    form = ContactForm(request.POST, now=now)
    refusal = refused(request, form, entry="contact", now=now)
    if refusal:
        return _form(request, "contact", form, refusal)
    intake.contact(form, now=now)
    return SeeOther(reverse("leads:contacted"))


@require_safe
def held(request: HttpRequest) -> HttpResponse:
    """A form that looked like a robot's waits for a person: said as it is."""
    template = "leads/_held.html" if _is_htmx(request) else "leads/held.html"
    return render(request, template)


@require_safe
def contacted(request: HttpRequest) -> HttpResponse:
    """The message has arrived."""
    return render(request, "leads/contacted.html")


@token_page
@get_or_post
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link in the mail: GET shows what is asked and a button, POST confirms it."""
    now = clock.now()
    if request.method == "POST":
        shown = _numbers(request.POST.getlist("consent"))
        services.confirm(token=token, shown=shown, agreed="only" not in request.POST, now=now)
        return SeeOther(request.path)
    lead = mailbox.lead_of(token, purpose="confirm", now=now)
    pending = list(consents.pending(lead, now=now))
    template = "leads/confirmed.html" if lead.confirmed_at and not pending else "leads/confirm.html"
    return render(request, template, {"lead": lead, "pending": pending, "guide_path": guide_path()})


@token_page
@get_or_post
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """What a person hears from us about, each on its own."""
    now = clock.now()
    lead = mailbox.lead_of(token, purpose="preferences", now=now)
    have = consents.confirmed_purposes(lead)
    can_call = bool(lead.phone) or CALL in have
    if request.method == "POST":
        form = PreferencesForm(request.POST, can_call=can_call)
        form.is_valid()  # tick boxes only: there is no way to fill them in wrongly
        services.choose(token=token, wanted=form.wanted(), now=now, address=client_address(request))
        return SeeOther(f"{request.path}?saved=1")
    form = PreferencesForm(initial={"wants_list": LIST in have, "wants_call": CALL in have}, can_call=can_call)
    return render(request, "leads/preferences.html", {"lead": lead, "form": form, "saved": "saved" in request.GET})


# Mail clients post here on their own (RFC 8058): no cookie, no CSRF token, no redirect.
@csrf_exempt
@token_page
@get_or_post
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ends the interview-preparation emails; the button on the page sends what a mail client would."""
    now = clock.now()
    lead = mailbox.lead_of(token, purpose="unsubscribe", now=now)
    done = request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click"
    if done:
        services.withdraw(lead=lead, purpose=LIST, now=now, how="One-click link in an email")
    return render(request, "leads/unsubscribe.html", {"lead": lead, "done": done})


def _form(request: HttpRequest, stem: str, form: VisitorForm, refusal: Refusal | None = None) -> HttpResponse:
    """The page with the form, empty or coming back with all that was typed; the next page for one that is held."""
    if refusal and refusal.held:
        return SeeOther(reverse("leads:held"))
    fragment = stem == "subscribe" and _is_htmx(request)
    wait = refusal.wait if refusal else None
    # htmx leaves the page as it is on a 4xx answer, and the visitor would see nothing happen.
    status = 200 if fragment or not refusal else refusal.status
    template = "leads/_subscribe_form.html" if fragment else f"leads/{stem}.html"
    context = {"form": form, "minutes": minutes(wait), "fragment": fragment}
    response = render(request, template, context, status=status)
    return retry_later(response, TooMany(wait)) if wait else response


def _where(request: HttpRequest) -> dict[str, str]:
    """This page and the page of ours that led to it, to be carried in the form."""
    return {"page": own_path(request.get_full_path()), "came_from": path_before(request)}


def _numbers(values: list[str]) -> list[int]:
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19]


def _is_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))
