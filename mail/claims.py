"""Every change of a message's state on its way out; each names the claim it acts for, so a lost lease changes nothing."""

import random
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import F, QuerySet
from django.db.models.expressions import Col

from mail import clock, statements
from mail.errors import ClaimLost
from mail.models import LinkToken, Message
from mail.outbox import Written
from mail.registry import Stream
from mail.statements import adapt, on_postgresql
from mail.text import one_line, plain

LEASE = timedelta(seconds=60)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))
MOST_RENDERS = 3
Status = Message.Status
# What a renderer may ask for, and no more: reading the other half of a row's columns takes as long as writing a mail.
_NAMES = frozenset(
    ("id", "kind", "topic_id", "topic_version", "stream", "recipient", "context", "expires_at", "status", "attempts",
     "renders", "claim", "lease_until", "message_id", "raw")
)  # fmt: skip
_FIELDS = [field for field in Message._meta.concrete_fields if field.attname in _NAMES]
_COLUMNS = ", ".join(str(field.column) for field in _FIELDS)

# One statement, so that both databases decide atomically: PostgreSQL steps over rows that others hold, SQLite takes the
# write lock before it looks. A message waits while an older version about the same topic is in its DATA, so that the
# last mail a person gets is the one that is true. A planner must read the queue in the order of its index, until the first
# that may go, and has to be kept from everything else. Each question about another table is a subquery that gives one
# value: a join or EXISTS it may turn into a hash of all that is due, built anew for every claim. All questions stand in one
# CASE, which it takes for a coin to be tossed: it multiplies small chances that they are answered well, and where it
# expects no message to pass it reads and sorts them all. And || '' keeps it from searching the queue for one topic: a
# queue looks empty to it as long as its statistics are older.
_CLAIM = """
UPDATE mail_message
SET status = 'sending', claim = %(mine)s, lease_until = %(lease)s, next_try_at = %(lease)s, data_at = NULL,
    renders = renders + CASE WHEN raw IS NULL THEN 1 ELSE 0 END
WHERE id = (
    SELECT m.id FROM mail_message m
    WHERE m.status IN ('due', 'sending') AND m.next_try_at <= %(now)s
      AND CASE WHEN m.expires_at > %(now)s AND (m.status = 'due' OR %(steady)s)
                AND (m.raw IS NOT NULL OR m.renders < %(most_renders)s) {which}
                AND m.topic_version = (SELECT t.version FROM mail_topic t WHERE t.id = m.topic_id)
                AND (SELECT s.id FROM mail_suppression s
                     WHERE s.address_hash = m.recipient_hash AND s.stream IN ('', m.stream) LIMIT 1) IS NULL
                AND (SELECT o.id FROM mail_message o
                     WHERE o.topic_id = m.topic_id AND o.topic_version < m.topic_version
                       AND o.status || '' = 'sending' AND o.data_at IS NOT NULL
                       AND (o.lease_until > %(now)s OR NOT %(steady)s) LIMIT 1) IS NULL
               THEN TRUE ELSE FALSE END
    ORDER BY m.next_try_at, m.id LIMIT 1 {lock})
RETURNING {columns}
"""

# No join and no subquery over mail_message: where this UPDATE waits for a cancel in progress, PostgreSQL looks again at
# the row itself only, and would judge everything else by the snapshot from before the cancel.
_TRUE = """
WHERE id = %(id)s AND claim = %(claim)s AND status || '' = 'sending' AND lease_until >= %(until)s AND expires_at > %(now)s
  AND EXISTS (SELECT 1 FROM mail_topic t WHERE t.id = topic_id AND t.version = topic_version)
  AND NOT EXISTS (SELECT 1 FROM mail_suppression s WHERE s.address_hash = recipient_hash AND s.stream IN ('', mail_message.stream))
"""
_MAY_BEGIN = f"UPDATE mail_message SET data_at = %(now)s {_TRUE}"  # noqa: S608  words of our own
_MAY_STILL_BEGIN = f"SELECT id FROM mail_message {_TRUE}"  # noqa: S608

# Written out, like the two above, because Django takes longer to build them than both databases to run them. These three
# keep off the index of the queue as well: one row found by its number is not worth a walk through all that is due.
_KEEP = """
UPDATE mail_message SET raw = %(raw)s, masked = %(masked)s
WHERE id = %(id)s AND claim = %(claim)s AND status || '' = 'sending'
"""
# The same on PostgreSQL with the links in one statement. Its commit does not wait for the disk: that of the last check
# does, and PostgreSQL writes its log in order, so that bytes and links are on the disk before DATA begins.
_KEEP_WITH_LINKS = """
WITH kept AS ({keep} RETURNING id){linked}
SELECT set_config('synchronous_commit', 'off', true) FROM kept
"""
_LINKED = """,
     linked AS (INSERT INTO mail_linktoken (purpose, digest, subject, detail, created_at, expires_at)
                SELECT * FROM (VALUES {links}) link WHERE EXISTS (SELECT 1 FROM kept))
"""
_LINK = {"purpose": "text", "digest": "text", "subject": "text", "detail": "text",
         "created_at": "timestamptz", "expires_at": "timestamptz"}  # fmt: skip
