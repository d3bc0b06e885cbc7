"""One sender's drain against Django's `send_messages` and bare smtplib, in this one run: `make bench ARGS=drain`.

The same mails go over one loopback connection each to the same mail server, a process of its own. Django and smtplib are
given finished messages and remember nothing; our side claims, writes, mints a link, stores, checks and marks every one of
them. In the second pair both sides also render the institute's own templates. The server takes MAIL and RCPT in one go, as
nearly every one does; smtplib never asks for that. Only our side waits for a disk, so it is told how long one commit
takes. `python -m benchmarks.ledger ROWS MAILS TURNS` measures one ledger of so many rows and prints JSON: rates by kind of
mail and by side, our rate where many more are due, and milliseconds a commit.
"""
# ruff: noqa: T201  speaks to its caller

import json
import os
import secrets
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

FINISHED, TEMPLATES = "bench.finished", "bench.templates"
STEM = "bookings/late_request"
BEHIND = 20_000
STORY = "Your coaching call begins soon. Open the link to join, to move it or to cancel it.\n" * 12


@contextmanager
def sink() -> Iterator[int]:
    """The port of a mail server in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.mail_sink"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate("")


def set_up(port: int) -> None:
    """Django in this process, on the database of the environment, with mail to that port."""
    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
    import django

    django.setup()
    from mail import compose, registry
    from mail.registry import Rendered, Stream

    def finished(message: Any, mint: Any, now: Any) -> Rendered:
        return Rendered(*words(mint("manage", f"bench:{message.pk}", None)))

    def templates(message: Any, mint: Any, now: Any) -> Rendered:
        return compose.from_templates(STEM, context(mint("manage", f"bench:{message.pk}", None)))

    registry.register(FINISHED, stream=Stream.BOOKING, render=finished, label="Bench")
    registry.register(TEMPLATES, stream=Stream.BOOKING, render=templates, label="Bench")


def words(token: str) -> tuple[str, str, str]:
    """Subject, text and HTML of a finished mail with its own link."""
    link = f"http://127.0.0.1:8000/booking/{token}/"
    return (
        "Tue 9 March, 2:00 PM: your coaching call",
        f"{STORY}{link}\n",
        f'<p>{STORY}</p><p><a href="{link}">Join</a></p>',
    )


def context(token: str) -> dict[str, Any]:
    """What the templates of the measured mail are told."""
    return {"link": f"http://127.0.0.1:8000/booking/{token}/", "words": STORY, "name": "Grace Visitor"}


def fill(rows: int) -> None:
    """A ledger with so many sent messages, each about a topic of its own, copied from one row in one statement."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE mail_message, mail_topic, mail_linktoken CASCADE")
        cursor.execute(
            "INSERT INTO mail_topic (key, version) SELECT 'old:' || n, 1 FROM generate_series(1, %s) n", [rows]
        )
    copies("sent", FINISHED, "old")
    vacuum()


def due(kind: str, number: int) -> None:
    """So many messages of a kind that are due now."""
    from django.db import connection

    with connection.cursor() as cursor:
        topics = "INSERT INTO mail_topic (key, version) SELECT %s || ':' || n, 1 FROM generate_series(1, %s) n"
        prefix = secrets.token_hex(6)
        cursor.execute(topics, [prefix, number])
    copies("due", kind, prefix)


def copies(status: str, kind: str, prefix: str) -> None:
    """A message for every topic of that prefix."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO mail_message (dedupe_key, kind, topic_id, topic_version, stream, recipient, recipient_hash, context,
                due_at, expires_at, next_try_at, status, reason, needs_attention, attempts, renders, last_error, claim,
                message_id, created_at, sent_at)
            SELECT key, %(kind)s, id, 1, 'booking', 'person' || id || '@example.org', md5(key) || md5(key), '{}',
                now() - interval '1 minute', now() + interval '1 day', now() - interval '1 minute', %(status)s, '', false, 0, 0, '', '',
                '<' || md5(key) || '@localhost.localdomain>', now(), CASE %(status)s WHEN 'sent' THEN now() END
            FROM mail_topic WHERE key LIKE %(prefix)s || ':%%'""",
            {"kind": kind, "status": status, "prefix": prefix},
        )


