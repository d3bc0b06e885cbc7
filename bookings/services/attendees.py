"""What concerns the attendee's address."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from bookings import emails
from bookings.errors import NotActive
from bookings.models import Booking
from bookings.services import gate, notices, rows
from bookings.services.rows import Actor, Status
from leads import people
from leads.models import Lead
from mail import ledger, tokens
from mail.addresses import fingerprint
from mail.models import Message

# One a day, and two more that the visitor asks for: the form cannot be used to flood somebody's mailbox.
LINK_MAILS_A_DAY = 3
LINK_MAIL_EXPIRES = timedelta(hours=2)


@transaction.atomic(durable=True)
def mail_links(*, email: str, now: datetime) -> None:
    """Mail fresh links of all coming calls to this address, where it has any; says nothing about whether it has."""
    address = people.normalise_email(email)[:254]
    lead = Lead.objects.select_for_update(no_key=True).filter(email=address).first()
    if lead is None or not emails.coming_calls(address, now=now).exists():
        return
    lately = Message.objects.filter(
        kind=emails.LINKS, recipient_hash=fingerprint(address), created_at__gt=now - timedelta(days=1)
    )
    if lately.count() < LINK_MAILS_A_DAY:
        ledger.enqueue(
            kind=emails.LINKS,
            dedupe_key=f"{emails.LINKS}:{uuid.uuid4()}",
            topic=ledger.topic(f"links:{lead.pk}"),
            recipient=address,
            due_at=now,
            expires_at=now + LINK_MAIL_EXPIRES,
            now=now,
        )


def change_email(*, booking: Booking, email: str, actor: str, now: datetime) -> Booking:
    """Correct an attendee's address (staff): old links and unsent mails die, the confirmation goes to the new one.

    Raises NotActive, Busy.
    """
    address = people.normalise_email(email)[:254]

    def work() -> Booking:
        lead = people.ensure_lead(email=address, name=booking.attendee_name, now=now)
        gate.lock(booking.coach_id)
        row = rows.fresh(booking)
        if row.status != Status.CONFIRMED or row.start <= now:
            raise NotActive
        if row.attendee_email == address:
            return row
        rows.change(
            row,
            name="address corrected",
            now=now,
            actor_kind=Actor.STAFF,
            actor=actor,
            attendee_email=address,
            lead=lead,
            version=row.version + 1,
            version_at=now,
        )
        tokens.revoke(subject=row.topic_key, purpose=None, now=now)
        ledger.bump(row.topic_key, why="The address was corrected.")
        notices.mail_confirmation(row, now=now)
        notices.tell(row, f"Corrected the address for {row.title}", actor=actor, now=now)
        return row

    return gate.run(work)
