"""A mail server, spoken to step by step: the ledger has to know at which word a connection was lost."""

import select
import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings

from mail.errors import Deferred, Refused, Unanswered, Unreachable
from mail.text import one_line

# Seconds that one silence may last. What follows 354 gets more: spam filters read the content before they answer.
COMMAND_TIMEOUT = 10.0
CONTENT_TIMEOUT = 20.0
AT_ONCE = 0.005  # seconds
# Sign-in wanted, refused or expired: trouble of our settings, not of one message.
AUTH_CODES = frozenset({530, 534, 535, 538, 454})
TOO_LARGE = frozenset({552, 523})


class SMTPTransport:
    """One connection, opened and signed in at once; certificates are verified and TLS is never given up silently."""

    def __init__(self) -> None:
        self._unheard = 0  # answers that are still to come
        try:
            self._smtp = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(_words(error)) from error

    def _connect(self) -> smtplib.SMTP:
        # smtplib would ask the resolver for our own name, which can take longer than all the rest.
        name = settings.SITE_HOST or "localhost"
        timeout = min(COMMAND_TIMEOUT, settings.EMAIL_TIMEOUT)
        host, port = settings.EMAIL_HOST, settings.EMAIL_PORT
        smtp: smtplib.SMTP
        if settings.EMAIL_USE_SSL:
            smtp = smtplib.SMTP_SSL(host, port, local_hostname=name, timeout=timeout, context=_trust())
        else:
            smtp = smtplib.SMTP(host, port, local_hostname=name, timeout=timeout)
        try:
            if settings.EMAIL_USE_TLS:
                smtp.starttls(context=_trust())
            smtp.ehlo_or_helo_if_needed()
            if settings.EMAIL_HOST_USER:
                smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def announce(self, *, sender: str, recipient: str, size: int) -> None:
        """MAIL and RCPT in one go where the server allows it (RFC 2920); `offer` hears the answers, and all trouble."""
        if self._smtp.has_extn("pipelining"):
            with suppress(OSError, smtplib.SMTPException):
                self._patience(COMMAND_TIMEOUT)
                self._smtp.send("\r\n".join([*self._envelope(sender, recipient, size), ""]))
                self._unheard = 2

    def answers_at_once(self) -> bool:
        """Waits for the first of the answers, no longer than what else could be done meanwhile takes."""
        if not self._unheard or self._smtp.sock is None:
            return False
        with suppress(OSError, ValueError):
            return bool(select.select([self._smtp.sock], [], [], AT_ONCE)[0])
        return False

    def offer(self, *, sender: str, recipient: str, size: int) -> None:
        """MAIL and RCPT, where they were not announced, and what the server says to them."""
        self._patience(COMMAND_TIMEOUT)
        mail, rcpt = self._envelope(sender, recipient, size)
        code, reply = self._ask(lambda: self._hear() if self._unheard else self._smtp.docmd(mail))
        if 500 <= code < 600 and code not in TOO_LARGE:
            # The server will not have mail from us at all: failing every waiting row would lose them.
            raise self._lost(f"{code} {reply}")
        self._judge(code, reply)
        self._judge(*self._ask(lambda: self._hear() if self._unheard else self._smtp.docmd(rcpt)))

    def data(self, content: bytes, *, message_id: str) -> None:
        """DATA, the content and the server's last word, all within DATA_LIMIT."""
        self._patience(COMMAND_TIMEOUT)
        code, reply = self._ask(lambda: self._smtp.docmd("data"))
        if code != 354:
            self._judge(code, reply, go_on=False)
        wire = _on_the_wire(content)
        began = time.monotonic()
        self._patience(CONTENT_TIMEOUT)
        try:
            self._smtp.send(wire + b".\r\n")
            self._patience(CONTENT_TIMEOUT, since=began)
            code, raw = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Unanswered(_words(error)) from error
        if not 200 <= code < 600:
            self.close()
            raise Unanswered(f"Not an answer that SMTP knows: {_text(raw)}")
        self._judge(code, _text(raw))

    def reset(self) -> None:
        """RSET; a connection that cannot even do that is closed."""
        try:
            self._patience(COMMAND_TIMEOUT)
            while self._unheard:  # or they would be taken for the answers to what is said next
                self._hear()
            self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.close()

    def close(self) -> None:
        """QUIT without waiting long for the answer."""
        if not self.is_open:
            return
        with suppress(OSError, smtplib.SMTPException):
            self._patience(1)
            self._smtp.quit()
        self._smtp.close()

    @property
    def is_open(self) -> bool:
        """Whether it can be used for another message."""
        return self._smtp.sock is not None

    def _patience(self, seconds: float, *, since: float | None = None) -> None:
        left = min(seconds, settings.EMAIL_TIMEOUT) - (0.0 if since is None else time.monotonic() - since)
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(max(left, 0.01))

    def _ask(self, command: Callable[[], tuple[int, bytes]]) -> tuple[int, str]:
        try:
            code, reply = command()
        except (OSError, smtplib.SMTPException) as error:
            self._smtp.close()
            raise Unreachable(_words(error)) from error
        return code, _text(reply)

    def _envelope(self, sender: str, recipient: str, size: int) -> tuple[str, str]:
        # Both addresses are bare and checked (addresses.for_transport): smtplib would parse them once more.
        limit = f" SIZE={size}" if self._smtp.has_extn("size") else ""
        return f"MAIL FROM:<{sender}>{limit}", f"RCPT TO:<{recipient}>"

    def _hear(self) -> tuple[int, bytes]:
        self._unheard -= 1
        return self._smtp.getreply()

    def _judge(self, code: int, reply: str, *, go_on: bool = True) -> None:
        if go_on and 200 <= code < 300:
            return
        answer = f"{code} {reply}"
        if code == 421 or code in AUTH_CODES:
            raise self._lost(answer)
        if 400 <= code < 500:
            self.reset()
            raise Deferred(answer)
        if 500 <= code < 600:
            self.reset()
            raise Refused(answer)
        raise self._lost(f"Not an answer that SMTP knows here: {answer}")

    def _lost(self, why: str) -> Unreachable:
        self.close()
        return Unreachable(why)


def _on_the_wire(content: bytes) -> bytes:
    """The content with CRLF line ends, its last line ended, and first dots doubled (RFC 5321, 4.5.2)."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not lines.endswith(b"\n"):
        lines += b"\n"
    return (b"\n" + lines).replace(b"\n.", b"\n..").replace(b"\n", b"\r\n")[2:]


def _trust() -> ssl.SSLContext:
    """The certificates we believe, read only where TLS is spoken: that takes longer than many mails."""
    return ssl.create_default_context()


def _text(reply: bytes) -> str:
    return one_line(reply.decode("utf-8", "replace"), limit=500)


def _words(error: Exception) -> str:
    """An exception in one line, without the credentials that some servers echo."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"The mail server refused the sign-in ({error.smtp_code})."
    if isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
        return f"{error.smtp_code} {_text(reply) if isinstance(reply, bytes) else one_line(str(reply), limit=500)}"
    return one_line(f"{type(error).__name__}: {error}", limit=500)
