"""Signing in: ten tries an hour for an account, twenty for an address, and a fresh password before what cannot be undone."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.test import Client

from institute.desk import groups
from leads.models import Lead
from tests.bookings.house import HOUR, MINUTE, NOW
from tests.bookings.screens.visit import page

LOGIN, PROMPT = "/admin/login/", "/admin/confirm-password/"
SECRET = "a-long-enough-password"
LATER = 10 * MINUTE + timedelta(seconds=1)


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    groups.ensure()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def olga(clock: time_machine.Traveller) -> User:
    """An owner."""
    user = User.objects.create_user("olga", "olga@institute.example", SECRET, is_staff=True)
    user.groups.add(Group.objects.get(name="Owner"))
    return user


@pytest.fixture
def bob(clock: time_machine.Traveller) -> User:
    """Another member of staff."""
    user = User.objects.create_user("bob", "bob@institute.example", SECRET, is_staff=True)
    user.groups.add(Group.objects.get(name="Owner"))
    return user


@pytest.fixture
def lead(olga: User) -> Lead:
    return Lead.objects.create(email="grace@example.org", name="Grace", created_at=NOW)


@pytest.fixture
def desk(olga: User) -> Client:
    """Olga's browser; she has just signed in."""
    client = Client()
    client.post(LOGIN, {"username": "olga", "password": SECRET})
    return client


def sign_in(client: Client, name: str, password: str = SECRET) -> int:
    return client.post(LOGIN, {"username": name, "password": password}).status_code


def test_an_account_waits_after_ten_wrong_passwords_and_no_other_does(
    olga: User, bob: User, clock: time_machine.Traveller
) -> None:
    client = Client()
    assert [sign_in(client, "olga", f"wrong {n}") for n in range(30)] == [200] * 10 + [429] * 20
    assert sign_in(client, "olga") == 429, "the right one waits too"
    assert sign_in(client, " OLGA ") == 429
    assert int(client.post(LOGIN, {"username": "olga", "password": SECRET})["Retry-After"]) == 3600
    assert sign_in(client, "bob") == 302, "from the same address"
    clock.shift(HOUR)
    assert sign_in(client, "olga") == 302


def test_an_address_waits_after_twenty_names_whatever_it_says_of_itself(olga: User) -> None:
    answers = [
        Client(headers={"X-Forwarded-For": f"198.51.100.{n}"}).post(LOGIN, {"username": f"n{n}", "password": "x"})
        for n in range(25)
    ]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429] * 5
    assert sign_in(Client(REMOTE_ADDR="203.0.113.9"), "olga") == 302, "others are not affected"


def test_right_passwords_never_add_up(olga: User, bob: User) -> None:
    assert [sign_in(Client(), name) for name in ("olga", "bob") * 11] == [302] * 22
    assert [sign_in(Client(), "olga", "wrong") for _ in range(9)] == [200] * 9
    assert sign_in(Client(), "olga") == 302
    assert [sign_in(Client(), "olga", "wrong") for _ in range(9)] == [200] * 9, "the account has started afresh"


def test_a_hostile_name_is_only_wrong(olga: User) -> None:
    for name in ("", "\0", "x" * 5000, "\ufffd\u202e", "' OR 1=1 --"):
        assert sign_in(Client(), name) == 200, name


def asked_pages(lead: Lead, user: User) -> list[str]:
    return [
        "/admin/password_change/",
        f"/admin/auth/user/{user.pk}/change/",
        f"/admin/auth/user/{user.pk}/password/",
        f"/admin/auth/user/{user.pk}/delete/",
        "/admin/auth/user/add/",
        "/admin/auth/group/add/",
        f"/admin/leads/lead/{lead.pk}/do/erase/",
        f"/admin/leads/lead/{lead.pk}/evidence.json",
    ]


