"""Sequences: who gets which mails in a row, and everything that ends it.

A step is a row in the ledger, written when the sequence starts. Whether it is true is decided again when it is sent:
`why_not` is asked by its renderer and by `settle`, so that a stop never depends on somebody remembering to cancel mail.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q

from leads import journal
from leads.models import Activity, Enrolment, Lead, Restart, Sequence, SequenceStep, Stage, StopReason
from mail import clock, identity, ledger, quiet
from mail.addresses import fingerprint
from mail.models import Message, Suppression
from mail.registry import Stream
from mail.rows import require_transaction

KIND = "leads.sequence"
# A mail server that is away for longer than this has let the moment pass; the next step still comes.
STEP_EXPIRES_AFTER = timedelta(days=3)
# What may start, stop or restart a sequence, by the kind of the timeline's line.
CAUSES = {"booking", "stage", "consent_given", "consent_withdrawn", "replied", "bounced", "merged", "unmerged"}
_TAKEN = {"pending", "confirmed", "completed"}
_OPEN_AGAIN = {StopReason.BOOKED, StopReason.UNSUBSCRIBED}


def heard(activity: Activity, *, now: datetime) -> None:
    """Something happened with a lead: start what they agreed to, stop or restart what they are in."""
    require_transaction()
    if activity.kind not in CAUSES:
        return
    if activity.kind == "consent_given":
        for sequence in Sequence.objects.filter(active=True, purpose=activity.data.get("purpose", "")):
            start(lead=activity.lead, sequence=sequence, now=now)
        activity.lead.just_made = False
    if not activity.lead.just_made:  # who was not there before is in no sequence that could stop
        settle(lead=activity.lead, now=now)


def start(*, lead: Lead, sequence: Sequence, now: datetime) -> Enrolment | None:
    """Put a lead into a sequence and its steps into the ledger; None for who is or was in it, or may not be."""
    require_transaction()
    if Enrolment.objects.filter(lead=lead, sequence=sequence).exists():
        return None
    enrolment = Enrolment(lead=lead, sequence=sequence, started_at=now)
    if why_not(enrolment, now=now) is not None:
        return None
    try:
        with transaction.atomic():
            enrolment.save(force_insert=True)
    except IntegrityError:  # two confirmations at once
        return None
    _enqueue(enrolment, now=now)
    journal.write(lead=lead, kind="sequence", summary=f"Started: {sequence}", now=now)
    return enrolment


def settle(*, lead: Lead, now: datetime) -> None:
    """Make every enrolment of the lead what it should be by now: stopped with its reason, or going on again."""
    require_transaction()
    for row in lead.enrolments.select_for_update(no_key=True, of=("self",)).select_related("sequence").order_by("pk"):
        row.lead = lead
        reason = why_not(row, now=now)
        if row.stopped_at is None and reason is not None:
            stop(enrolment=row, reason=reason, now=now)
        elif (
            reason is None
            and row.stop_reason in _OPEN_AGAIN
            and (row.stop_reason != StopReason.BOOKED or row.sequence.restart == Restart.CONTINUE)
        ):
            _restart(row, now=now)


def why_not(enrolment: Enrolment, *, now: datetime) -> StopReason | None:
    """Why this lead must get no more of this sequence, or None; asked of the rows as they are now."""
    lead, since = enrolment.lead, enrolment.started_at
    if not lead.email or lead.merged_into_id is not None or lead.erasing_since is not None:
        return StopReason.ERASED
    if enrolment.stop_reason == StopReason.STAFF:
        return StopReason.STAFF
    if not enrolment.sequence.active:
        return StopReason.OFF
    silenced = Suppression.objects.filter(address_hash=fingerprint(lead.email), stream__in=("", Stream.LIST))
    quiet_for = list(silenced.values_list("bounced", flat=True))
    if True in quiet_for:
        return StopReason.BOUNCED
    agreed = Q(text__purpose=enrolment.sequence.purpose, confirmed_at__isnull=False, withdrawn_at__isnull=True)
    if quiet_for or not lead.consents.filter(agreed).exists():
        return StopReason.UNSUBSCRIBED
    if lead.replied_at is not None and lead.replied_at >= since:
        return StopReason.REPLIED
    if lead.stage in (Stage.LOST, Stage.ENROLLED):
        return StopReason.LOST if lead.stage == Stage.LOST else StopReason.ENROLLED
    return StopReason.BOOKED if _has_call(lead, since=since, now=now) else None


def _has_call(lead: Lead, *, since: datetime, now: datetime) -> bool:
    """Whether the lead booked a call since then, or has one coming; by the last line about each call."""
    last: dict[str, Activity] = {}
    for row in lead.activities.filter(kind="booking").order_by("at", "pk"):
        last[str(row.data.get("booking"))] = row
    for row in last.values():
        if row.data.get("status") in _TAKEN:
            begins = _instant(str(row.data.get("start", "")))
            if row.at >= since or (begins is not None and begins > now):
                return True
    return False


def _instant(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def stop(*, enrolment: Enrolment, reason: StopReason, now: datetime) -> None:
    """End an enrolment and take back what has not left; its topic's new version makes older rows unsendable."""
    require_transaction()
    enrolment.stopped_at, enrolment.stop_reason = now, reason
    enrolment.save(update_fields=["stopped_at", "stop_reason"])
    ledger.bump(enrolment.topic_key, why=f"Sequence stopped: {reason.label}.")
    if unsent(enrolment):
        summary = f"Stopped: {enrolment.sequence} ({reason.label})"
        journal.write(lead=enrolment.lead, kind="sequence", summary=summary, now=now, data={"reason": reason.value})


