"""Owners in turn, among the advisors who are available."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, Q

from leads import people
from leads.models import Advisor, Lead
from leads.office import Hours, is_open
from mail.rows import require_transaction


def hours_of(advisor: Advisor) -> Hours:
    """The advisor's office hours."""
    days = frozenset(int(digit) for digit in advisor.weekdays if digit.isdigit())
    return Hours(ZoneInfo(str(advisor.time_zone)), advisor.opens, advisor.closes, days)


def assign_in_turn(*, lead: Lead, now: datetime) -> Advisor | None:
    """Give an unowned lead to the advisor whose turn it is; None where nobody takes leads, or it has an owner.

    Those in their office hours come first; among equals the one who got a lead longest ago. The caller holds the lead's
    lock; the advisors' rows are locked in the order of their ids, so that two leads at once go to two advisors.
    """
    require_transaction()
    if lead.owner_id is not None:
        return None
    today = now.date()
    waiting = Advisor.objects.filter(Q(away_until__isnull=True) | Q(away_until__lte=today), takes_leads=True)
    rows = list(waiting.filter(user__is_active=True).order_by("pk").select_for_update(no_key=True, of=("self",)))
    if not rows:
        return None
    longest = min(
        rows,
        key=lambda row: (
            not is_open(now, hours_of(row)),
            row.last_assigned_at is not None,
            row.last_assigned_at or now,
            row.pk,
        ),
    )
    longest.last_assigned_at = now
    longest.save(update_fields=["last_assigned_at"])
    _give(lead, longest.user, actor="system", now=now)
    return longest


@transaction.atomic(durable=True)
def assign(*, lead: Lead, owner: AbstractBaseUser | None, actor: str, now: datetime) -> Lead:
    """Staff make somebody the owner, or nobody; the same owner again changes nothing."""
    locked = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    if locked.owner_id != (owner.pk if owner else None):
        _give(locked, owner, actor=actor, now=now)
    return locked


def _give(lead: Lead, owner: AbstractBaseUser | None, *, actor: str, now: datetime) -> None:
    lead.owner = owner  # type: ignore[assignment]
    lead.save(update_fields=["owner"])
    summary = f"Assigned to {owner.get_username()}" if owner else "Assigned to nobody"
    people.record_activity(lead=lead, kind="owner", summary=summary, now=now, actor=actor)


def load() -> dict[int, int]:
    """How many open leads each owner has, by the user's id; one query."""
    rows = Lead.objects.present().exclude(stage__in=("enrolled", "lost")).filter(owner__isnull=False)
    return dict(rows.order_by().values_list("owner").annotate(number=Count("pk")).values_list("owner", "number"))
