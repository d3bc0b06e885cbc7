"""Calendars to subscribe to: what a calendar program fetches, and the page that gives its address away once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_http_methods, require_safe

from bookings import ical, links, selectors, services
from bookings.models import Coach
from bookings.views import call
from leads.token_pages import token_page
from mail import clock, identity, tokens
from mail.errors import LinkUnknown


@token_page
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """One person's calls as they are now."""
    now = clock.now()
    owner = links.find_feed(token, now=now)
    name = f"{identity.current().name}: coaching calls"
    body = ical.feed(selectors.calls_for_feed(owner, now=now), name=name, for_coach=isinstance(owner, Coach))
    etag = quote_etag(tokens.digest(body.decode())[:32])
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8", headers={"ETag": etag})
    return get_conditional_response(request, etag=etag, response=response) or response


@token_page
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET explains, POST makes a fresh address and shows it, or ends the one there is."""
    now = clock.now()
    booking = links.find_booking(token, purpose=links.MANAGE, now=now)
    if booking.lead is None:
        raise LinkUnknown
    context = call.context(booking, token, now)
    if request.method == "POST" and request.POST.get("do") == "end":
        services.end_feed(owner=booking.lead, now=now)
        context["ended"] = True
    elif request.method == "POST":
        url = services.new_feed(owner=booking.lead, now=now)
        context |= {"feed": url, "webcal": "webcal" + url[url.index(":") :]}
    return render(request, "bookings/feed.html", context)
