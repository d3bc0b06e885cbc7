"""A result behind its private link: read it, have it mailed, delete it."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from content import selectors
from content.models import QuizResult
from content.quiz import edition as editions
from content.quiz import held, links, pages, services
from content.quiz.forms import EmailForm
from content.quiz.views import SeeOther
from leads import abuse
from leads.client import client_address
from leads.errors import Suspicious, TooMany
from leads.token_pages import minutes, retry_later, token_page
from mail import clock


@token_page
@require_safe
def result(request: HttpRequest, token: str) -> HttpResponse:
    """The whole result, before any field."""
    now = clock.now()
    return _page(request, links.result_of(token, now=now), token, EmailForm(now=now))


@token_page
@require_http_methods(["GET", "HEAD", "POST"])
def email(request: HttpRequest, token: str) -> HttpResponse:
    """Mail the result; a form that cannot be used comes back under the result."""
    now = clock.now()
    found = links.result_of(token, now=now)
    if request.method != "POST":
        return redirect("content:quiz_result", token)
    form = EmailForm(request.POST, now=now)
    if not form.is_valid():
        return _page(request, found, token, form, status=422)
    typed = form.cleaned_data
    try:
        abuse.check(request=request, form=form, entry="quiz_email", email=typed["email"], now=now)
    except Suspicious as error:
        if error.hold:
            held.hold(request, form, found, reason=error.reason, now=now)
            return SeeOther(reverse("leads:held"))
        form.ask_again(error, now=now)
        return _page(request, found, token, form, status=422)
    except TooMany as error:
        return retry_later(_page(request, found, token, form, status=429, wait=error.retry_after), error)
    services.email(
        result=found,
        email=typed["email"],
        name=typed["name"],
        wants_list=typed["wants_list"],
        now=now,
        address=client_address(request),
    )
    # The address is not in the next page's address: access logs hold those.
    return SeeOther(f"{reverse('content:quiz_result', args=[token])}?emailed=1#keep")


@token_page
@require_POST
def again(request: HttpRequest, token: str) -> HttpResponse:
    """Mail it once more."""
    now = clock.now()
    abuse.check(request=request, form=None, entry="quiz_email", email=None, now=now)
    services.again(token=token, now=now)
    return SeeOther(f"{reverse('content:quiz_result', args=[token])}?emailed=again#keep")


@token_page
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST deletes."""
    now = clock.now()
    if request.method == "POST":
        services.delete(token=token, now=now)
        return SeeOther(reverse("content:quiz_deleted"))
    found = links.result_of(token, now=now)
    given = found.leads.exists()
    return render(request, "content/quiz_delete.html", {"token": token, "given": given, "nav": "quiz"})


@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    """The result is gone."""
    return render(request, "content/quiz_deleted.html", {"nav": "quiz"})


def _page(
    request: HttpRequest,
    found: QuizResult,
    token: str,
    form: EmailForm,
    *,
    status: int = 200,
    wait: timedelta | None = None,
) -> HttpResponse:
    revision = selectors.first_live()
    said = pages.explain(found, revision)
    asked_for = request.GET.get("emailed", "")
    context = {
        "report": said,
        "rule": editions.read(found.edition.snapshot).rule,
        "edition": found.edition,
        "token": token,
        "form": form,
        "minutes": minutes(wait),
        "guide_path": reverse("content:guide", args=[revision.slug]) if revision else "",
        "booking_path": pages.booking_path(said),
        "emailed": asked_for if asked_for and found.leads.exists() else "",
        "nav": "quiz",
    }
    return render(request, "content/quiz_result.html", context, status=status)
