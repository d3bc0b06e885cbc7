"""The funnel as staff see it."""

import csv
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from content.models import QuizDay, ReaderDay
from leads.models import Lead
from leads.people import ensure_lead, record_activity, record_touch
from mail import clock

pytestmark = pytest.mark.django_db
PAGE, FILE, PEOPLE = "/admin/funnel/", "/admin/funnel/funnel.csv", "/admin/funnel/people/"
DAY = timedelta(days=1)
MONDAY = date(2027, 1, 11)
NAMES = ["Readers", "Quiz", "Leads", "Confirmed", "Booked", "Attended", "Enrolled"]


@pytest.fixture(autouse=True)
def the_clock_stands_still(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """11 January 2027, 10 AM in New York."""
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def owner(member: Callable[..., User], signed_in: Callable[[User], Client]) -> Client:
    return signed_in(member("Owner"))


def write(number: int, at: datetime, source: str = "news") -> None:
    """So many readers, a run of the quiz, and leads, of whom the first has confirmed."""
    day = at.astimezone(clock.UTC).date()
    for page, readers in (("", 3 * number), ("/guides/a/", 2 * number), ("/roles/tpm/", 2 * number)):
        ReaderDay.objects.create(day=day, page=page, readers=readers, views=9 * number)
    QuizDay.objects.create(day=day, page="/guides/a/", source=source, role="undecided", runs=1)
    with transaction.atomic():
        for each in range(number):
            lead = ensure_lead(email=f"{day}.{each}@example.org", name=f"Lead {each}", now=at, role_of_interest="tpm")
            record_touch(lead=lead, page="/subscribe/", referrer_page=f"/guides/a/?utm_source={source}", now=at)
            kind = "subscribed" if each else "confirmed"
            record_activity(lead=lead, kind=kind, summary="Something happened", now=at)


def tables(client: Client, address: str = PAGE) -> dict[str, list[list[str]]]:
    """What stands in the cells, by the heading of the table."""
    text = client.get(address).text
    found = {}
    for heading, body in re.findall(r'<h3 id="by-\w+">(.*?)</h3>.*?<tbody>(.*?)</tbody>', text, re.DOTALL):
        rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
        found[heading] = [
            [
                " ".join(re.sub(r"<[^>]+>", " ", cell).split())
                for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
            ]
            for row in rows
        ]
    return found


def lines(client: Client, address: str = FILE) -> list[list[str]]:
    """The rows of the file."""
    content = b"".join(client.get(address).streaming_content)  # type: ignore[attr-defined]
    return list(csv.reader(content.decode("utf-8-sig").splitlines()))


def test_only_those_who_work_with_leads_find_it(
    member: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    answers = {}
    for group in ("Owner", "Advisor", "Editor", "Coach"):
        client = signed_in(member(group))
        answers[group] = [client.get(each).status_code for each in (PAGE, FILE, f"{PEOPLE}?step=lead")]
        assert ("/admin/funnel/" in client.get("/admin/").text) == (group in ("Owner", "Advisor"))
    assert answers == {"Owner": [200] * 3, "Advisor": [200] * 3, "Editor": [404] * 3, "Coach": [404] * 3}
    stranger = Client().get(PAGE)
    assert (stranger.status_code, stranger["Location"]) == (302, "/admin/login/?next=/admin/funnel/")
    assert signed_in(member("Owner")).post(PAGE).status_code == 405


def test_every_column_says_what_it_counts(owner: Client) -> None:
    text = owner.get(PAGE).text
    said = re.findall(r'<dt id="counts-\w+">(\w+)</dt>\s*<dd>(.*?)</dd>', text, re.DOTALL)
    assert [name for name, _ in said] == NAMES
    assert min(len(words) for _, words in said) > 60
    assert "Each person counts once in a column, in the week in which they first took that step." in " ".join(
        text.split()
    )


def test_the_page_counts_by_week_source_page_and_role(owner: Client, now: datetime) -> None:
    write(2, now - 7 * DAY)
    write(4, now, source="=cmd|x")
    found = tables(owner, f"{PAGE}?from=2027-01-04&to=2027-01-17")
    assert found == {
        "By week": [
            ["Whole period", "18", "2 11% of readers", "6 300% of quiz runs", "2 33% of leads", *_nothing(2, 3)],
            ["11 Jan to 17 Jan 2027 so far", "12", "1 8% of readers", "4 400% of quiz runs", "1 25% of leads", *_nothing(1, 3)],
            ["4 Jan to 10 Jan 2027", "6", "1 17% of readers", "2 200% of quiz runs", "1 50% of leads", *_nothing(1, 3)],
        ],
        "By source": [
            ["=cmd|x", "not known", "1", "4 400% of quiz runs", "1 25% of leads", *_nothing(1, 3)],
            ["news", "not known", "1", "2 200% of quiz runs", "1 50% of leads", *_nothing(1, 3)],
        ],
        "By page": [
            ["/guides/a/", "12", "2 17% of readers", "6 300% of quiz runs", "2 33% of leads", *_nothing(2, 3)],
            ["/roles/tpm/", "12", "0 0% of readers", *["0"] * 5],
        ],
        "By role": [
            ["Technical Program Manager", "not known", "0", "6", "2 33% of leads", *_nothing(2, 3)],
            ["Not sure yet", "not known", "2", "0 0% of quiz runs", *["0"] * 4],
        ],
    }  # fmt: skip


def _nothing(before: int, steps: int) -> list[str]:
    return ["0 0% of confirmed", *["0"] * (steps - 1)] if before else ["0"] * steps


def test_the_file_has_the_numbers_of_the_page_and_no_formula(owner: Client, now: datetime) -> None:
    write(2, now, source="=cmd|x")
    rows = lines(owner, f"{FILE}?from=2027-01-11&to=2027-01-17")
    whole, everybody = ["2027-01-11", "2027-01-17"], ["all", "all", "all"]
    nothing = ["0", "0", "0"]
    assert rows == [
        ["Table", "From", "To", "Source", "Page", "Role", *NAMES],
        ["Whole period", *whole, *everybody, "6", "1", "2", "1", *nothing],
        ["By week", *whole, *everybody, "6", "1", "2", "1", *nothing],
        ["By source", *whole, "'=cmd|x", "all", "all", "Not known", "1", "2", "1", *nothing],
        ["By page", *whole, "all", "/guides/a/", "all", "4", "1", "2", "1", *nothing],
        ["By page", *whole, "all", "/roles/tpm/", "all", "4", "0", "0", "0", *nothing],
        ["By role", *whole, "all", "all", "Technical Program Manager", "Not known", "0", "2", "1", *nothing],
        ["By role", *whole, "all", "all", "Not sure yet", "Not known", "1", "0", "0", *nothing],
        ["Each", *whole, "Not known", "/guides/a/", "Not known", "4", "0", "0", "0", *nothing],
        ["Each", *whole, "Not known", "/roles/tpm/", "Not known", "4", "0", "0", "0", *nothing],
        ["Each", *whole, "'=cmd|x", "/guides/a/", "Technical Program Manager", "Not known", "0", "2", "1", *nothing],
        ["Each", *whole, "'=cmd|x", "/guides/a/", "Not sure yet", "Not known", "1", "0", "0", *nothing],
    ]


def test_every_figure_of_people_opens_exactly_them(owner: Client, now: datetime) -> None:
    write(3, now - 7 * DAY)
    write(4, now, source="a&b=c")
    Lead.objects.filter(email="2027-01-11.1@example.org").update(email=None, erased_at=now, name="")
    seen = 0
    for url, number in re.findall(rf'<a href="({PEOPLE}[^"]+)">(\d+)</a>', owner.get(PAGE).text):
        page = owner.get(url.replace("&amp;", "&"))
        assert (page.context["number"], len(page.context["rows"])) == (
            int(number),
            int(number) - page.context["erased"],
        )
        seen += page.context["erased"]
    assert seen == 5  # one lead: in the whole, its week, its source, its page and its role
    assert "1 of them was erased since" in owner.get(f"{PEOPLE}?step=lead&from=2027-01-11&to=2027-01-17").text


def test_a_list_is_of_people_who_are_there_fifty_a_page(owner: Client, now: datetime) -> None:
    write(52, now)
    first = owner.get(f"{PEOPLE}?step=lead")
    second = owner.get(f"{PEOPLE}?step=lead&p=2&source=news")
    assert ([len(each.context["rows"]) for each in (first, second)], first.context["number"]) == ([50, 2], 52)
    assert [owner.get(f"{PEOPLE}?{asked}").status_code for asked in ("step=readers", "step=quiz", "step=x", "")] == [
        404
    ] * 4
    hostile = owner.get(f"{PEOPLE}?step=lead&source=%C2%85&p=x&role=%27%3B")
    assert (hostile.status_code, hostile.context["number"]) == (200, 0)


def test_the_owner_opens_the_results_of_the_quiz_and_the_advisor_does_not(
    owner: Client, member: Callable[..., User], signed_in: Callable[[User], Client], now: datetime
) -> None:
    write(1, now)
    (url, *_) = re.findall(r'href="(/admin/content/quizresult/[^"]+)"', owner.get(PAGE).text)
    assert owner.get(url.replace("&amp;", "&")).status_code == 200
    assert "/admin/content/quizresult/" not in signed_in(member("Advisor")).get(PAGE).text


def test_a_wrong_period_is_said_and_a_long_one_has_all_its_weeks(owner: Client) -> None:
    assert "The last day lies before the first one." in owner.get(f"{PAGE}?from=2027-01-02&to=2027-01-01").text
    assert len(tables(owner, f"{PAGE}?weeks=52")["By week"]) == 53
    assert "Nothing was counted in these days." in owner.get(PAGE).text


def test_many_weeks_people_and_sources_ask_as_much_as_few(owner: Client, now: datetime) -> None:
    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            answer: Any = owner.get(address)
            b"".join(answer.streaming_content) if answer.streaming else answer.content
        return len(queries)

    write(1, now)
    few = [asked(f"{each}?weeks=4") for each in (PAGE, FILE)]
    for number in range(30):
        write(2, now - (number + 1) * 9 * DAY, source=f"source-{number}")
    many = [asked(f"{each}?weeks=52") for each in (PAGE, FILE)]
    assert many == few
    assert "6 others, all in the file" in owner.get(f"{PAGE}?weeks=52").text
    assert len([row for row in lines(owner, f"{FILE}?weeks=52") if row[0] == "By source"]) == 31
