"""What follows from mail that came back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from mail import clock, incoming, ledger, personal, registry
from mail.addresses import fingerprint
from mail.errors import NotPossible
from mail.incoming import Noted, note
from mail.models import Bounce, Message, Suppression
from mail.registry import Rendered, Stream
from mail.reports import Fate, Report, key_of
from mail.sender import drain
from tests.mail.sink import Sink

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]
Status = Message.Status


@pytest.fixture(autouse=True)
def _streams(_kinds: None, settings: Any) -> None:
    settings.STAFF_EMAIL = "desk@example.org"
    registry.register(
        "tests.letter",
        stream=Stream.LIST,
        render=lambda *_: Rendered("Letter", "L", "<p>L</p>", list_unsubscribe="http://testserver/unsubscribe/x/"),
        label="Letter",
    )
    registry.register("tests.staff", stream=Stream.STAFF, render=lambda *_: Rendered("S", "S", "S"), label="To staff")
    registry.register("tests.lead", stream=Stream.LEADS, render=lambda *_: Rendered("L", "L", "L"), label="To a lead")


@pytest.fixture
def sent(write: Write, now: datetime) -> Callable[..., Message]:
    """A message that has gone out, by files."""

    def _sent(key: str = "one", **changes: Any) -> Message:
        message = write(key, **changes)
        drain(clock=lambda: now)
        return Message.objects.get(pk=message.pk)

    return _sent


def said(message: Message, what: Fate = Fate.HARD, **changes: str) -> Report:
    values = {
        "message_id": message.message_id,
        "recipient": message.recipient,
        "status": "5.1.1",
        "detail": "550 5.1.1 No such user",
        "key": key_of(str(message.pk), what),
    } | changes
    return Report(what, **values)


def quiet() -> set[tuple[str, bool]]:
    return set(Suppression.objects.values_list("stream", "bounced"))


def notices() -> list[Message]:
    return list(Message.objects.filter(kind=incoming.NOTICE).order_by("pk"))


GONE = {("booking", True), ("leads", True), ("interview-preparation", True)}


def test_a_hard_bounce_flags_the_message_and_the_address_and_tells_staff(
    sent: Callable[..., Message], now: datetime, sink: Sink
) -> None:
    message = sent()
    assert note(said(message), source="file", now=now) is Noted.NEW
    row = Message.objects.get(pk=message.pk)
    assert (row.status, row.reason, row.needs_attention) == (
        Status.FAILED,
        "It came back: there is no such mailbox.",
        True,
    )
    assert (row.last_error, row.sent_at) == ("550 5.1.1 No such user", now)
    assert quiet() == GONE
    assert incoming.comes_back("Alice@example.org")
    assert not incoming.comes_back("bob@example.org")
    drain(clock=lambda: now)
    mail = sink.mails[-1]
    assert (mail["To"], mail["Subject"]) == ("desk@example.org", "Mail to alice@example.org comes back")
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    for words in ("Mail: Note", "550 5.1.1 No such user", "Please phone them", f"/admin/mail/message/{message.pk}/"):
        assert words in text


def test_the_same_report_again_changes_nothing(sent: Callable[..., Message], now: datetime) -> None:
    message = sent()
    note(said(message), source="file", now=now)
    ledger.dealt_with(message=message, now=now)
    incoming.write_again(address_hash=message.recipient_hash)
    assert note(said(message), source="file", now=now + timedelta(days=2)) is Noted.KNOWN
    assert (Bounce.objects.count(), len(notices()), quiet()) == (1, 1, set())
    assert not Message.objects.get(pk=message.pk).needs_attention


def test_booking_mail_to_a_dead_address_fails_and_asks_for_a_phone_call(
    sent: Callable[..., Message], write: Write, now: datetime
) -> None:
    note(said(sent()), source="file", now=now)
    call, letter = write("reminder"), write("letter", kind="tests.letter")
    drain(clock=lambda: now)
    call, letter = (Message.objects.get(pk=each.pk) for each in (call, letter))
    assert (call.status, call.needs_attention) == (Status.FAILED, True)
    assert call.reason == "Mail to this address comes back: there is no such mailbox."
    assert (letter.status, letter.needs_attention) == (Status.SKIPPED, False)


def test_whoever_asked_for_quiet_is_not_phoned_because_mail_comes_back(
    sent: Callable[..., Message], write: Write, now: datetime
) -> None:
    message = sent()
    Suppression.objects.create(address_hash=message.recipient_hash, stream="", reason="asked", created_at=now)
    note(said(message), source="file", now=now)
    row = write("next")
    drain(clock=lambda: now)
    row.refresh_from_db()
    assert (row.status, row.needs_attention) == (Status.SKIPPED, False)


def test_send_again_says_why_it_cannot_until_staff_say_that_the_address_is_right(
    sent: Callable[..., Message], now: datetime, sink: Sink
) -> None:
    message = sent()
    note(said(message), source="file", now=now)
    with pytest.raises(NotPossible, match="comes back"):
        ledger.retry(message=message, now=now)
    assert incoming.write_again(address_hash=message.recipient_hash) == 3
    ledger.retry(message=message, now=now)
    drain(clock=lambda: now)
    assert "alice@example.org" in sink.recipients


def test_a_mailbox_that_is_full_is_written_to_again(sent: Callable[..., Message], now: datetime) -> None:
    message = sent()
    note(said(message, Fate.LOST, status="5.2.2", detail="552 5.2.2 Mailbox full"), source="file", now=now)
    row = Message.objects.get(pk=message.pk)
    assert (row.status, row.needs_attention, quiet(), len(notices())) == (Status.FAILED, True, set(), 1)


def test_a_delay_is_noted_and_nobody_is_called(sent: Callable[..., Message], now: datetime) -> None:
    message = sent()
    note(said(message, Fate.DELAYED), source="file", now=now)
    row = Message.objects.get(pk=message.pk)
    assert (row.status, row.reason) == (
        Status.SENT,
        "The other side has not taken it yet and is being asked again.",
    )
    assert (quiet(), len(notices()), row.needs_attention) == (set(), 0, False)


@pytest.mark.parametrize("order", [(Fate.DELAYED, Fate.HARD), (Fate.HARD, Fate.DELAYED)])
def test_the_worst_word_stands_whatever_comes_first(
    sent: Callable[..., Message], now: datetime, order: tuple[Fate, Fate]
) -> None:
    message = sent()
    for what in order:
        note(said(message, what), source="file", now=now)
    row = Message.objects.get(pk=message.pk)
    assert (row.status, row.reason, Bounce.objects.count()) == (Status.FAILED, incoming.GONE, 2)


@pytest.mark.parametrize(
    ("kind", "streams"),
    [
        ("tests.note", {("interview-preparation", False)}),
        ("tests.letter", {("interview-preparation", False)}),
        ("tests.lead", {("interview-preparation", False), ("leads", False)}),
    ],
)
def test_a_complaint_ends_letters_and_never_mail_about_calls(
    sent: Callable[..., Message], now: datetime, kind: str, streams: set[tuple[str, bool]]
) -> None:
    message = sent(kind=kind)
    note(said(message, Fate.COMPLAINT), source="file", now=now)
    row = Message.objects.get(pk=message.pk)
    assert (row.status, row.reason, row.needs_attention) == (Status.SENT, "Its reader marked it as spam.", False)
    assert (quiet(), len(notices())) == (streams, 1)


def test_a_report_without_our_message_id_is_about_the_last_mail_to_the_address(
    sent: Callable[..., Message], now: datetime
) -> None:
    first, last = sent("first"), sent("last")
    assert note(said(last, message_id=""), source="file", now=now) is Noted.NEW
    assert set(Message.objects.filter(kind="tests.note").values_list("pk", "status")) == {
        (first.pk, Status.SENT),
        (last.pk, Status.FAILED),
    }


@pytest.mark.parametrize("known", ["nobody", "long ago", "never sent", "other id"])
def test_a_report_about_strangers_changes_nothing(
    sent: Callable[..., Message], write: Write, now: datetime, known: str
) -> None:
    message = (
        write(due_at=now + timedelta(days=1), expires_at=now + timedelta(days=2)) if known == "never sent" else sent()
    )
    report = said(
        message,
        message_id="<other@elsewhere.example>" if known == "other id" else "",
        recipient="" if known == "other id" else {"nobody": "carol@example.org"}.get(known, message.recipient),
    )
    late = now + (timedelta(days=8) if known == "long ago" else timedelta())
    assert note(report, source="file", now=late) is Noted.FOREIGN
    assert (Bounce.objects.count(), quiet()) == (0, set())


def test_a_forged_report_cannot_silence_the_staff(sent: Callable[..., Message], now: datetime) -> None:
    message = sent(kind="tests.staff", recipient="desk@example.org")
    assert note(said(message, message_id=""), source="file", now=now) is Noted.FOREIGN
    assert note(said(message), source="file", now=now) is Noted.NEW
    assert (quiet(), notices()) == (set(), [])
    assert Message.objects.get(pk=message.pk).needs_attention


def test_staff_hear_of_an_address_once_a_day(sent: Callable[..., Message], now: datetime) -> None:
    first, second = sent("first"), sent("second")
    note(said(first), source="file", now=now)
    note(said(second), source="file", now=now + timedelta(hours=1))
    assert len(notices()) == 1
    note(said(first, Fate.LOST), source="file", now=now + timedelta(days=1))
    assert len(notices()) == 2


def test_a_thousand_dead_addresses_do_not_bury_the_staff(
    write: Write, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "NOTICES_A_DAY", 3)
    rows = [write(f"n{n}", recipient=f"n{n}@example.org") for n in range(6)]
    drain(clock=lambda: now)
    for row in rows:
        note(said(row), source="file", now=now)
    assert (Bounce.objects.count(), len(notices())) == (6, 3)


def test_an_erased_person_is_not_brought_back_by_a_report(sent: Callable[..., Message], now: datetime) -> None:
    message = sent()
    note(said(message), source="file", now=now)
    drain(clock=lambda: now)
    personal.erase("alice@example.org", now)
    assert (Bounce.objects.get().detail, Message.objects.filter(masked__isnull=False).count()) == ("", 0)
    again = said(message, key="another", message_id=message.message_id)
    assert note(again, source="file", now=now) is Noted.FOREIGN


@pytest.fixture
def owner(client: Client, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(clock, "now", lambda: now)
    client.force_login(User.objects.create_superuser("root", password="x"))
    return client


def test_staff_read_what_came_back_and_lift_it(owner: Client, sent: Callable[..., Message], now: datetime) -> None:
    note(said(sent()), source="file", now=now)
    place = reverse("admin:mail_bounce_changelist")
    page = owner.get(place).content.decode()
    for words in ("alice@example.org", "There is no such mailbox", "550 5.1.1 No such user"):
        assert words in page
    bounce = Bounce.objects.get()
    assert "Note" in owner.get(reverse("admin:mail_bounce_change", args=[bounce.pk])).content.decode()
    found = owner.get(reverse("admin:mail_suppression_changelist"), {"q": "Alice@example.org"})
    assert found.context["cl"].result_count == 3
    lift = {"action": "write_again", "_selected_action": [str(bounce.pk)]}
    assert "Mail goes to 1 address again." in owner.post(place, lift, follow=True).content.decode()
    assert Suppression.objects.count() == 0
    assert "Nothing keeps mail" in owner.post(place, lift, follow=True).content.decode()


def test_the_list_of_what_came_back_asks_as_much_for_three_as_for_one(
    owner: Client, sent: Callable[..., Message], now: datetime
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for size in (1, 3):
        for n in range(size):
            message = sent(f"{size}-{n}", recipient=f"r{size}{n}@example.org")
            note(said(message), source="file", now=now)
        with CaptureQueriesContext(connection) as asked:
            owner.get(reverse("admin:mail_bounce_changelist"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_hash_is_all_that_a_suppression_keeps(sent: Callable[..., Message], now: datetime) -> None:
    note(said(sent()), source="file", now=now)
    assert set(Suppression.objects.values_list("address_hash", flat=True)) == {fingerprint("alice@example.org")}
