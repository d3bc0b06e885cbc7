"""Find my booking: links are mailed to the address, and the answer is the same for all."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from bookings import services
from bookings.forms import FindForm
from bookings.views import answers, wording
from leads import abuse
from leads.errors import Suspicious, TooMany
from leads.token_pages import retry_later
from mail import clock
from mail.links import absolute


@cache_control(private=True, no_cache=True)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Ask for the address; never say whether it is known."""
    now = clock.now()
    if request.method != "POST":
        if request.GET.get("sent"):
            return render(request, "bookings/find_sent.html")
        return _page(request, FindForm(now=now))
    form = FindForm(request.POST, now=now)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        abuse.check(request=request, form=form, entry="find", email=form.cleaned_data["email"], now=now)
    except Suspicious as error:
        form.ask_again(error, now=now)
        return _page(request, form, status=422)
    except TooMany as error:
        wait = wording.length(max(error.retry_after, timedelta(minutes=1)))
        problem = f"There have been many requests. Please wait {wait} and send again, or call us."
        return retry_later(_page(request, form, status=429, problem=problem), error)
    services.mail_links(email=form.cleaned_data["email"], now=now)
    return answers.SeeOther(f"{reverse('bookings:find')}?sent=1")


def _page(request: HttpRequest, form: FindForm, *, status: int = 200, problem: str = "") -> HttpResponse:
    return render(
        request,
        "bookings/find.html",
        {"form": form, "problem": problem, "canonical": absolute(request.path)},
        status=status,
    )
