"""The advisor's phone: what became of a call, who comes next, and how long somebody has waited."""

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q, QuerySet

from leads import assigning, consents, people
from leads.errors import NotPossible
from leads.models import CALL, Advisor, CallLog, Lead, Outcome, Stage
from leads.office import Hours, elapsed, is_daytime
from mail import identity
from mail.text import plain

# Somebody who did not answer is not rung again at once.
TRY_AGAIN_AFTER = timedelta(hours=4)
OVER = (Stage.ENROLLED, Stage.LOST)


@transaction.atomic(durable=True)
def log_call(
    *,
    lead: Lead,
    outcome: str,
    by: AbstractBaseUser,
    now: datetime,
    note: str = "",
    call_back_at: datetime | None = None,
) -> CallLog:
    """Write down a call and what follows from it.

    Talked moves the lead to Contacted and ends its wish for a call; "call back at" puts it back into the queue at that
    time; "do not call" takes it out for good and withdraws the consent; a wrong number takes it out until a new one is
    entered. Raises NotPossible: an unknown outcome, or a time that is missing, past, or not wanted.
    """
    if outcome not in Outcome.values:
        raise NotPossible("Choose what became of the call.")
    if (outcome == Outcome.CALL_BACK) != (call_back_at is not None):
        raise NotPossible("Say when to call back, for “Call back at” only.")
    if call_back_at is not None and call_back_at <= now:
        raise NotPossible("The time to call back has passed already.")
    locked, actor = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk), by.get_username()
    words = plain(note, limit=2000)
    row = CallLog.objects.create(lead=locked, at=now, outcome=outcome, call_back_at=call_back_at, note=words, by=by)  # type: ignore[misc]
    people.worked_on(lead=locked, now=now, responded=True)
    locked.call_back_at = call_back_at
    if outcome in (Outcome.TALKED, Outcome.WRONG_NUMBER, Outcome.DO_NOT_CALL):
        locked.call_wanted_at = None
    if outcome == Outcome.DO_NOT_CALL:
        locked.do_not_call = True
    locked.save(update_fields=["call_back_at", "call_wanted_at", "do_not_call"])
    if outcome == Outcome.DO_NOT_CALL:
        consents.withdraw(lead=locked, purpose=CALL, how="Said so on the phone", now=now)
    people.record_activity(
        lead=locked,
        kind="call",
        summary=f"Phone call: {Outcome(outcome).label.lower()}"
        + (f" {call_back_at:%Y-%m-%d %H:%M} UTC" if call_back_at else ""),
        now=now,
        data={"outcome": outcome, "note": words} if words else {"outcome": outcome},
        actor=actor,
    )
    if outcome == Outcome.TALKED:
        people.advance_stage(lead=locked, stage=Stage.CONTACTED, now=now, actor=actor)
    return row


@transaction.atomic(durable=True)
def allow_calls(*, lead: Lead, actor: str, why: str, now: datetime) -> Lead:
    """Take a lead off the do-not-call list, because the person asked for it; raises NotPossible without a reason."""
    reason = plain(why, limit=300)
    if not reason:
        raise NotPossible("Say how the person asked to be called again.")
    locked = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    if locked.do_not_call:
        locked.do_not_call = False
        locked.save(update_fields=["do_not_call"])
        people.record_activity(
            lead=locked, kind="call_allowed", summary=f"May be called again: {reason}", now=now, actor=actor
        )
    return locked


def queue(*, user: AbstractBaseUser, now: datetime, skip: Collection[int] = ()) -> QuerySet[Lead]:
    """Whom this advisor may call now, the next one first: own leads and those without an owner.

    Call-backs that are due come first, the earliest first; then those who asked for a call, whoever was left alone for
    longest first. Only where it is daytime for the person, by their zone or else the institute's; never who is on the
    do-not-call list, is enrolled or lost; and nobody again within four hours of the last try, call-backs excepted.
    """
    due = Q(call_back_at__lte=now)
    wanted = Q(call_wanted_at__isnull=False, call_back_at__isnull=True) & (
        Q(last_worked_at__isnull=True)
        | Q(last_worked_at__lte=now - TRY_AGAIN_AFTER)
        | Q(call_wanted_at__gt=F("last_worked_at"))
    )
    rows = (
        Lead.objects.present()
        .filter(due | wanted, Q(owner=user) | Q(owner__isnull=True), phone__isnull=False, do_not_call=False)
        .exclude(stage__in=OVER)
        .exclude(pk__in=list(skip)[:200])
    )
    zones = rows.order_by().values_list("time_zone", flat=True).distinct()
    home = zone_of("")
    awake = [name for name in zones if is_daytime(now, zone_of(name, home))]
    return rows.filter(time_zone__in=awake).order_by(
        F("call_back_at").asc(nulls_last=True),
        F("last_worked_at").asc(nulls_first=True),
        "call_wanted_at",
        "pk",
    )


@transaction.atomic(durable=True)
def take_next(*, user: AbstractBaseUser, now: datetime, skip: Collection[int] = ()) -> Lead | None:
    """The next lead to call, owned by this advisor from now on, so that nobody else rings the same person."""
    for pk in queue(user=user, now=now, skip=skip).values_list("pk", flat=True)[:20]:
        lead = Lead.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=pk).first()
        if lead is None or lead.owner_id not in (None, user.pk):
            continue  # another advisor was quicker
        if lead.owner_id is None:
            lead.owner = user  # type: ignore[assignment]
            lead.save(update_fields=["owner"])
            actor = user.get_username()
            people.record_activity(lead=lead, kind="owner", summary=f"Assigned to {actor}", now=now, actor=actor)
        return lead
    return None


def zone_of(name: str, otherwise: ZoneInfo | None = None) -> ZoneInfo:
    """The zone of that name, or the institute's own."""
    if name and people.is_time_zone(name):
        return ZoneInfo(name)
    return otherwise or ZoneInfo(str(identity.current().default_time_zone))


def waited(lead: Lead, *, now: datetime, hours: Hours) -> timedelta:
    """The first-response clock: office hours from the lead's first wish until somebody of us answered, or until now."""
    return elapsed(lead.created_at, lead.first_response_at or now, hours)


def hours_for(lead: Lead) -> Hours:
    """The office hours that the lead's clock runs in: its owner's, or nine to five in the institute's zone."""
    advisor = Advisor.objects.filter(user=lead.owner_id).first() if lead.owner_id else None
    return assigning.hours_of(advisor) if advisor else Hours(zone_of(""))
