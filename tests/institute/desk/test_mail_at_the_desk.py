"""What the desk says about mail: the red banner, what waits, and the test mail that takes the banner away."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from mail import breaker, claims, clock, ledger, trials
from mail.compose import MASK
from mail.models import LinkToken, Message, Trial
from mail.sender import drain

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
Member = Callable[..., User]
MINUTE = timedelta(minutes=1)
ASK = "/admin/mail/message/test-mail/"
UNPROVEN, FILES = "Nobody has seen that mail arrives.", "No mail leaves this machine."
PAGES = [
    "/admin/",
    "/admin/mail/message/",
    "/admin/bookings/booking/",
    "/admin/leads/lead/add/",
    "/admin/password_change/",
]


@pytest.fixture(autouse=True)
def _the_clock_stands_still(monkeypatch: pytest.MonkeyPatch, now: datetime, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    settings.MAIL_FILE_DIR = tmp_path / "mail"


@pytest.fixture
def smtp(settings: Any) -> None:
    """Mail goes to a server, as the desk sees it."""
    settings.MAIL_TRANSPORT, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp", "smtp.example.org", 587


@pytest.fixture
def owner(member: Member, signed_in: SignIn) -> Client:
    """The owner's browser."""
    return signed_in(member("Owner"))


def sent_link(settings: Any) -> str:
    """The path of the link in the one test mail that went into a file."""
    (file,) = Path(settings.MAIL_FILE_DIR).glob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    text = mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    return re.search(r"http://testserver(/test-mail/\S+)", text)[1]  # type: ignore[index]


def proof(**changes: Any) -> Trial:
    values = {"way": trials.way(), "asked_at": clock.now(), "confirmed_at": clock.now()} | changes
    return Trial.objects.create(**values)


@pytest.mark.usefixtures("smtp")
@pytest.mark.parametrize("path", PAGES)
def test_until_a_test_mail_was_confirmed_every_page_says_so(owner: Client, path: str) -> None:
    page = owner.get(path).content.decode()
    assert (UNPROVEN in page, FILES in page, f'href="{ASK}"' in page) == (True, False, True)
    proof()
    assert UNPROVEN not in owner.get(path).content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_while_mail_goes_to_files_every_page_says_so_whatever_was_confirmed(owner: Client, path: str) -> None:
    proof()
    page = owner.get(path).content.decode()
    assert (UNPROVEN in page, FILES in page) == (False, True)


@pytest.mark.usefixtures("smtp")
@pytest.mark.parametrize(
    "change",
    [
        {"EMAIL_HOST": "other.example.org"},
        {"EMAIL_PORT": 465},
        {"EMAIL_HOST_USER": "other"},
        {"EMAIL_USE_TLS": True},
        {"EMAIL_USE_SSL": True},
        {"DEFAULT_FROM_EMAIL": "other@example.org"},
    ],
)
def test_other_mail_settings_have_to_be_tried_again(owner: Client, settings: Any, change: dict[str, Any]) -> None:
    proof()
    for name, value in change.items():
        setattr(settings, name, value)
    assert UNPROVEN in owner.get("/admin/").content.decode()


@pytest.mark.usefixtures("smtp")
def test_a_test_mail_that_nobody_confirmed_proves_nothing(owner: Client) -> None:
    proof(confirmed_at=None)
    assert UNPROVEN in owner.get("/admin/").content.decode()


@pytest.mark.usefixtures("smtp")
def test_those_who_may_not_send_are_told_whom_to_ask(member: Member, signed_in: SignIn) -> None:
    for group, button in (("Owner", True), ("Advisor", True), ("Editor", False), ("Coach", False)):
        client = signed_in(member(group))
        page = client.get("/admin/").content.decode()
        assert (group, UNPROVEN in page, f'href="{ASK}"' in page) == (group, True, button)
        assert (group, client.get(ASK).status_code) == (group, 200 if button else 403)
        assert (group, client.post(ASK, {"address": "a@example.org"}).status_code) == (group, 302 if button else 403)


def test_the_sign_in_page_says_nothing_of_it() -> None:
    page = Client().get("/admin/login/").content.decode()
    assert (FILES in page, UNPROVEN in page) == (False, False)


def test_a_test_mail_goes_out_and_is_confirmed_from_its_inbox(owner: Client, settings: Any, now: datetime) -> None:
    answer = owner.post(ASK, {"address": "me@example.org"}, follow=True).content.decode()
    assert "The test mail to me@example.org is on its way." in answer
    assert drain(clock=lambda: now).sent == 1
    path, visitor = sent_link(settings), Client()
    for _ in range(3):
        assert "Yes, I have got it" in visitor.get(path).content.decode()
        visitor.head(path)
    assert Trial.objects.get().confirmed_at is None
    for _ in range(2):
        assert "mail arrives" in visitor.post(path).content.decode()
    assert Trial.objects.get().confirmed_at == now
    page = owner.get(ASK).content.decode()
    assert "Confirmed" in page
    assert not trials.proven()  # it went into a file


