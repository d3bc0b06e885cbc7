"""The words spoken to a mail server, and the trust it has to earn first."""

import ssl
import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from mail.errors import Deferred, Refused, Unanswered, Unreachable
from mail.models import Message
from mail.sender import drain
from mail.transports import smtp
from mail.transports.smtp import SMTPTransport
from tests.mail.sink import DROP, Sink
from tests.mail.transports.scripted import Scripted

ALICE = {"sender": "hello@example.org", "recipient": "alice@example.org", "size": 10}


def send(transport: SMTPTransport) -> None:
    transport.offer(**ALICE)
    transport.data(b"Subject: x\r\n\r\nx\r\n", message_id="<1@x>")


def test_lines_that_begin_with_a_dot_arrive_whole(sink: Sink) -> None:
    transport = SMTPTransport()
    transport.offer(**ALICE)
    transport.data(b"Subject: dots\r\n\r\n.\r\n..\r\n.end", message_id="<1@x>")
    transport.close()
    assert bytes(sink.accepted[0].content or b"") == b"Subject: dots\r\n\r\n.\r\n..\r\n.end\r\n"


def test_a_lonely_line_feed_cannot_end_the_message_early(sink: Sink) -> None:
    """SMTP smuggling: <LF>.<CR><LF> is an end of data to some servers and not to others."""
    transport = SMTPTransport()
    transport.offer(**ALICE)
    transport.data(b"Subject: x\r\n\r\nA\n.\r\nMAIL FROM:<evil@example.org>\r\n\rB", message_id="<1@x>")
    transport.close()
    assert len(sink.accepted) == 1
    assert bytes(sink.accepted[0].content or b"") == (
        b"Subject: x\r\n\r\nA\r\n.\r\nMAIL FROM:<evil@example.org>\r\n\r\nB\r\n"
    )


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("450 4.2.1 Busy", Deferred),
        ("452 4.3.1 Full", Deferred),
        ("550 5.1.1 Unknown", Refused),
        ("552 5.2.2 Mailbox full", Refused),
        ("421 4.3.2 Bye", Unreachable),
        ("535 5.7.8 Sign in", Unreachable),
    ],
)
def test_every_answer_has_its_meaning(sink: Sink, answer: str, error: type[Exception]) -> None:
    for command in ("rcpt", "data"):
        getattr(sink, command).append(answer)
        transport = SMTPTransport()
        with pytest.raises(error, match=answer[:3]):
            send(transport)
        assert transport.is_open == (error is not Unreachable)
        transport.close()


def test_a_connection_can_be_used_again_after_a_refusal(sink: Sink) -> None:
    sink.rcpt.append("550 5.1.1 Unknown")
    transport = SMTPTransport()
    with pytest.raises(Refused):
        transport.offer(**ALICE)
    transport.offer(**ALICE)
    transport.data(b"Subject: x\r\n\r\nx\r\n", message_id="<1@x>")
    assert sink.recipients == ["alice@example.org"]
    transport.close()


def test_a_connection_lost_after_the_content_is_told_apart(sink: Sink) -> None:
    sink.data.append(DROP)
    transport = SMTPTransport()
    transport.offer(**ALICE)
    with pytest.raises(Unanswered):
        transport.data(b"Subject: x\r\n\r\nx\r\n", message_id="<1@x>")
    assert not transport.is_open


@pytest.mark.parametrize(
    ("mail", "rcpt", "error", "last"),
    [
        ("250 ok", "250 ok", None, "data"),
        ("250 ok", "550 5.1.1 Unknown", Refused, "rset"),
        ("451 4.7.1 Later", "503 MAIL first", Deferred, "rset"),
        ("552 5.3.4 Too large", "503 MAIL first", Refused, "rset"),
        ("550 5.7.1 Not you", "503 MAIL first", Unreachable, None),
        ("421 4.3.2 Bye", None, Unreachable, None),
        ("250 ok", None, Unreachable, None),
    ],
)
def test_a_server_that_allows_it_hears_mail_and_rcpt_in_one_go_and_each_answer_is_of_its_own_word(
    settings: Any, mail: str, rcpt: str | None, error: type[Exception] | None, last: str | None
) -> None:
    """DATA never goes along: the last check comes before it."""
    with Scripted(
        ["220 hello", "250-hi\r\n250 PIPELINING", mail, rcpt, "250 reset" if error else "354 go", "250 taken"]
    ) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER = "127.0.0.1", server.port, ""
        transport = SMTPTransport()
        transport.announce(**ALICE)
        if error is not None:
            with pytest.raises(error):
                transport.offer(**ALICE)
        else:
            send(transport)
        assert transport.is_open == (error is not Unreachable)
        words = ["MAIL FROM:<hello@example.org>", "RCPT TO:<alice@example.org>", *([last] if last else [])]
        assert server.heard[1:][: len(words)] == words