def _restart(enrolment: Enrolment, *, now: datetime) -> None:
    enrolment.stopped_at, enrolment.stop_reason = None, ""
    enrolment.restarted_at, enrolment.restarts = now, enrolment.restarts + 1
    enrolment.save(update_fields=["stopped_at", "stop_reason", "restarted_at", "restarts"])
    if _enqueue(enrolment, now=now):
        journal.write(lead=enrolment.lead, kind="sequence", summary=f"Goes on: {enrolment.sequence}", now=now)


@transaction.atomic(durable=True)
def stop_by_staff(*, enrolment: Enrolment, actor: str, now: datetime) -> Enrolment:
    """Staff take a lead out of a sequence; again changes nothing."""
    row = _locked(enrolment)
    if row.stop_reason != StopReason.STAFF:
        stop(enrolment=row, reason=StopReason.STAFF, now=now)
    return row


@transaction.atomic(durable=True)
def restart_by_staff(*, enrolment: Enrolment, actor: str, now: datetime) -> StopReason | None:
    """Staff let a stopped sequence go on with the steps that were not sent; why it cannot, or None."""
    row = _locked(enrolment)
    if row.stopped_at is None:
        return None
    before, row.stop_reason = row.stop_reason, ""
    reason = why_not(row, now=now)
    if reason is not None:
        row.stop_reason = before
        return reason
    _restart(row, now=now)
    return None


def _locked(enrolment: Enrolment) -> Enrolment:
    rows = Enrolment.objects.select_for_update(no_key=True, of=("self",)).select_related("lead", "sequence")
    return rows.get(pk=enrolment.pk)


def unsent(enrolment: Enrolment) -> list[SequenceStep]:
    """The steps that have not gone out, in their order."""
    gone = Message.objects.filter(
        Q(status=Message.Status.SENT) | Q(data_at__isnull=False), topic__key=enrolment.topic_key, kind=KIND
    )
    sent = {int(context["step"]) for context in gone.values_list("context", flat=True) if "step" in context}
    return [step for step in enrolment.sequence.steps.filter(active=True) if step.pk not in sent]


def zone_of(lead: Lead) -> ZoneInfo:
    """The lead's own zone, or the institute's."""
    known = lead.time_zone in clock.zone_names()
    return ZoneInfo(lead.time_zone if known else str(identity.current().default_time_zone))


def _enqueue(enrolment: Enrolment, *, now: datetime) -> int:
    """Write the unsent steps into the ledger, each its delay after the one before and never at night; their number."""
    lead, due, zone = enrolment.lead, now, zone_of(enrolment.lead)
    steps, topic = unsent(enrolment), ledger.topic(enrolment.topic_key)
    for step in steps:
        due = quiet.next_allowed(due + step.delay, zone)
        ledger.enqueue(
            kind=KIND,
            dedupe_key=f"{KIND}:{enrolment.pk}:{step.pk}:{enrolment.restarts}",
            topic=topic,
            recipient=lead.email or "",
            due_at=due,
            expires_at=due + STEP_EXPIRES_AFTER,
            now=now,
            context={"enrolment": enrolment.pk, "step": step.pk},
        )
    return len(steps)


def settle_all(*, now: datetime) -> int:
    """Stop what should not run any more although nobody said so here, such as after a bounce; how many were stopped."""
    stopped = 0
    for pk in Enrolment.objects.filter(stopped_at__isnull=True).order_by("pk").values_list("lead_id", flat=True):
        with transaction.atomic(durable=True):
            lead = Lead.objects.select_for_update(no_key=True).filter(pk=pk).first()
            if lead is not None:
                before = lead.enrolments.filter(stopped_at__isnull=True).count()
                settle(lead=lead, now=now)
                stopped += before - lead.enrolments.filter(stopped_at__isnull=True).count()
    return stopped
