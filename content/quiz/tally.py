"""How often the quiz is finished, in numbers that stay when a result is deleted: the results themselves are the visitors'."""

from datetime import date, datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from django.db.models import F
from django.urls import reverse

from content.models import QuizDay
from mail import identity
from mail.rows import require_transaction
from mail.text import one_line


def count(*, came_from: str, role: str, now: datetime) -> None:
    """One run more, on the institute's day; `came_from` is a path of ours or "". Needs the caller's transaction."""
    require_transaction()
    page, source = found_by(came_from)
    day = now.astimezone(ZoneInfo(str(identity.current().default_time_zone))).date()
    told = {"day": day, "page": page or reverse("content:quiz"), "source": source, "role": role}
    QuizDay.objects.bulk_create([QuizDay(**told)], ignore_conflicts=True)
    QuizDay.objects.filter(**told).update(runs=F("runs") + 1)


def found_by(came_from: str) -> tuple[str, str]:
    """The page that led here, and the source as a lead's first visit names it: the campaign, else the page itself."""
    parts = urlsplit(came_from)
    campaign = one_line(parse_qs(parts.query).get("utm_source", [""])[0], limit=100)
    return parts.path[:300], (campaign or parts.path)[:100]


def runs(since: date, until: date) -> list[QuizDay]:
    """The days from `since` up to, not with, `until`; one query."""
    return list(QuizDay.objects.filter(day__gte=since, day__lt=until))
