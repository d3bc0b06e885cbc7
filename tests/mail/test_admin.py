"""What staff see of the ledger and may do with it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from mail import claims, clock, registry
from mail.addresses import fingerprint
from mail.compose import MASK
from mail.models import Institute, LinkToken, Message, Suppression
from mail.registry import Minter, Rendered, Stream
from mail.sender import drain
from tests.mail.conftest import KIND

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]
Status = Message.Status
LIST = "admin:mail_message_changelist"


def staff(client: Client, *codes: str) -> Client:
    user = User.objects.create_user("sam", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="mail", codename__in=codes))
    client.force_login(user)
    return client


@pytest.fixture
def owner(client: Client) -> Client:
    return staff(client, "view_message", "send_message", "view_topic")


@pytest.fixture(autouse=True)
def _clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)


def act(client: Client, action: str, *messages: Message) -> str:
    data = {"action": action, "_selected_action": [str(message.pk) for message in messages]}
    return client.post(reverse(LIST), data, follow=True).content.decode()


def test_the_list_shows_state_and_reason(owner: Client, write: Write, now: datetime) -> None:
    write("one", expires_at=now)
    drain(clock=lambda: now)
    page = owner.get(reverse(LIST)).content.decode()
    for words in ("Note", "alice@example.org", "Not sent", "Its time passed before it could be sent."):
        assert words in page


def test_the_list_asks_as_much_for_ten_messages_as_for_one(
    owner: Client, write: Write, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for size in (1, 10):
        for number in range(size):
            write(f"n{number}")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            owner.get(reverse(LIST))
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert not any('"mail_message"."raw"' in query["sql"] for query in captured.captured_queries)


def test_a_failed_message_asks_for_somebody(owner: Client, write: Write, now: datetime) -> None:
    message = write()
    taken = claims.claim(now=now)
    assert taken is not None
    claims.failed(taken, why="Refused.", error="550 5.1.1 No such user")
    assert "Failed, see to it" in owner.get(reverse(LIST)).content.decode()
    page = owner.get(reverse("admin:mail_message_change", args=[message.pk])).content.decode()
    for words in ("Refused.", "550 5.1.1 No such user", "Reach them another way, by phone for example."):
        assert words in page


@pytest.mark.parametrize("query", ["status__exact=failed", "needs_attention__exact=1", "kind=tests.note", "q=alice"])
def test_the_list_can_be_narrowed(owner: Client, write: Write, now: datetime, query: str) -> None:
    write("one")
    write("other", recipient="bob@example.org", kind="tests.other")
    taken = claims.claim(now=now)
    assert taken is not None
    claims.failed(taken, why="Refused.", error="550")
    page = owner.get(f"{reverse(LIST)}?{query}").content.decode()
    assert "alice@example.org" in page
    assert "bob@example.org" not in page


@pytest.fixture(autouse=True)
def _other_kind(_kinds: None) -> None:
    registry.register("tests.other", stream=Stream.BOOKING, render=lambda *_: registry.Skip("no"), label="Other")


def test_the_preview_shows_the_mail_without_its_links(owner: Client, write: Write, now: datetime) -> None:
    message = write()
    drain(clock=lambda: now)
    page = owner.get(reverse("admin:mail_message_change", args=[message.pk])).content.decode()
    html = reverse("admin:mail_message_html", args=[message.pk])
    assert f'src="{html}"' in page
    assert 'sandbox=""' in page
    assert f"http://testserver/booking/{MASK}/" in page
    answer = owner.get(html)
    assert MASK in answer.content.decode()
    assert LinkToken.objects.count() == 1


def test_the_html_preview_may_do_nothing(owner: Client, write: Write, now: datetime) -> None:
    def evil(message: Message, mint: Minter, now: datetime) -> Rendered:
        return Rendered("S", "T", "<p onclick=alert(1)>x</p><script>alert(1)</script><img src=//evil.example>")

    registry.register(KIND, stream=Stream.BOOKING, render=evil, label="Note")
    message = write()
    drain(clock=lambda: now)
    answer = owner.get(reverse("admin:mail_message_html", args=[message.pk]))
    assert answer["Content-Security-Policy"] == (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    )
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in answer["Cache-Control"]
    page = owner.get(reverse("admin:mail_message_change", args=[message.pk])).content.decode()
    assert "<script>alert(1)</script>" not in page


def test_what_a_mail_says_is_escaped_on_the_page(owner: Client, write: Write, now: datetime) -> None:
    def evil(*_: Any) -> Rendered:
        return Rendered("<b data-x>S", "</pre><b data-x>T", "<p>H</p>")

    registry.register(KIND, stream=Stream.BOOKING, render=evil, label="<b data-x>Note")
    message = write(recipient="a@example.org")
    drain(clock=lambda: now)
    for page in (reverse("admin:mail_message_change", args=[message.pk]), reverse(LIST)):
        assert "<b data-x>" not in owner.get(page).content.decode()


def test_a_message_not_yet_written_says_so(owner: Client, write: Write) -> None:
    message = write()
    page = owner.get(reverse("admin:mail_message_change", args=[message.pk])).content.decode()
    assert "It is written when its time comes." in page
    assert owner.get(reverse("admin:mail_message_html", args=[message.pk])).status_code == 404
    assert owner.get(reverse("admin:mail_message_html", args=[10**9])).status_code == 404


def test_staff_send_again_cancel_and_settle(owner: Client, write: Write, now: datetime) -> None:
    bad, waiting = write("bad"), write("waiting", due_at=now + timedelta(hours=1))
    taken = claims.claim(now=now)
    assert taken is not None
    claims.failed(taken, why="Refused.", error="550")
    assert "1 message marked as dealt with." in act(owner, "dealt_with", bad)
    assert "1 message sent again." in act(owner, "send_again", bad)
    page = act(owner, "cancel", bad, waiting)
    assert "2 messages cancelled." in page
    assert set(Message.objects.values_list("status", flat=True)) == {Status.CANCELLED}
    assert LogEntry.objects.count() == 4


def test_what_cannot_be_done_is_said_in_a_sentence(owner: Client, write: Write) -> None:
    message = write()
    page = act(owner, "send_again", message)
    assert "Note to alice@example.org: Only a message that failed or was not sent can be tried again." in page
    assert LogEntry.objects.count() == 0


def test_looking_is_not_acting(client: Client, write: Write) -> None:
    viewer = staff(client, "view_message")
    message = write()
    act(viewer, "cancel", message)
    assert Message.objects.get().status == Status.DUE
    assert 'value="cancel"' not in viewer.get(reverse(LIST)).content.decode()


def test_a_stranger_to_mail_sees_nothing(client: Client, write: Write, now: datetime) -> None:
    message = write()
    drain(clock=lambda: now)
    stranger = staff(client)
    for page in (
        reverse(LIST),
        reverse("admin:mail_message_change", args=[message.pk]),
        reverse("admin:mail_message_html", args=[message.pk]),
    ):
        assert stranger.get(page).status_code == 403


def test_nobody_signed_out_sees_a_preview(client: Client, write: Write, now: datetime) -> None:
    message = write()
    drain(clock=lambda: now)
    assert client.get(reverse("admin:mail_message_html", args=[message.pk])).status_code == 302


def test_messages_cannot_be_written_or_deleted_by_hand(client: Client, write: Write) -> None:
    message = write()
    client.force_login(User.objects.create_superuser("root", password="x"))
    assert client.get(reverse("admin:mail_message_add")).status_code == 403
    assert client.get(reverse("admin:mail_message_delete", args=[message.pk])).status_code == 403
    client.post(reverse("admin:mail_message_change", args=[message.pk]), {"recipient": "eve@example.org"})
    assert Message.objects.get().recipient == "alice@example.org"


def test_an_address_is_suppressed_as_its_hash(client: Client, write: Write, now: datetime) -> None:
    client.force_login(User.objects.create_superuser("root", password="x"))
    add = reverse("admin:mail_suppression_add")
    form = {"address": "Alice@Example.org", "stream": "booking", "reason": "asked by phone"}
    assert client.post(add, form).status_code == 302
    row = Suppression.objects.get()
    assert (row.address_hash, row.stream, row.created_at) == (fingerprint("alice@example.org"), "booking", now)
    assert "alice" not in repr(Suppression.objects.values().get()).lower()
    again = client.post(add, form)
    assert "does not get this kind of mail already" in again.content.decode()
    message = write()
    drain(clock=lambda: now)
    assert Message.objects.get(pk=message.pk).status == Status.SKIPPED


def test_the_institute_is_one_row(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root", password="x"))
    page, add = reverse("admin:mail_institute_changelist"), reverse("admin:mail_institute_add")
    assert client.get(page)["Location"] == add
    form = {
        "name": "The House", "phone": "+12154302201", "phone_hours": "always", "postal_address": "1 Main St",
        "reply_to": "", "default_time_zone": "Europe/London",
    }  # fmt: skip
    assert client.post(add, form).status_code == 302
    assert Institute.objects.get().pk == 1
    assert client.get(page)["Location"] == reverse("admin:mail_institute_change", args=[1])
    assert client.get(reverse("admin:mail_institute_change", args=[1])).status_code == 200
    assert client.get(add).status_code == 403
    assert client.get(reverse("admin:mail_institute_delete", args=[1])).status_code == 403


def test_topics_can_be_looked_up(owner: Client, write: Write) -> None:
    write(about="booking:42")
    assert "booking:42" in owner.get(reverse("admin:mail_topic_changelist")).content.decode()