def vacuum() -> None:
    """What autovacuum would have done by the time a ledger is that large."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE mail_message, mail_topic, mail_linktoken")
        cursor.execute("CHECKPOINT")


def ours(kind: str, number: int, behind: int = 0) -> Callable[[], None]:
    """One sender empties the ledger, or sends the first of what is due where `behind` as many more wait, which PostgreSQL knows."""
    from mail import clock
    from mail.sender import drain

    due(kind, number + behind)
    if behind:
        vacuum()

    def work() -> None:
        done = drain(clock=clock.now, limit=number)
        assert done.sent == number, done

    return work


def djangos(kind: str, number: int, port: int) -> Callable[[], None]:
    """Django's own backend sends finished messages; where the other side renders templates, it does as well."""
    from django.core.mail import EmailMultiAlternatives, get_connection

    from mail import compose

    backend = "django.core.mail.backends.smtp.EmailBackend"
    tokens = [secrets.token_urlsafe(24) for _ in range(number)]

    def one(n: int, subject: str, text: str, html: str) -> EmailMultiAlternatives:
        mail = EmailMultiAlternatives(subject, text, "hello@localhost.localdomain", [f"person{n}@example.org"])
        mail.attach_alternative(html, "text/html")
        return mail

    def from_templates(n: int, token: str) -> EmailMultiAlternatives:
        made = compose.from_templates(STEM, context(token))
        return one(n, made.subject, made.text, made.html)

    ready = [one(n, *words(token)) for n, token in enumerate(tokens)] if kind == FINISHED else []

    def work() -> None:
        mails = ready or [from_templates(n, token) for n, token in enumerate(tokens)]
        sent = get_connection(backend, host="127.0.0.1", port=port, fail_silently=False).send_messages(mails)
        assert sent == number, sent

    return work


def bare(number: int, port: int) -> Callable[[], None]:
    """smtplib's send_message with messages that were built before."""
    from email.message import EmailMessage

    ready = []
    for n in range(number):
        mail = EmailMessage()
        mail["Subject"], text, html = words(secrets.token_urlsafe(24))
        mail["From"], mail["To"] = "hello@localhost.localdomain", f"person{n}@example.org"
        mail["Message-ID"] = f"<{secrets.token_hex(16)}@localhost.localdomain>"
        mail.set_content(text)
        mail.add_alternative(html, subtype="html")
        ready.append(mail)

    def work() -> None:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as server:
            for mail in ready:
                server.send_message(mail)

    return work


def rate(number: int, work: Callable[[], None]) -> float:
    """Messages a second."""
    began = time.perf_counter()
    work()
    return number / (time.perf_counter() - began)


def commit() -> float:
    """Milliseconds that a commit takes to be on the disk: the median of many."""
    from django.db import connection

    taken = []
    with connection.cursor() as cursor:
        for _ in range(100):
            began = time.perf_counter()
            cursor.execute("UPDATE mail_topic SET version = version WHERE id = (SELECT min(id) FROM mail_topic)")
            taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


def measure(rows: int, number: int, turns: int, port: int) -> dict[str, dict[str, list[float]]]:
    """Fill a ledger and let all sides send in turn."""
    fill(rows)
    told: dict[str, dict[str, list[float]]] = {}
    for kind in (FINISHED, TEMPLATES):
        found: dict[str, list[float]] = {"ours": [], "django": [], "bare": []}
        for turn in range(turns + 1):
            for name, side in {
                "ours": ours(kind, number), "django": djangos(kind, number, port), "bare": bare(number, port)
            }.items():  # fmt: skip
                reached = rate(number, side)
                if turn:  # the first warms caches and connections
                    found[name].append(reached)
        told[kind] = found | {"commit": [commit()]}
    told[FINISHED]["behind"] = [rate(number, ours(FINISHED, number, BEHIND)) for _ in range(turns)]
    return told


def main(rows: int, number: int, turns: int) -> None:
    """Measure and print."""
    with sink() as port:
        set_up(port)
        print(json.dumps(measure(rows, number, turns, port)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
