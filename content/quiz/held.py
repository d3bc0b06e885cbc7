"""A suspicious request for a result by email waits for a person, and is taken in as if it had just been sent."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, QueryDict

from content.models import QuizResult
from content.quiz import services
from content.quiz.forms import EmailForm
from leads import quarantine
from leads.errors import NotPossible
from leads.models import Lead
from mail.errors import LinkUnknown

ENTRY = "quiz_email"
GONE = "The visitor has deleted this quiz result: there is nothing to mail."


def register() -> None:
    """Tell the quarantine how this form is taken in."""
    quarantine.register(ENTRY, label="Quiz result by email", take_in=take_in)


def hold(request: HttpRequest, form: EmailForm, result: QuizResult, *, reason: str, now: datetime) -> None:
    """Keep the form, and which result it is about."""
    quarantine.hold(entry=ENTRY, request=request, form=form, reason=reason, now=now, facts={"result": result.pk})


def take_in(posted: QueryDict, facts: dict[str, Any], now: datetime) -> Lead:
    """Mail the result after all. Raises NotPossible."""
    form, result = EmailForm(posted, now=now), QuizResult.objects.filter(pk=int(facts.get("result") or 0)).first()
    if result is None:
        raise NotPossible(GONE)
    if not form.is_valid():
        raise NotPossible("The form has changed since this was sent: write to the person instead.")
    typed = form.cleaned_data
    try:
        return services.email(
            result=result,
            email=typed["email"],
            name=typed["name"],
            wants_list=typed["wants_list"],
            now=now,
            address=str(facts.get("address_hash", "")),
        )
    except LinkUnknown as error:
        raise NotPossible(GONE) from error