# Bytes, links and last check in one: nothing is stored where nothing may begin.
_KEEP_AND_BEGIN = (
    f"WITH kept AS (UPDATE mail_message SET raw = %(raw)s, masked = %(masked)s, data_at = %(now)s {_TRUE} RETURNING id)"  # noqa: S608
)
_SENT = """
UPDATE mail_message
SET status = 'sent', sent_at = %(now)s, raw = NULL, claim = '', lease_until = NULL, last_error = '', reason = ''
WHERE id = %(id)s AND claim = %(claim)s AND status || '' = 'sending'
"""
# One commit for the end of one message and the beginning of the next; where there is a next, that one's last check is
# what waits for the disk. Both parts see the rows as they were before: what is being marked must not be claimed, and a
# newer message about the same topic is found one claim later.
_SENT_THEN_CLAIM = """
WITH done AS ({sent} RETURNING id), next AS ({claim})
SELECT (SELECT count(*) FROM done), CASE WHEN next.id IS NOT NULL THEN set_config('synchronous_commit', 'off', true) END, next.*
FROM (SELECT 1) one LEFT JOIN next ON true
"""


def claim(*, now: datetime, letters: bool = True) -> Message | None:
    """Take the one message that has waited longest, for 60 seconds; None where nothing can be taken.

    What another sender held is taken over when its lease has ended, and the clock was not set meanwhile. Without
    `letters` list mail is passed over.
    """
    taken = statements.rows(_claim(letters), _claiming(now))
    return _message(taken[0]) if taken else None


def keep(message: Message, written: Written) -> None:
    """Store the bytes and the links they carry in one transaction; raises ClaimLost."""
    content = {"raw": written.raw, "masked": written.masked}
    if on_postgresql():
        if not _say(_keep_with(len(written.links)), message, **content, **_links(written)):
            raise ClaimLost
    else:
        with transaction.atomic(durable=True):
            if not _say(_KEEP, message, **content):
                raise ClaimLost
            LinkToken.objects.bulk_create(written.links)
    message.raw, message.masked = written.raw, written.masked


def may_begin(message: Message, *, now: datetime, need: timedelta) -> bool:
    """The last word before DATA: still mine, still true, not suppressed, not expired, and `need` left of the lease."""
    return _say(_MAY_BEGIN, message, now=adapt(now), until=adapt(now + need))


def keep_and_begin(message: Message, written: Written, *, now: datetime, need: timedelta) -> bool:
    """What `may_begin` says of a message whose bytes are not stored yet: they are, with its links, where it says yes."""
    content, check = {"raw": written.raw, "masked": written.masked}, {"now": adapt(now), "until": adapt(now + need)}
    if on_postgresql():
        begun = _say(_keep_and_begin_with(len(written.links)), message, **content, **check, **_links(written))
    else:
        with transaction.atomic(durable=True):
            begun = _say(_MAY_BEGIN, message, **check)
            if begun:
                _say(_KEEP, message, **content)
                LinkToken.objects.bulk_create(written.links)
    if begun:
        message.raw, message.masked = written.raw, written.masked
    return begun


def may_still_begin(message: Message, *, now: datetime, need: timedelta) -> bool:
    """The same where the answer came late; it writes nothing, or a slow disk would make every answer late."""
    values = {"id": message.pk, "claim": message.claim, "now": adapt(now), "until": adapt(now + need)}
    return bool(statements.rows(_MAY_STILL_BEGIN, values))


def sent(message: Message, *, now: datetime) -> bool:
    """The server has it. False where the lease was lost meanwhile."""
    return _say(_SENT, message, now=adapt(now))


def sent_then_claim(message: Message, *, now: datetime) -> tuple[bool, Message | None]:
    """What `sent` and `claim` say, for one commit; it may find no next where `claim` would.

    Where there is a next, a crash of the database may take the mark back until the next one's last check was answered.
    """
    if not on_postgresql():
        with transaction.atomic():
            return sent(message, now=now), claim(now=now)
    statement = _SENT_THEN_CLAIM.format(sent=_SENT, claim=_claim(which="AND m.id <> %(id)s "))
    values = {"id": message.pk, "claim": message.claim, **_claiming(now)}
    ((marked, _, *row),) = statements.rows(statement, values)
    return marked == 1, None if row[0] is None else _message(row)


