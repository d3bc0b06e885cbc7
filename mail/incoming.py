"""What the world says about mail that has left: kept once, told to staff, and believed about addresses that we wrote to."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from mail import identity, ledger
from mail.addresses import fingerprint
from mail.models import Bounce, Message, Suppression
from mail.registry import Stream
from mail.reports import Fate, Report
from mail.sweep import COMES_BACK
from mail.text import one_line, plain

NOTICE = "mail.bounced"
GONE = "It came back: there is no such mailbox."
LOST = "It came back: the other side did not take it."
DELAYED = "The other side has not taken it yet and is being asked again."
COMPLAINED = "Its reader marked it as spam."
LEFT = "Its reader unsubscribed at the mail provider."
# Servers give up after four or five days (RFC 5321, 4.5.4.1); a report that names no message is about one of these.
LATELY = timedelta(days=7)
# A dead list of addresses must not bury the staff's own mailbox: beyond this the list in the admin tells.
NOTICES_A_DAY = 20
# To staff we go on writing: their notices fail one by one, where everybody sees it, and no forged report silences them.
GONE_FOR = (Stream.BOOKING, Stream.LEADS, Stream.LIST)
TOLD = (Fate.HARD, Fate.LOST, Fate.COMPLAINT)
_REASON = {
    Fate.HARD: GONE,
    Fate.LOST: LOST,
    Fate.DELAYED: DELAYED,
    Fate.COMPLAINT: COMPLAINED,
    Fate.UNSUBSCRIBED: LEFT,
}
# The worst word said about a message stands in its row, whatever order the reports come in.
_RANK = (Fate.DELAYED, Fate.UNSUBSCRIBED, Fate.COMPLAINT, Fate.LOST, Fate.HARD)


class Noted(StrEnum):
    """What became of a report."""

    NEW = "new"
    KNOWN = "known already"
    FOREIGN = "not about mail of ours"


@transaction.atomic(durable=True)
def note(report: Report, *, source: str, now: datetime) -> Noted:
    """Keep one report and do what follows from it; the same report again changes nothing.

    1. Find the message by its Message-ID, else the last one sent to the recipient within a week. 2. Lock it, so that
    copies of a report wait for each other. 3. Keep the report. 4. Suppress, mark the message, write the notice to staff.
    """
    message = _about(report, now)
    if message is None:
        return Noted.FOREIGN
    if Bounce.objects.filter(key=report.key).exists():
        return Noted.KNOWN
    bounce = Bounce.objects.create(
        key=report.key,
        message=message,
        kind=str(report.fate),
        status=one_line(report.status, limit=20),
        detail=plain(report.detail, limit=2000),
        source=one_line(source, limit=20),
        noted_at=now,
    )
    _quiet(message, report.fate, now)
    _mark(message, report)
    if report.fate in TOLD:
        _tell_staff(bounce, message, now)
    return Noted.NEW


def comes_back(email: str) -> bool:
    """Whether mail to the address comes back for good, for those who decide whether to write at all."""
    return Suppression.objects.filter(address_hash=fingerprint(email), bounced=True).exists()


def write_again(*, address_hash: str) -> int:
    """Staff know better: the address is right and its mailbox is there. The number of suppressions lifted."""
    return Suppression.objects.filter(address_hash=address_hash, bounced=True).delete()[0]


def _about(report: Report, now: datetime) -> Message | None:
    """The message, locked."""
    rows = Message.objects.select_for_update().defer("raw", "masked")
    if report.message_id:
        found = rows.filter(message_id=report.message_id).first()
        if found is not None:
            return found if found.recipient_hash else None  # its person was erased
    if not report.recipient:
        return None
    whose = Message.objects.filter(recipient_hash=fingerprint(report.recipient), sent_at__gte=now - LATELY)
    last = whose.exclude(stream=Stream.STAFF).order_by("-sent_at", "-pk").values_list("pk", flat=True).first()
    return rows.filter(pk=last).first() if last is not None else None


def _quiet(message: Message, what: Fate, now: datetime) -> None:
    streams: Iterable[str] = ()
    if what is Fate.HARD:
        streams = GONE_FOR if message.stream != Stream.STAFF else ()
    elif what in (Fate.COMPLAINT, Fate.UNSUBSCRIBED):
        # Streams are separate: whoever wants no more letters still wants to know that the call was moved.
        streams = {Stream.LIST, Stream.LEADS} if message.stream == Stream.LEADS else {Stream.LIST}
    Suppression.objects.bulk_create(
        (
            Suppression(
                address_hash=message.recipient_hash,
                stream=stream,
                reason=COMES_BACK if what is Fate.HARD else _REASON[what],
                bounced=what is Fate.HARD,
                created_at=now,
            )
            for stream in streams
        ),
        ignore_conflicts=True,
    )


def _mark(message: Message, report: Report) -> None:
    if message.sent_at is None:
        return  # still on its way through our own hands: the suppression stops it, the report stands beside it
    before = [name for name, words in _REASON.items() if words == message.reason]
    if before and _RANK.index(before[0]) >= _RANK.index(report.fate):
        return
    changes: dict[str, object] = {"reason": _REASON[report.fate]}
    if report.fate in (Fate.HARD, Fate.LOST):
        changes |= {
            "status": Message.Status.FAILED,
            "last_error": plain(report.detail, limit=2000),
            # Nobody need be phoned about a letter that did not arrive.
            "needs_attention": message.stream != Stream.LIST,
        }
    Message.objects.filter(pk=message.pk, sent_at__isnull=False).exclude(status__in=Message.OPEN).update(**changes)


def _tell_staff(bounce: Bounce, message: Message, now: datetime) -> None:
    """One mail an address a day, and never about the staff's own mailbox: that would come back as well."""
    staff = identity.staff_address()
    if not message.recipient or fingerprint(staff) == message.recipient_hash or message.kind == NOTICE:
        return
    told = Bounce.objects.filter(noted_at__gte=now - timedelta(days=1), kind__in=[str(fate) for fate in TOLD])
    if told.count() > NOTICES_A_DAY:
        return
    ledger.enqueue(
        kind=NOTICE,
        dedupe_key=f"{NOTICE}:{now:%Y-%m-%d}:{message.recipient_hash}",
        topic=ledger.topic(f"bounce:{bounce.pk}"),
        recipient=staff,
        due_at=now,
        expires_at=now + timedelta(days=2),
        now=now,
        context={"bounce": bounce.pk},
    )
