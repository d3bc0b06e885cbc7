"""The three verbs as buttons on a message's own page, and what its preview shows."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from mail import claims, clock, ledger, registry
from mail.models import Message
from mail.registry import Attachment, Rendered, Stream
from mail.sender import drain
from tests.mail.conftest import KIND

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]
Status = Message.Status
VERBS = {"settle": "dealt-with", "resend": "send-again", "take_back": "cancel"}


def staff(*codes: str) -> Client:
    user = User.objects.create_user(f"sam{User.objects.count()}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="mail", codename__in=codes))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner() -> Client:
    return staff("view_message", "send_message")


@pytest.fixture(autouse=True)
def _clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def failed(write: Write, now: datetime) -> Message:
    row = write("failed")
    taken = claims.claim(now=now)
    assert taken is not None
    claims.failed(taken, why="Refused.", error="550")
    return Message.objects.get(pk=row.pk)


def place(message: Message, verb: str) -> str:
    return reverse(f"admin:mail_message_{verb}", args=[message.pk])


def offered(client: Client, message: Message) -> set[str]:
    page = client.get(reverse("admin:mail_message_change", args=[message.pk])).content.decode()
    return {verb for verb in VERBS if f'href="{place(message, verb)}"' in page}


def test_a_message_offers_the_verbs_that_fit_it(owner: Client, write: Write, failed: Message, now: datetime) -> None:
    waiting, late = write("waiting"), write("late", expires_at=now)
    sent = write("sent", due_at=now - timedelta(minutes=1))
    drain(clock=lambda: now, limit=1)
    assert [offered(owner, each) for each in (failed, waiting, late, sent)] == [
        {"settle", "resend"},
        {"take_back"},
        set(),
        set(),
    ]


def test_looking_at_a_verb_does_nothing_and_its_button_does_it(owner: Client, failed: Message, write: Write) -> None:
    before = Message.objects.filter(pk=failed.pk).values().get()
    for verb in VERBS:
        assert "Leave it as it is" in owner.get(place(failed, verb)).content.decode()
    assert Message.objects.filter(pk=failed.pk).values().get() == before
    assert "1 message marked as dealt with." in owner.post(place(failed, "settle"), follow=True).content.decode()
    assert "1 message sent again." in owner.post(place(failed, "resend"), follow=True).content.decode()
    assert "1 message cancelled." in owner.post(place(failed, "take_back"), follow=True).content.decode()
    assert Message.objects.get(pk=failed.pk).status == Status.CANCELLED


def test_a_verb_that_came_too_late_is_a_sentence(owner: Client, failed: Message, now: datetime) -> None:
    ledger.dealt_with(message=failed, now=now)
    answer = owner.post(place(failed, "settle"), follow=True)
    assert "Nothing was asked of anybody here." in answer.content.decode()


def test_those_who_only_read_get_no_verbs(failed: Message) -> None:
    reader, stranger = staff("view_message"), staff()
    assert offered(reader, failed) == set()
    for verb in VERBS:
        assert {client.post(place(failed, verb)).status_code for client in (reader, stranger)} <= {403, 404, 302}
        assert Client().post(place(failed, verb)).status_code == 302
    assert Message.objects.get(pk=failed.pk).needs_attention


@pytest.mark.parametrize("pk", ["0", "999999", "x", "%00", "1' OR 1"])
def test_a_message_that_is_not_there_is_not_found(owner: Client, pk: str) -> None:
    for path in VERBS.values():
        assert owner.get(f"/admin/mail/message/{pk}/{path}/").status_code in (302, 400, 404)


def test_the_preview_shows_every_header_and_names_the_files(owner: Client, write: Write, now: datetime) -> None:
    registry.register(
        KIND,
        stream=Stream.BOOKING,
        render=lambda *_: Rendered("S", "T", "H", attachments=(Attachment("guide.pdf", b"%PDF", "application/pdf"),)),
        label="Note",
    )
    message = write()
    drain(clock=lambda: now)
    page = owner.get(reverse("admin:mail_message_change", args=[message.pk])).content.decode()
    for words in (f"Message-ID: &lt;{message.message_id[1:-1]}&gt;", "Auto-Submitted: auto-generated", "guide.pdf"):
        assert words in page


def test_the_overdue_list_leaves_out_what_is_not_late(owner: Client, write: Write, now: datetime) -> None:
    write("late", recipient="late@example.org")
    write("soon", recipient="soon@example.org", due_at=now + timedelta(minutes=1))
    page = owner.get("/admin/mail/message/?late=1").content.decode()
    assert ("late@example.org" in page, "soon@example.org" in page) == (True, False)
