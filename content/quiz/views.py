"""The quiz: a GET shows it and changes nothing, the POST stores the answers and leads to their result."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from content.models import QuizEdition
from content.quiz import edition as editions
from content.quiz import links, publishing, services
from content.quiz.forms import QuizForm, fresh_seed
from leads import abuse
from leads.errors import Suspicious, TooMany
from leads.led_here import path_before
from leads.people import own_path
from leads.token_pages import minutes, retry_later, token_page
from mail import clock
from mail.links import absolute


class SeeOther(HttpResponseRedirect):
    """After a form: fetch the next page with GET (RFC 9110, section 15.4.4)."""

    status_code = 303


# Not no-store: the back button must find the answers.
@cache_control(private=True, no_cache=True)
@require_http_methods(["GET", "HEAD", "POST"])
def quiz(request: HttpRequest) -> HttpResponse:
    """Eight questions on one page; a small script shows them one at a time."""
    now = clock.now()
    if request.method == "POST":
        return _submit(request, now)
    live = publishing.live()
    if live is None:
        return _page(request, None)
    form = QuizForm(
        now=now,
        quiz=editions.read(live.snapshot),
        number=live.number,
        seed=fresh_seed(),
        initial={"came_from": _came_from(request)},
    )
    return _page(request, form)


@token_page
@require_safe
def change(request: HttpRequest, token: str) -> HttpResponse:
    """The answers of a result to be changed, in the edition and the order in which they were given."""
    now = clock.now()
    result = links.result_of(token, now=now)
    form = QuizForm(
        now=now,
        quiz=editions.read(result.edition.snapshot),
        number=result.edition.number,
        seed=result.seed,
        answers={key: tuple(picks) for key, picks in result.answers.items()},
        initial={"came_from": result.came_from},
    )
    return _page(request, form, back=reverse("content:quiz_result", args=[token]))


def _submit(request: HttpRequest, now: datetime) -> HttpResponse:
    asked = _edition(request.POST.get("edition", ""))
    if asked is None:
        return _page(request, None)
    form = QuizForm(request.POST, now=now, quiz=editions.read(asked.snapshot), number=asked.number, seed=fresh_seed())
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        proven = _check(request, form, now)
    except Suspicious as error:
        form.ask_again(error, now=now)
        return _page(request, form, status=422)
    except TooMany as error:
        return retry_later(_page(request, form, status=429, wait=error.retry_after), error)
    raw = services.record(
        edition=asked,
        answers=form.answers,
        seed=form.order_seed,
        key=form.cleaned_data["idempotency_key"],
        came_from=form.cleaned_data["came_from"],
        counts=proven,
        now=now,
    )
    return SeeOther(reverse("content:quiz_result", args=[raw]))


def _check(request: HttpRequest, form: QuizForm, now: datetime) -> bool:
    """The abuse check. Where other forms go to a person who looks at them, this one only counts against the limits:

    there is no address in it that anybody could answer, and no word that a robot wrote. False for what may be a robot's
    all the same: it has its result and is left out of the figures. Raises Suspicious, TooMany.
    """
    try:
        abuse.check(request=request, form=form, entry="quiz", email=None, now=now)
    except Suspicious as error:
        if not error.hold:
            raise
        abuse.check(request=request, form=None, entry="quiz", email=None, now=now)
        return False
    return True


def _edition(number: str) -> QuizEdition | None:
    """The edition that this page was made from, which may not be the newest any more; else the live one."""
    if number.isascii() and number.isdigit() and len(number) < 9:
        found = QuizEdition.objects.filter(number=int(number)).first()
        if found is not None:
            return found
    return publishing.live()


def _page(
    request: HttpRequest, form: QuizForm | None, *, status: int = 200, wait: timedelta | None = None, back: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "minutes": minutes(wait),
        "back": back,
        "canonical": absolute(reverse("content:quiz")),
        "nav": "quiz",
    }
    return render(request, "content/quiz.html", context, status=status)


def _came_from(request: HttpRequest) -> str:
    """The page of ours that led here; for a campaign that leads straight to the quiz, the quiz itself."""
    before = path_before(request)
    return before if before or "utm_source" not in request.GET else own_path(request.get_full_path())
