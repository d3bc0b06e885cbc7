"""Readers are counted, not known."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from content import counting, selectors
from content.models import ReaderDay, ReaderMark, ReaderSalt, Revision

GUIDE = "/guides/tpm-vs-product-vs-project-manager/"
ROLE = "/roles/technical-program-manager/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1"
DAY = date(2027, 1, 11)


@pytest.fixture(autouse=True)
def _today(monkeypatch: Any, now: datetime) -> None:
    monkeypatch.setattr("mail.clock.now", lambda: now)


def read(path: str, browser: str = FIREFOX, address: str = "203.0.113.9", **headers: str) -> None:
    Client().get(path, headers={"user-agent": browser, **headers}, REMOTE_ADDR=address)


def rows() -> dict[str, tuple[int, int]]:
    return {row.page: (row.readers, row.views) for row in ReaderDay.objects.filter(day=DAY)}


def test_distinct_readers_and_all_views_are_counted_by_page_and_together(live: Revision, now: datetime) -> None:
    read(GUIDE)
    read(GUIDE)
    read(GUIDE, SAFARI)
    read(GUIDE, address="203.0.113.10")
    read(ROLE)
    assert counting.flush(now=now) == 5
    assert rows() == {"": (3, 5), GUIDE: (3, 4), ROLE: (1, 1)}
    read(GUIDE)  # a later turn, perhaps of another process, knows the reader again
    counting.flush(now=now)
    assert rows() == {"": (3, 6), GUIDE: (3, 5), ROLE: (1, 1)}
    assert selectors.readers_of_all(DAY, DAY + timedelta(days=1)) == 3
    assert selectors.readers_of_all(DAY + timedelta(days=1), DAY + timedelta(days=9)) == 0
    assert next((r.day, r.page, r.readers, r.views) for r in selectors.readers(DAY, DAY + timedelta(days=1))) == (
        DAY,
        "",
        3,
        6,
    )


def test_an_answer_without_a_body_is_a_view_too(live: Revision, client: Client, now: datetime) -> None:
    tag = client.get(GUIDE)["ETag"]
    counting.notes.clear()
    read(GUIDE, **{"if-none-match": tag, "accept-encoding": ""})
    assert counting.flush(now=now) == 1


@pytest.mark.parametrize(
    "browser",
    [
        "",
        "Mozilla/5.0",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0 Safari/537.36",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "curl/8.14.1 and something more",
        "python-requests/2.32.3 of somebody",
        "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
    ],
)
def test_robots_are_left_out(live: Revision, now: datetime, browser: str) -> None:
    read(GUIDE, browser)
    assert counting.flush(now=now) == 0


def test_staff_are_left_out_and_visitors_with_a_session_are_not(live: Revision, editor: User, now: datetime) -> None:
    staff, visitor = Client(), Client()
    staff.force_login(editor)
    session = visitor.session
    session["asked_with"] = "x"
    session.save()
    visitor.cookies["sessionid"] = session.session_key
    for one in (staff, visitor):
        one.get(GUIDE, headers={"user-agent": FIREFOX})
    assert counting.flush(now=now) == 1


@pytest.mark.parametrize("headers", [{"sec-purpose": "prefetch;prerender"}, {"purpose": "prefetch"}])
def test_a_page_fetched_ahead_is_not_read_yet(live: Revision, now: datetime, headers: dict[str, str]) -> None:
    read(GUIDE, **headers)
    assert counting.flush(now=now) == 0


def test_other_pages_head_and_pdf_are_not_counted(live: Revision, now: datetime) -> None:
    Client().head(GUIDE, headers={"user-agent": FIREFOX})
    read(f"{GUIDE[:-1]}.pdf")
    read("/guides/nope/")
    assert counting.flush(now=now) == 0


def test_nothing_that_is_kept_says_who_it_was_and_the_day_takes_the_rest_along(live: Revision, now: datetime) -> None:
    read(GUIDE)
    counting.flush(now=now)
    kept = str([list(model.objects.values()) for model in (ReaderDay, ReaderMark, ReaderSalt)])
    assert "203.0.113.9" not in kept
    assert "Firefox" not in kept
    assert (ReaderMark.objects.count(), ReaderSalt.objects.count()) == (2, 1)
    counting.flush(now=now + timedelta(days=1))
    assert (ReaderMark.objects.count(), ReaderSalt.objects.count()) == (0, 0)
    assert rows() == {"": (1, 1), GUIDE: (1, 1)}


def test_a_page_still_sets_no_cookie_and_asks_nothing_more(
    live: Revision, client: Client, django_assert_num_queries: Any
) -> None:
    client.get(GUIDE)
    with django_assert_num_queries(3):  # the stamp
        answer = client.get(GUIDE, headers={"user-agent": FIREFOX})
    assert answer.cookies == {}


def test_a_flood_takes_no_more_memory_than_its_share(live: Revision, monkeypatch: Any) -> None:
    assert counting.notes.maxlen == counting.MOST


def test_what_could_not_be_counted_is_counted_next_time(live: Revision, now: datetime, monkeypatch: Any) -> None:
    read(GUIDE)
    with monkeypatch.context() as patch:
        patch.setattr(counting, "_count", lambda day, read: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            counting.flush(now=now)
    assert counting.flush(now=now) == 1
    assert rows()[""] == (1, 1)


def test_days_are_the_institutes_own(live: Revision, now: datetime, monkeypatch: Any) -> None:
    monkeypatch.setattr("mail.clock.now", lambda: datetime.fromisoformat("2027-01-12T04:30:00+00:00"))
    read(GUIDE)
    counting.flush(now=datetime.fromisoformat("2027-01-12T04:31:00+00:00"))
    assert rows() == {"": (1, 1), GUIDE: (1, 1)}


def test_who_reads_at_midnight_in_two_processes_is_one_reader(live: Revision, now: datetime, monkeypatch: Any) -> None:
    midnight = datetime.fromisoformat("2027-01-12T05:00:00+00:00")
    monkeypatch.setattr("mail.clock.now", lambda: midnight - timedelta(seconds=1))
    for turn in (1, 4):  # seconds after it: one process, then the other with what it saw before
        read(GUIDE)
        counting.flush(now=midnight + timedelta(seconds=turn))
    assert rows() == {"": (1, 2), GUIDE: (1, 2)}
    counting.flush(now=midnight + timedelta(minutes=1))
    assert (ReaderMark.objects.count(), ReaderSalt.objects.count()) == (0, 0)
