"""Asking a question under a guide: a page of its own, because the guide's page has neither form nor cookie."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from content import pages, questions, selectors
from content.models import Guide, ReaderQuestion, Revision
from leads import abuse, quarantine
from leads.errors import NotPossible, Suspicious, TooMany
from leads.forms import EMAIL_MESSAGES, CleanCharField, CleanEmailField, VisitorForm
from leads.models import Lead
from leads.token_pages import minutes, retry_later
from mail import clock, identity

ENTRY = "ask"


class QuestionForm(VisitorForm):
    """A question in plain text, and where its answer goes."""

    asks = ("question", "name", "email")

    question = CleanCharField(
        label="Your question",
        lines=True,
        max_length=500,
        help_text="Plain text. It appears under the guide together with our answer.",
        error_messages={
            "required": "Write your question.",
            "max_length": "Use at most 500 characters; this question has %(show_value)d.",
        },
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
    )
    name = CleanCharField(
        label="First name",
        required=False,
        max_length=80,
        help_text="Shown beside your question. Leave it empty to stay unnamed.",
        error_messages={"max_length": "Use at most 80 characters."},
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    email = CleanEmailField(
        label="Email address",
        help_text="Never shown. We write to it once, when your question has been answered.",
        error_messages=EMAIL_MESSAGES,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )


class SeeOther(HttpResponseRedirect):
    """After a form: fetch the next page with GET (RFC 9110, section 15.4.4)."""

    status_code = 303


@vary_on_headers("HX-Request")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """The form; a POST keeps the question for staff."""
    revision = _live(slug)
    now = clock.now()
    path = reverse("content:guide", args=[revision.slug])
    if request.method != "POST":
        return _page(request, revision, QuestionForm(now=now, initial={"page": request.path, "came_from": path}))
    form = QuestionForm(request.POST, now=now)
    if not form.is_valid():
        return _page(request, revision, form, status=422)
    try:
        abuse.check(request=request, form=form, entry=ENTRY, email=form.cleaned_data["email"], now=now)
    except Suspicious as error:
        if error.hold:
            facts = {"guide": revision.guide_id}
            quarantine.hold(entry=ENTRY, request=request, form=form, reason=error.reason, now=now, facts=facts)
            return SeeOther(reverse("leads:held"))
        form.ask_again(error, now=now)
        return _page(request, revision, form, status=422)
    except TooMany as error:
        return _page(request, revision, form, status=429, wait=error)
    _keep(form, revision.guide, now)
    return SeeOther(reverse("content:asked", args=[revision.slug]))


def register() -> None:
    """Tell the quarantine how a question that was held is taken in."""
    quarantine.register(ENTRY, label="Question under a guide", take_in=take_in)


def take_in(posted: QueryDict, facts: dict[str, Any], now: datetime) -> Lead:
    """A question that a person has looked at, as if it had just been sent. Raises NotPossible."""
    guide = Guide.objects.filter(pk=int(facts.get("guide") or 0)).first()
    form = QuestionForm(posted, now=now)
    if guide is None or not form.is_valid():
        raise NotPossible("The guide or its form has changed since this was sent: write to the person instead.")
    return Lead.objects.get(email=_keep(form, guide, now).email)


def _keep(form: QuestionForm, guide: Guide, now: datetime) -> ReaderQuestion:
    data = form.cleaned_data
    return questions.ask(
        guide=guide,
        question=data["question"],
        name=data["name"],
        email=data["email"],
        page=data["page"],
        came_from=data["came_from"],
        now=now,
    )


@require_safe
def asked(request: HttpRequest, slug: str) -> HttpResponse:
    """What happens next."""
    revision = _live(slug)
    return pages.page(request, "asked", identity.current(), _shared(revision))


def _live(slug: str) -> Revision:
    revision = selectors.live_at(slug)
    if revision is None:
        raise Http404
    return revision


def _shared(revision: Revision) -> dict[str, Any]:
    return {"title": revision.title, "path": reverse("content:guide", args=[revision.slug]), "nav": "guide"}


def _page(
    request: HttpRequest, revision: Revision, form: QuestionForm, *, status: int = 200, wait: TooMany | None = None
) -> HttpResponse:
    fragment = request.headers.get("HX-Request") == "true"
    context = {
        **_shared(revision),
        "form": form,
        "fragment": fragment,
        "minutes": minutes(wait.retry_after) if wait else None,
        "ask_url": reverse("content:ask", args=[revision.slug]),
    }
    response = pages.page(request, "_ask_form" if fragment else "ask", identity.current(), context)
    # htmx leaves the page as it is on a 4xx answer, and the visitor would see nothing happen.
    response.status_code = 200 if fragment else status
    return retry_later(response, wait) if wait else response
