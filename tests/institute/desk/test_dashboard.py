"""The staff home as each kind of staff sees it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from bookings.models import Booking, Coach
from leads.models import Lead
from mail import clock, ledger

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def the_clock_stands_still(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """11 January 2027, 10 AM in New York."""
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def rows(
    coach: Coach, other_coach: Coach, call: Callable[..., Booking], lead: Callable[..., Lead], now: datetime
) -> None:
    """Three leads; of Alice one call held and one to come, of Bob two held and one over without outcome."""
    for _ in range(3):
        lead(now - HOUR)
    earlier = now - timedelta(days=4)
    call(coach, start=now - 24 * HOUR, created=earlier, status="completed", attendee="Alice’s first")
    call(coach, start=now + 24 * HOUR, created=earlier, status="confirmed", attendee="Alice’s next")
    call(other_coach, start=now - 26 * HOUR, created=earlier, status="completed", attendee="Bob’s first")
    call(other_coach, start=now - 28 * HOUR, created=earlier, status="completed", attendee="Bob’s second")
    call(other_coach, start=now - 30 * HOUR, created=earlier, status="confirmed", attendee="Bob’s third")


def home(client: Client) -> str:
    """The first page of the admin, less what is random on every page."""
    response = client.get("/admin/")
    assert response.status_code == 200
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def sentence(page: str) -> str:
    """The sentence that stands first."""
    (found,) = re.findall(r'<p class="desk-sentence">(.*?)</p>', page, re.DOTALL)
    return " ".join(found.split())


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    ("group", "told"),
    [
        ("Owner", "This month: 3 leads, 5 calls booked and 3 calls held. Last month: 0, 0 and 0."),
        ("Advisor", "This month: 3 leads, 5 calls booked and 3 calls held. Last month: 0, 0 and 0."),
        ("Editor", "The menu opens everything that belongs to your role."),
    ],
)
def test_the_sentence_counts_what_a_role_may_see(
    member: Callable[..., User], signed_in: SignIn, group: str, told: str
) -> None:
    assert sentence(home(signed_in(member(group)))) == told


@pytest.mark.usefixtures("rows")
def test_a_coach_sees_own_calls_only(coach: Coach, other_coach: Coach, signed_in: SignIn) -> None:
    assert coach.user is not None
    assert other_coach.user is not None
    alice, bob = home(signed_in(coach.user)), home(signed_in(other_coach.user))
    assert sentence(alice) == "This month: 2 calls booked and 1 call held. Last month: 0 and 0."
    assert sentence(bob) == "This month: 3 calls booked and 2 calls held. Last month: 0 and 0."
    assert "Alice’s next" in alice
    assert "Alice’s next" not in bob
    assert ("waits for its outcome" in alice, "waits for its outcome" in bob) == (False, True)


@pytest.mark.usefixtures("rows")
def test_a_coachs_home_does_not_change_with_another_coachs_calls(
    coach: Coach, other_coach: Coach, signed_in: SignIn, call: Callable[..., Booking], now: datetime
) -> None:
    assert coach.user is not None
    client = signed_in(coach.user)
    before = home(client)
    for day in range(5):
        call(other_coach, start=now + timedelta(days=2 + day), created=now - HOUR, status="confirmed")
    assert home(client) == before


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("who", ["Owner", "alice"])
def test_every_figure_opens_the_list_it_counts(
    member: Callable[..., User], signed_in: SignIn, coach: Coach, who: str
) -> None:
    user = coach.user if who == "alice" else member(who)
    assert user is not None
    client = signed_in(user)
    figures = re.findall(r'<td>\s*<a href="([^"]+)">(\d+)</a>\s*</td>', home(client))
    assert len(figures) == (4 if who == "alice" else 6)
    for url, number in figures:
        response = client.get(url.replace("&amp;", "&"))
        assert (url, response.status_code) == (url, 200)
        assert (url, response.context["cl"].result_count) == (url, int(number))


@pytest.mark.usefixtures("rows")
def test_what_waits_comes_first_and_opens_its_list(member: Callable[..., User], signed_in: SignIn) -> None:
    client = signed_in(member("Owner"))
    (part,) = re.findall(r'<section class="desk-next".*?</section>', home(client), re.DOTALL)
    words = " ".join(re.sub(r"<[^>]+>", " ", part).split())
    assert words == (
        "Next 1 call is over and waits for its outcome. Record the outcome The next call is"
        " Career consultation with Alice’s next on Tuesday 12 January, 10:00 AM EST , coach Alice."
        " 3 leads have not been contacted yet. Open these leads"
    )
    (url,) = re.findall(r'class="desk-button"\s+href="([^"]+)"', part)
    assert client.get(url.replace("&amp;", "&")).context["cl"].result_count == 1


def test_with_nothing_to_do_it_says_so(member: Callable[..., User], signed_in: SignIn) -> None:
    assert "Nothing waits for you." in home(signed_in(member("Owner")))


def test_the_home_asks_as_much_with_many_rows_as_with_few(
    member: Callable[..., User],
    signed_in: SignIn,
    lead: Callable[..., Lead],
    coach: Coach,
    call: Callable[..., Booking],
    now: datetime,
    django_assert_num_queries: Any,
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(member("Owner"))

    def write(first: int, last: int) -> None:
        for day in range(first, last):
            lead(now - HOUR)
            call(coach, start=now + timedelta(days=day), created=now - HOUR, status="confirmed")
            call(coach, start=now - timedelta(days=day), created=now - HOUR, status="confirmed")

    write(1, 2)
    home(client)
    with CaptureQueriesContext(connection) as few:
        home(client)
    write(2, 5)
    with CaptureQueriesContext(connection) as many:
        home(client)
    assert len(many) == len(few)


def test_a_stranger_sees_the_sign_in_only() -> None:
    response = Client().get("/admin/")
    assert (response.status_code, response.headers["Location"]) == (302, "/admin/login/?next=/admin/")


def test_staff_who_may_see_mail_hear_that_it_is_late(
    member: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    now = clock.now()
    with transaction.atomic():
        ledger.enqueue(
            kind="bookings.links",
            dedupe_key="late",
            topic=ledger.topic("late"),
            recipient="ada@example.org",
            due_at=now - timedelta(minutes=12),
            expires_at=now + timedelta(hours=1),
            now=now,
        )
    told = "1 mail waits to be sent, the oldest for 12\xa0minutes: tell your operator."
    assert [told in home(signed_in(member(group))) for group in ("Owner", "Coach")] == [True, False]
