"""One's own data: ask for the link, see everything, take it along, choose, or have it erased."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from leads import erasing, mailbox
from leads.emails import PREFERENCES_FOR
from leads.errors import TooMany
from leads.forms import MyDataForm
from leads.token_pages import minutes, retry_later, token_page
from leads.views import SeeOther, get_or_post, refused
from mail import clock, marks, tokens

ROOMS = {
    "leads": "What you asked us for, and what we noted",
    "bookings": "Your coaching calls",
    "content": "Your quiz results and questions",
    "mail": "The mail we sent you",
}


@cache_control(private=True, no_cache=True)
@get_or_post
def ask(request: HttpRequest) -> HttpResponse:
    """An address gets the link to its data; the answer is the same for all."""
    now = clock.now()
    if request.method != "POST":
        if request.GET.get("sent"):
            return render(request, "leads/my_data_sent.html")
        return render(request, "leads/my_data_ask.html", {"form": MyDataForm(now=now)})
    form = MyDataForm(request.POST, now=now)
    refusal = refused(request, form, entry="my_data", now=now, holds=False)
    if refusal:
        context = {"form": form, "minutes": minutes(refusal.wait)}
        response = render(request, "leads/my_data_ask.html", context, status=refusal.status)
        return retry_later(response, TooMany(refusal.wait)) if refusal.wait else response
    erasing.mail_link(email=form.cleaned_data["email"], now=now)
    return SeeOther(f"{reverse('leads:my_data_ask')}?sent=1")


@token_page
@get_or_post
def my_data(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the mailed link: what there is, to read, to take along, and a button that erases it."""
    now = clock.now()
    lead = erasing.lead_of(token, now=now)
    if request.method == "POST" and request.POST.get("do") == "preferences":
        raw = tokens.mint(
            purpose="preferences", subject=mailbox.subject(lead), expires_at=now + PREFERENCES_FOR, now=now
        )
        return SeeOther(reverse("leads:preferences", args=[raw]))
    if request.method == "POST" and request.POST.get("do") == "erase":
        if request.POST.get("sure") == "yes":
            receipt = erasing.begin(lead=lead, how="Link in a mail", by="visitor", now=now)
            marks.mark(request, marks.ERASED, f"lead {lead.pk}")
            return render(request, "leads/my_data_erased.html", {"receipt": receipt})
        return _page(request, token, unsure=True, status=422)
    return _page(request, token)


def _page(request: HttpRequest, token: str, *, unsure: bool = False, status: int = 200) -> HttpResponse:
    now = clock.now()
    lead = erasing.lead_of(token, now=now)
    held = erasing.export(lead.email or "", now=now)["rooms"]
    rooms = [(ROOMS.get(name, name.capitalize()), len(rows)) for name, rows in held.items()]
    context = {"lead": lead, "token": token, "rooms": rooms, "unsure": unsure}
    return render(request, "leads/my_data.html", context, status=status)


@token_page
@require_safe
def as_json(request: HttpRequest, token: str) -> HttpResponse:
    """Everything, as a JSON file."""
    now = clock.now()
    content = erasing.as_json(erasing.lead_of(token, now=now).email or "", now=now)
    return HttpResponse(
        content,
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="my-data.json"'},
    )


@token_page
@require_safe
def as_text(request: HttpRequest, token: str) -> HttpResponse:
    """Everything, to read."""
    now = clock.now()
    content = erasing.as_text(erasing.lead_of(token, now=now).email or "", now=now)
    return HttpResponse(content, content_type="text/plain; charset=utf-8")
