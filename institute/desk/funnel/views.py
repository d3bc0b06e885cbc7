"""The funnel at the desk: its page, its file, and the people behind a figure; for those who work with leads."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from content.models import QuizResult
from institute.desk.dashboard import visible
from institute.desk.funnel import export, people, selectors
from institute.desk.funnel.counts import PEOPLE, Funnel, Line, shortened
from institute.desk.funnel.weeks import CHOICES, Period, Week, chosen
from institute.desk.funnel.words import COLUMNS, named
from leads import reach
from mail import clock, identity

MOST_LINES, A_PAGE = 25, 50
DIMENSIONS = ("source", "page", "role")


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure: None where it cannot be known, with its share and its list where there are such."""

    number: int | None
    share: str
    of: str
    url: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of a table."""

    name: str
    cells: list[Cell]
    running: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the page."""

    by: str
    heading: str
    said: str
    lines: list[Shown]


SAID = {
    "source": "The campaign that a link named (utm_source), or the page of ours that led to the first form.",
    "page": "For readers the page they opened; for everybody else the page of ours that led to the first form, or that form’s "
    "own page. Readers are counted on the pages of the guide only. Who reads two pages is a reader of both, so the readers here may be more than above.",
    "role": "The role of interest as it stands today.",
}


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The tables of a period, with what each column counts."""
    zone = _zone_for(request)
    today = clock.now().astimezone(zone).date()
    period = chosen(request.GET, today)
    found = selectors.count(period, zone)
    context = admin.site.each_context(request) | {
        "title": "Funnel",
        "period": period,
        "today": today,
        "choices": CHOICES,
        "columns": COLUMNS,
        "tables": _tables(request, found, period, today),
        "file": f"{reverse('desk_funnel_file')}?{_days(period)}",
    }
    return TemplateResponse(request, "desk/funnel.html", context)


@require_safe
def file(request: HttpRequest) -> StreamingHttpResponse:
    """The same numbers as CSV."""
    zone = _zone_for(request)
    period = chosen(request.GET, clock.now().astimezone(zone).date())
    answer = StreamingHttpResponse(
        export.written(selectors.count(period, zone)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="funnel-{period.since}-{period.last}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
def who(request: HttpRequest) -> HttpResponse:
    """The people behind a figure, who are still there; a step without people is not here."""
    zone = _zone_for(request)
    step = request.GET.get("step", "")
    if step not in PEOPLE:
        raise Http404
    period = chosen(request.GET, clock.now().astimezone(zone).date())
    since, until = selectors.instants(period, zone)
    only = {by: request.GET[by] for by in DIMENSIONS if by in request.GET}
    columns = {"source": "source", "page": "page", "role": "role_of_interest"}
    counted = people.reached(step, since=since, until=until).filter(**{columns[by]: only[by] for by in only})
    rows = Paginator(counted.present().order_by("-reached", "-pk"), A_PAGE).get_page(request.GET.get("p", "1")[:6])
    number = counted.count()
    context = admin.site.each_context(request) | {
        "title": next(column.name for column in COLUMNS if column.step == step),
        "column": next(column for column in COLUMNS if column.step == step),
        "period": period,
        "only": [(by.capitalize(), named(by, value)) for by, value in only.items()],
        "number": number,
        "erased": number - rows.paginator.count,
        "rows": rows,
        "named": [
            (row, named("source", row.source), named("page", row.page), named("role", row.role_of_interest))
            for row in rows
        ],
        "address": urlencode({"step": step, **only, "from": period.since, "to": period.last}),
        "back": f"{reverse('desk_funnel')}?{_days(period)}",
    }
    return TemplateResponse(request, "desk/funnel_people.html", context)


def _zone_for(request: HttpRequest) -> ZoneInfo:
    """The institute's zone; 404 for everybody who does not work with leads."""
    if not reach.sees_all(request.user):
        raise Http404
    return ZoneInfo(str(identity.current().default_time_zone))


def _tables(request: HttpRequest, found: Funnel, period: Period, today: Any) -> list[Table]:
    whole = Week(period.since, period.until)
    quiz = visible(request, QuizResult) is not None
    weeks = [Shown("Whole period", _cells(found.total, whole, {}, quiz=quiz))]
    weeks += [
        Shown(_week_name(week), _cells(line, week, {}, quiz=quiz), running=week.first <= today < week.until)
        for week, line in reversed(found.weeks)
    ]
    tables = [Table("week", "By week", "", weeks)]
    for by in DIMENSIONS:
        lines, rest, number = shortened(getattr(found, by), MOST_LINES)
        shown = [Shown(named(by, line.key), _cells(line, whole, {by: line.key})) for line in lines]
        if rest is not None:
            shown.append(Shown(f"{number} others, all in the file", _cells(rest, None, {})))
        tables.append(Table(by, f"By {by}", SAID[by], shown))
    return tables


def _cells(line: Line, week: Week | None, only: dict[str, str], *, quiz: bool = False) -> list[Cell]:
    """The figures of a line; a figure of nobody, and one that stands for several lines, opens no list."""
    cells = []
    for column, number, share in zip(COLUMNS, line.numbers, line.shares, strict=True):
        url = ""
        if week is not None and number and column.step in PEOPLE:
            asked = {"step": column.step, **only, "from": week.first, "to": week.last}
            url = f"{reverse('desk_funnel_people')}?{urlencode(asked)}"
        elif week is not None and number and column.step == "quiz" and quiz:
            url = _results(week)
        cells.append(Cell(number, share, column.of, url))
    return cells


def _results(week: Week) -> str:
    """The quiz results of these days, in their own list."""
    zone = timezone.get_current_timezone()
    since, until = (selectors.midnight(day, zone).isoformat() for day in (week.first, week.until))
    asked = urlencode({"taken_at__gte": since, "taken_at__lt": until})
    return f"{reverse('admin:content_quizresult_changelist')}?{asked}"


def _week_name(week: Week) -> str:
    return f"{date_format(week.first, 'j M')} to {date_format(week.last, 'j M Y')}"


def _days(period: Period) -> str:
    return urlencode({"from": period.since, "to": period.last})