def failed(message: Message, *, why: str, error: str) -> bool:
    """It will never be sent like this: staff are told. False where the lease was lost meanwhile."""
    return _finish(message, status=Status.FAILED, reason=why, last_error=plain(error, limit=2000), needs_attention=True)


def skipped(message: Message, *, why: str) -> bool:
    """Its renderer says that there is nothing to send. False where the lease was lost meanwhile."""
    return _finish(message, status=Status.SKIPPED, reason=one_line(why, limit=300))


def deferred(message: Message, *, now: datetime, error: str) -> None:
    """A temporary error of this message: wait 1, 2, 5, 15, 30, then 60 minutes, each give or take a fifth."""
    _back(message, next_try_at=now + backoff(message.attempts), attempts=F("attempts") + 1, last_error=error)


def unrendered(message: Message, *, now: datetime, error: str) -> bool:
    """Its renderer failed: try again later, or fail it alone at the third time; True where it has failed for good."""
    if message.renders >= MOST_RENDERS:
        failed(message, why="It could not be written.", error=error)
        return True
    _back(message, next_try_at=now + backoff(message.renders - 1), last_error=error)
    return False


def untouched(message: Message, *, now: datetime, error: str, wait: timedelta = timedelta()) -> None:
    """Give the message back as it was: the trouble was not its own, so no attempt is counted."""
    _back(message, next_try_at=now + wait, last_error=error)


def postponed(message: Message, *, until: datetime) -> None:
    """Its renderer says that the reader's day has not begun: no error, no attempt, and not one of the three tries."""
    _back(message, next_try_at=until, renders=F("renders") - 1, last_error="")


def backoff(failures_before: int) -> timedelta:
    """How long to wait after a temporary error, with jitter so that a queue does not come back as one wave."""
    step = BACKOFF[min(failures_before, len(BACKOFF) - 1)]
    return step * random.uniform(0.8, 1.2)  # noqa: S311


def _say(statement: str, message: Message, **values: Any) -> bool:
    """Run one of the statements above; whether it found the row in this sender's hands."""
    return statements.change(statement, {"id": message.pk, "claim": message.claim, **values}) == 1


@cache
def _keep_with(links: int) -> str:
    return _KEEP_WITH_LINKS.format(keep=_KEEP, linked=_linked(links))


@cache
def _keep_and_begin_with(links: int) -> str:
    return f"{_KEEP_AND_BEGIN}{_linked(links)} SELECT id FROM kept"  # noqa: S608


def _linked(links: int) -> str:
    values = (", ".join(f"%({name}{n})s::{kind}" for name, kind in _LINK.items()) for n in range(links))
    return _LINKED.format(links=", ".join(f"({each})" for each in values)) if links else ""


def _links(written: Written) -> dict[str, Any]:
    return {f"{name}{n}": getattr(link, name) for n, link in enumerate(written.links) for name in _LINK}


def _claim(letters: bool = True, which: str = "") -> str:
    if not letters:
        which += f"AND m.stream <> '{Stream.LIST}'"
    lock = "FOR UPDATE OF m SKIP LOCKED" if on_postgresql() else ""
    return _CLAIM.format(lock=lock, columns=_COLUMNS, which=which)


def _claiming(now: datetime) -> dict[str, Any]:
    return {
        "mine": uuid.uuid4().hex,
        "now": adapt(now),
        "lease": adapt(now + LEASE),
        "most_renders": MOST_RENDERS,
        "steady": clock.steady(),
    }


def _message(row: Sequence[Any]) -> Message:
    """A claimed row as Django would load it with `only`."""
    values = list(row)
    for index, convert in _converters().items():
        values[index] = convert(values[index])
    return Message.from_db(DEFAULT_DB_ALIAS, _NAMES, values)


@cache
def _converters() -> dict[int, Callable[[Any], Any]]:
    """What Django makes of the driver's values, by their place in the row."""
    compiler = Message.objects.all().query.get_compiler(connection.alias)
    columns = [Col("mail_message", field) for field in _FIELDS]
    found = {}
    for index, (converters, column) in compiler.get_converters(columns).items():
        found[index] = _one_after_the_other(converters, column)
    return found


def _one_after_the_other(converters: list[Any], column: Any) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        for each in converters:
            value = each(value, column, connection)
        return value

    return convert


def _mine(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(pk=message.pk, claim=message.claim, status=Status.SENDING)


def _finish(message: Message, **changes: Any) -> bool:
    return bool(_mine(message).update(raw=None, claim="", lease_until=None, **changes))


def _back(message: Message, *, last_error: str, **changes: Any) -> None:
    error = plain(last_error, limit=2000)
    _mine(message).update(status=Status.DUE, claim="", lease_until=None, data_at=None, last_error=error, **changes)
