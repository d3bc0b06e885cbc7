"""How often the quiz is finished: numbers that nobody is in."""

from datetime import date

import pytest
from django.db import transaction

from content.models import QuizDay, QuizResult
from content.quiz import services, tally
from leads import erasing
from leads.models import Lead
from tests.content.quiz.conftest import PM, TPM, Clock, Take, behind

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = date(2027, 1, 11), date(2027, 1, 12)


def counted() -> list[tuple[date, str, str, str, int]]:
    rows = QuizDay.objects.order_by("day", "page", "source", "role")
    return [(row.day, row.page, row.source, row.role, row.runs) for row in rows]


def test_a_run_counts_on_the_institutes_day_with_page_source_and_role(take: Take, stopped: Clock) -> None:
    stopped.forward(hours=13, minutes=59)  # 11:59 PM on Monday in New York, Tuesday in London
    take([TPM] * 8)
    stopped.forward(minutes=2)
    for _ in range(2):
        take([TPM] * 8, came_from="/?utm_source=news&utm_medium=mail")
    take([TPM, PM] * 4, came_from="/privacy/")
    assert counted() == [
        (MONDAY, "/quiz/", "", TPM, 1),
        (TUESDAY, "/", "news", TPM, 2),
        (TUESDAY, "/privacy/", "/privacy/", "undecided", 1),
    ]
    assert [row.runs for row in tally.runs(MONDAY, TUESDAY)] == [1]


def test_a_double_click_is_one_run(take: Take) -> None:
    for _ in range(2):
        take([TPM] * 8, idempotency_key="k" * 32)
    assert [row[-1] for row in counted()] == [1]


def test_what_is_deleted_or_erased_stays_a_number(take: Take, stopped: Clock) -> None:
    for _ in range(2):
        found = behind(take([TPM] * 8), stopped.now)
    services.email(result=found, email="ada@example.org", name="", wants_list=False, now=stopped.now, address="")
    before = counted()
    erasing.finish(lead=Lead.objects.get(), how="Asked", by="olga", now=stopped.now)
    with transaction.atomic():
        services.remove(QuizResult.objects.get(), now=stopped.now)
    assert (QuizResult.objects.count(), counted()) == (0, before)


@pytest.mark.parametrize(
    ("came_from", "page", "source"),
    [
        ("", "", ""),
        ("/guides/a/", "/guides/a/", "/guides/a/"),
        ("/?utm_source=%20a%0Ab%20", "/", "a b"),
        ("/?utm_source=&utm_campaign=x", "/", "/"),
    ],
)
def test_page_and_source_are_named_as_for_a_lead(came_from: str, page: str, source: str) -> None:
    assert tally.found_by(came_from) == (page, source)