def test_the_page_of_a_test_mail_is_private_and_its_token_is_kept_as_a_hash(
    owner: Client, settings: Any, now: datetime
) -> None:
    owner.post(ASK, {"address": "me@example.org"})
    drain(clock=lambda: now)
    path = sent_link(settings)
    token = path.split("/")[2]
    answer = Client().get(path)
    assert (answer["Cache-Control"], answer["X-Robots-Tag"], answer["Referrer-Policy"]) == (
        "no-store",
        "noindex",
        "same-origin",
    )
    kept = bytes(Message.objects.get().masked or b"").decode()
    assert (token in kept, MASK in kept, token in str(list(LinkToken.objects.values()))) == (False, True, False)


@pytest.mark.parametrize("what", ["unknown", "expired", "other purpose", "gone"])
def test_other_links_confirm_nothing(owner: Client, settings: Any, now: datetime, what: str, monkeypatch: Any) -> None:
    owner.post(ASK, {"address": "me@example.org"})
    drain(clock=lambda: now)
    path = sent_link(settings)
    if what == "unknown":
        path = f"/test-mail/{'x' * 32}/"
    elif what == "expired":
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=2))
    elif what == "other purpose":
        LinkToken.objects.update(purpose="confirm")
    else:
        Trial.objects.all().delete()
    for method in ("get", "post"):
        answer = getattr(Client(), method)(path)
        assert (answer.status_code, "This link does not work any more" in answer.content.decode()) == (404, True)
    assert not Trial.objects.filter(confirmed_at__isnull=False).exists()


def test_a_test_mail_of_other_settings_is_not_sent_any_more(owner: Client, settings: Any, now: datetime) -> None:
    owner.post(ASK, {"address": "me@example.org"})
    settings.DEFAULT_FROM_EMAIL = "new@example.org"
    drain(clock=lambda: now)
    assert Message.objects.get().reason == "The mail settings have changed since."


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "This field is required."),
        ("nobody", "Enter a valid email address."),
        ("a@example.org\r\nBcc: b@example.org", "Enter a valid email address."),
        ("=?x?=@example.org", "This is not an address that mail can be sent to."),
        ("x" * 400 + "@example.org", "Enter a valid email address."),
        ("\x00@example.org", "Null characters are not allowed."),
    ],
)
def test_a_hopeless_address_is_said_beside_the_field(owner: Client, address: str, said: str) -> None:
    answer = owner.post(ASK, {"address": address})
    assert (answer.status_code, said in answer.content.decode(), Trial.objects.count()) == (422, True, 0)


def test_nobody_is_bombed_with_test_mails(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "A_DAY", 2)
    answers = [owner.post(ASK, {"address": "victim@example.org"}).status_code for _ in range(4)]
    assert (answers, Message.objects.count()) == ([302, 302, 422, 422], 2)


@pytest.fixture
def write(now: datetime) -> Callable[..., Message]:
    """A message that was due some minutes ago."""

    def _write(key: str, minutes: int = 0) -> Message:
        with transaction.atomic():
            return ledger.enqueue(
                kind="bookings.links",
                dedupe_key=key,
                topic=ledger.topic(key),
                recipient="ada@example.org",
                due_at=now - minutes * MINUTE,
                expires_at=now + timedelta(hours=1),
                now=now,
            )

    return _write


def next_steps(client: Client) -> list[tuple[str, str]]:
    """What stands under Next: the words and the address they open."""
    page = client.get("/admin/").content.decode()
    (part,) = re.findall(r'<section class="desk-next".*?</section>', page, re.DOTALL)
    first = re.findall(r'<p>([^<]+)</p>\s*<p><a class="desk-button" href="([^"]+)"', part)
    rest = re.findall(r'<li>([^<]+)<a href="([^"]+)"', part)
    return [(" ".join(words.split()), url.replace("&amp;", "&")) for words, url in first + rest]


def test_an_outage_comes_first_then_what_is_late_then_who_needs_a_call(
    owner: Client, write: Callable[..., Message], now: datetime
) -> None:
    write("bad", 90)
    taken = claims.claim(now=now)
    assert taken is not None
    claims.failed(taken, why="Refused.", error="550")
    write("late", 12)
    write("too", 5)
    write("fresh")
    breaker.trip(now=now - timedelta(minutes=20), error="Connection refused")
    (down, down_url), (late, late_url), (call, call_url) = next_steps(owner)
    assert down == (
        "The mail server cannot be used since 11 January, 9:40 AM: Connection refused."
        " Mail waits and goes out by itself once it is back."
    )
    assert late == "3 mails wait to be sent, the oldest for 12 minutes: tell your operator."
    assert call == "1 mail could not be delivered. The people may need a phone call."
    counts = [owner.get(url).context["cl"].result_count for url in (down_url, late_url, call_url)]
    assert counts == [3, 3, 1]
    breaker.close()
    assert [words for words, _ in next_steps(owner)] == [late, call]


def test_who_may_not_see_mail_hears_nothing_of_it(
    member: Member, signed_in: SignIn, write: Callable[..., Message], now: datetime
) -> None:
    write("late", 12)
    breaker.trip(now=now, error="Connection refused")
    for group in ("Editor", "Coach"):
        assert next_steps(signed_in(member(group))) == []
