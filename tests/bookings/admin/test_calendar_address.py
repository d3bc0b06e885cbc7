"""A coach's calendar address at the desk: made by a button, shown once, dead the moment it is replaced or ended."""

import re

from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from bookings import links
from bookings.models import Coach
from mail.models import LinkToken
from tests.bookings.admin.conftest import Own, staff
from tests.bookings.admin.pages import text


def path_of(coach: Coach) -> str:
    return reverse("admin:bookings_coach_calendar_address", args=[coach.pk])


def shown(answer: object) -> list[str]:
    return re.findall(r'value="(http[^"]*/feeds/[^"]+\.ics)"', text(answer))


def made(client: Client, coach: Coach) -> str:
    (url,) = shown(client.post(path_of(coach), {"do": "new"}))
    return "/feeds/" + url.partition("/feeds/")[2]


def test_a_coach_makes_the_own_address_and_sees_it_once(alice: Client, alices: Own, bobs: Own) -> None:
    assert "There is no address at present." in text(alice.get(path_of(alices.coach)))
    assert LinkToken.objects.filter(purpose="feed").count() == 0, "a GET makes none"
    answer = alice.post(path_of(alices.coach), {"do": "new"})
    assert "no-store" in answer["Cache-Control"]
    (url,) = shown(answer)
    body = Client().get("/feeds/" + url.partition("/feeds/")[2]).content
    assert [str(e["SUMMARY"]) for e in Calendar.from_ical(body).walk("VEVENT")] == ["Career consultation with Grace"]
    again = alice.get(path_of(alices.coach))
    assert (shown(again), url in text(again)) == ([], False)
    assert "There is an address, made on Mon 11 January 2027, 10:00 AM (New York, UTC−5)." in text(again)


def test_a_new_address_ends_the_former_at_once(owner: Client, alices: Own) -> None:
    old = made(owner, alices.coach)
    new = made(owner, alices.coach)
    assert (Client().get(old).status_code, Client().get(new).status_code) == (404, 200)
    assert links.feed_since(alices.coach) is not None


def test_an_ended_address_is_gone_and_so_is_the_sentence(owner: Client, alices: Own) -> None:
    path = made(owner, alices.coach)
    answer = owner.post(path_of(alices.coach), {"do": "end"}, follow=True)
    assert "The address is ended." in text(answer)
    assert "There is no address at present." in text(answer)
    assert Client().get(path).status_code == 404


def test_the_journal_says_who_did_it_and_holds_no_address(owner: Client, alices: Own) -> None:
    path = made(owner, alices.coach)
    owner.post(path_of(alices.coach), {"do": "end"})
    owner.post(path_of(alices.coach), {"do": "end"})
    lines = LogEntry.objects.order_by("id")
    assert [(line.user.username, line.change_message) for line in lines] == [
        ("olga", "Made a new calendar address."),
        ("olga", "Ended the calendar address."),
    ]
    token = path.removeprefix("/feeds/").removesuffix(".ics")
    assert not LinkToken.objects.filter(digest=token).exists()


def test_anothers_address_is_not_there_to_make_or_end(alice: Client, owner: Client, alices: Own, bobs: Own) -> None:
    path = made(owner, bobs.coach)
    for do in ("new", "end"):
        assert alice.post(path_of(bobs.coach), {"do": do}).status_code == 404
    assert alice.get(path_of(bobs.coach)).status_code == 404
    assert Client().get(path).status_code == 200


def test_an_advisor_who_may_not_change_coaches_is_refused(advisor: Client, alices: Own) -> None:
    assert advisor.post(path_of(alices.coach), {"do": "new"}).status_code == 403
    assert links.feed_since(alices.coach) is None


def test_what_is_neither_wish_changes_nothing(owner: Client, alices: Own) -> None:
    for junk in ("", "NEW", "new\x00", "x" * 5000):
        assert owner.post(path_of(alices.coach), {"do": junk}).status_code == 200
    assert links.feed_since(alices.coach) is None


def test_an_inactive_coach_is_told_that_the_address_shows_nothing(owner: Client, alices: Own) -> None:
    path = made(owner, alices.coach)
    Coach.objects.update(active=False)
    assert "the address of an inactive coach shows nothing" in text(owner.get(path_of(alices.coach)))
    assert Client().get(path).status_code == 404


def test_a_post_without_the_forms_token_makes_nothing(alices: Own) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff("olive", "Owner"))
    assert strict.post(path_of(alices.coach), {"do": "new"}).status_code == 403
    assert links.feed_since(alices.coach) is None