def test_a_page_of_weight_asks_for_the_password_once_in_ten_minutes(
    desk: Client, lead: Lead, bob: User, clock: time_machine.Traveller
) -> None:
    paths = asked_pages(lead, bob)
    assert [desk.get(path).status_code for path in paths] == [200] * len(paths)
    clock.shift(LATER)
    answers = [desk.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {302}
    assert unquote(answers[1]["Location"]) == f"{PROMPT}?next=/admin/auth/user/{bob.pk}/change/"
    assert "what comes next is for olga alone" in page(desk.get(answers[1]["Location"])).text
    answer = desk.post(PROMPT, {"next": paths[1], "your_password": SECRET})
    assert (answer.status_code, answer["Location"]) == (302, paths[1])
    assert [desk.get(path).status_code for path in paths] == [200] * len(paths)
    for path in ("/admin/", f"/admin/leads/lead/{lead.pk}/change/", "/admin/auth/user/"):
        clock.shift(LATER)
        assert desk.get(path).status_code == 200, "everyday pages never ask"


def test_what_was_sent_waits_inside_the_prompt_and_happens_once(
    desk: Client, lead: Lead, bob: User, clock: time_machine.Traveller
) -> None:
    erase, change = f"/admin/leads/lead/{lead.pk}/do/erase/", f"/admin/auth/user/{bob.pk}/change/"
    clock.shift(LATER)
    export = {"action": "export_csv", "_selected_action": [lead.pk]}
    for path, sent in (
        (erase, {"why": "She wrote to us"}),
        (change, {"email": "evil@example.org", "username": "bob"}),
        ("/admin/leads/lead/", export),
        ("/admin/auth/user/", {"action": "delete_selected", "_selected_action": [bob.pk]}),
        ("/admin/password_change/", {"old_password": SECRET, "new_password1": "n" * 20, "new_password2": "n" * 20}),
    ):
        shown = page(desk.post(path, sent))
        assert "Your password, please" in shown.text
        assert SECRET not in shown.source
        assert desk.post(path, sent | {"your_password": "wrong"}).status_code == 422
    assert (Lead.objects.get().erased_at, User.objects.get(pk=bob.pk).email) == (None, "bob@institute.example")
    prompt = page(desk.post("/admin/leads/lead/", export))
    assert prompt.hidden | {"csrfmiddlewaretoken": ""} == {
        "action": "export_csv", "_selected_action": str(lead.pk), "csrfmiddlewaretoken": "",
    }  # fmt: skip
    answer = desk.post("/admin/leads/lead/", prompt.hidden | {"your_password": SECRET})
    assert b"grace@example.org" in b"".join(answer)  # type: ignore[arg-type]
    assert desk.post(erase, {"why": "She wrote to us"}).status_code == 302
    assert Lead.objects.get().erased_at is not None


def test_the_prompt_is_throttled_like_a_sign_in(desk: Client, clock: time_machine.Traveller) -> None:
    clock.shift(LATER)
    answers = [desk.post(PROMPT, {"your_password": f"wrong {n}", "next": "/admin/"}) for n in range(12)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
    assert desk.post(PROMPT, {"your_password": SECRET}).status_code == 429
    assert sign_in(Client(), "olga") == 429


FOREIGN = [
    "https://evil.example/", "//evil.example/admin/", "/\\evil.example", "/admin/\\..\\evil", "https:evil.example",
    "/\t/evil.example", "\n//evil.example", "/admin\n/", "javascript:alert(1)", "", "/", "/book/", "admin/",
    "/admin.evil.example/", "///evil.example/admin/",
]  # fmt: skip


def test_the_prompt_leads_on_to_own_pages_only(desk: Client) -> None:
    led = {path: desk.post(PROMPT, {"your_password": SECRET, "next": path})["Location"] for path in FOREIGN}
    assert led == dict.fromkeys(FOREIGN, "/admin/")


def test_the_prompt_is_for_those_who_are_signed_in(lead: Lead, bob: User) -> None:
    stranger = Client()
    for path in [PROMPT, *asked_pages(lead, bob)]:
        assert stranger.get(path)["Location"].startswith(LOGIN)
        assert stranger.post(path, {"your_password": SECRET})["Location"].startswith(LOGIN)


def test_only_the_own_password_opens(desk: Client, bob: User, lead: Lead, clock: time_machine.Traveller) -> None:
    bob.set_password("another-long-password")
    bob.save()
    clock.shift(LATER)
    assert desk.post(PROMPT, {"your_password": "another-long-password"}).status_code == 422
    before = desk.session.session_key
    assert desk.post(PROMPT, {"your_password": SECRET}).status_code == 302
    assert desk.session.session_key != before, "a session id that somebody saw before is worth nothing now"


def test_a_clock_that_was_set_back_makes_nothing_fresh(desk: Client, lead: Lead, clock: time_machine.Traveller) -> None:
    clock.shift(-HOUR)
    desk.cookies["sessionid"]["max-age"] = ""
    assert desk.get(f"/admin/leads/lead/{lead.pk}/do/erase/").status_code == 302


def test_the_prompt_needs_its_csrf_token(olga: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(olga)
    assert strict.post(PROMPT, {"your_password": SECRET}).status_code == 403


def test_a_session_of_another_kind_is_asked(olga: User, lead: Lead, settings: Any) -> None:
    client = Client()
    client.force_login(olga)
    session = client.session
    session["password_typed_at"] = "soon"
    session.save()
    assert client.get(f"/admin/leads/lead/{lead.pk}/evidence.json").status_code == 302
