"""What page and mail share: a stored result explained with the guide of today."""

from urllib.parse import urlencode

from django.urls import reverse

from content import document
from content.models import QuizResult, Revision
from content.quiz import edition as editions
from content.quiz import report
from content.quiz.report import Report
from mail import identity


def explain(result: QuizResult, revision: Revision | None) -> Report:
    """The report of a stored result: its own edition's words and rule, the guide's lines as they are published now."""
    institute = identity.current()
    phone = document.Phone(institute.phone_display, institute.phone_href)
    guide = document.build(revision.snapshot, phone=phone) if revision else None
    answers = {key: tuple(picks) for key, picks in result.answers.items()}
    return report.make(editions.read(result.edition.snapshot), answers, guide)


def booking_path(said: Report) -> str:
    """The page that books a call, with the topic filled in; rooms meet by URL name."""
    return f"{reverse('bookings:book')}?{urlencode({'topic': said.topic})}"