def test_what_was_announced_can_be_taken_back(settings: Any) -> None:
    with Scripted(
        [
            "220 hello",
            "250-hi\r\n250 PIPELINING",
            "250 mail",
            "250 rcpt",
            "250 reset",
            "451 Later",
            "503 MAIL first",
            "250 reset",
        ]
    ) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER = "127.0.0.1", server.port, ""
        transport = SMTPTransport()
        transport.announce(**ALICE)
        transport.reset()
        assert [word[:4].lower() for word in server.heard] == ["ehlo", "mail", "rcpt", "rset"]
        with pytest.raises(Deferred, match="451 Later"):
            transport.offer(**ALICE)


@pytest.mark.parametrize(("words", "at_once"), [(["250 mail", "250 rcpt"], True), ([], False), ([None], True)])
def test_whether_a_server_answers_at_once_is_seen_without_waiting(
    settings: Any, monkeypatch: pytest.MonkeyPatch, words: list[str | None], at_once: bool
) -> None:
    """One that hangs up has answered as well: the offer tells it."""
    monkeypatch.setattr(smtp, "AT_ONCE", 2.0 if at_once else 0.05)
    with Scripted(["220 hello", "250-hi\r\n250 PIPELINING", *words]) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER = "127.0.0.1", server.port, ""
        transport = SMTPTransport()
        assert not transport.answers_at_once()  # nothing was announced
        transport.announce(**ALICE)
        began = time.monotonic()
        assert transport.answers_at_once() == at_once
        assert time.monotonic() - began < 1


def test_trouble_while_announcing_is_told_by_the_offer(settings: Any) -> None:
    with Scripted(["220 hello", "250-hi\r\n250 PIPELINING", None]) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER = "127.0.0.1", server.port, ""
        transport = SMTPTransport()
        transport._smtp.close()
        transport.announce(**ALICE)
        with pytest.raises(Unreachable):
            transport.offer(**ALICE)


def test_a_server_that_refuses_our_own_address_refuses_no_message(settings: Any) -> None:
    with Scripted(["220 hello", "250 hi", "550 5.7.1 Sender not allowed", "250 bye"]) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER = "127.0.0.1", server.port, ""
        transport = SMTPTransport()
        with pytest.raises(Unreachable, match="550"):
            transport.offer(**ALICE)


def test_an_answer_from_another_world_after_the_content_may_mean_anything(settings: Any) -> None:
    script: list[str | None] = ["220 hello", "250 hi", "250 ok", "250 ok", "354 go"]
    with Scripted([*script, "hello?"]) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER = "127.0.0.1", server.port, ""
        transport = SMTPTransport()
        transport.offer(**ALICE)
        with pytest.raises(Unanswered):
            transport.data(b"x\r\n", message_id="<1@x>")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key in one file."""
    pem, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", str(key), "-out", str(pem), "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("openssl is not here")
    both = tmp_path / "both.pem"
    both.write_bytes(pem.read_bytes() + key.read_bytes())
    return both


def tls_sink(certificate: Path, **options: Any) -> Sink:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    sink = Sink(controller_options={"tls_context": context, **options})
    sink.start()
    return sink


def use(sink: Sink, settings: Any) -> None:
    settings.MAIL_TRANSPORT, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp", "127.0.0.1", sink.port
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL, settings.EMAIL_HOST_USER = True, False, ""
    settings.EMAIL_TIMEOUT = 5


@pytest.mark.django_db
def test_a_server_without_starttls_gets_nothing_and_the_mail_waits(
    sink: Sink, settings: Any, write: Any, now: datetime
) -> None:
    settings.EMAIL_USE_TLS = True
    message = write()
    assert drain(clock=lambda: now).sent == 0
    assert (sink.accepted, Message.objects.get(pk=message.pk).status) == ([], Message.Status.DUE)


@pytest.mark.django_db
def test_a_certificate_nobody_vouches_for_gets_nothing_and_the_mail_waits(
    certificate: Path, settings: Any, write: Any, now: datetime
) -> None:
    sink = tls_sink(certificate)
    try:
        use(sink, settings)
        message = write()
        assert drain(clock=lambda: now).sent == 0
        assert (sink.accepted, Message.objects.get(pk=message.pk).status) == ([], Message.Status.DUE)
    finally:
        sink.stop()


@pytest.mark.django_db
def test_a_certificate_that_is_vouched_for_gets_the_password_and_the_mail(
    certificate: Path, settings: Any, write: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bytes, bytes]] = []

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    sink = tls_sink(certificate, authenticator=authenticate, auth_required=True)
    try:
        use(sink, settings)
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "institute", "secret"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        write()
        assert drain(clock=lambda: now).sent == 1
        assert seen == [(b"institute", b"secret")]
    finally:
        sink.stop()


@pytest.mark.django_db
def test_a_certificate_for_another_host_gets_nothing(
    certificate: Path, settings: Any, write: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = tls_sink(certificate)
    try:
        use(sink, settings)
        settings.EMAIL_HOST = "localhost"  # the certificate names 127.0.0.1
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        write()
        assert drain(clock=lambda: now + timedelta(0)).sent == 0
        assert sink.accepted == []
    finally:
        sink.stop()
