"""Row-writers for people: every one needs an open transaction, so that a lead and what led to it are one."""

import re
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.urls import Resolver404, resolve
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException

from leads import journal, score, sequences
from leads.models import Activity, HeardOf, Lead, Role, Stage, Touch
from mail import clock, prepared
from mail.rows import require_transaction
from mail.text import one_line

# A lost lead who books a call is found again; one who only confirms an address is not.
_BY_ADDRESS = prepared.Rows(Lead, where="email = %(email)s", locked="leads_lead")
_ORDER = [
    Stage.NEW,
    Stage.CONFIRMED,
    Stage.CONTACTED,
    Stage.LOST,
    Stage.CALL_BOOKED,
    Stage.CALL_DONE,
    Stage.ENROLLED,
]


def normalise_email(value: str) -> str:
    """The one spelling of an e-mail address: trimmed, lower case, an international domain in its ASCII form.

    Raises nothing: what is no address comes back trimmed and in lower case.
    """
    local, at, domain = one_line(value, limit=320).strip().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local}{at}{domain}".lower()


def ensure_lead(
    *,
    email: str,
    name: str,
    now: datetime,
    phone: str = "",
    role_of_interest: str = "",
    time_zone: str = "",
    best_time_to_call: str = "",
    heard_of: str = "",
) -> Lead:
    """The one lead of this address, locked until the transaction ends; made if there is none.

    The oldest row wins, and a row that was merged leads to the one it was merged into. Blanks are filled; what is already known is kept, because the address alone proves
    nothing about who is typing, and what differs is written to the timeline for staff to judge. Raises ValueError for
    what is no address; a phone number, role or zone that means nothing is left out.
    """
    require_transaction()
    email = normalise_email(email)
    if "@" not in email or len(email) > 254:
        raise ValueError("A lead that comes from outside has an e-mail address of at most 254 characters.")
    told = cleaned(
        name=name,
        phone=phone,
        role_of_interest=role_of_interest,
        time_zone=time_zone,
        best_time_to_call=best_time_to_call,
        heard_of=heard_of,
    )
    lead = _locked(email)
    if lead is None:
        made = Lead(email=email, created_at=now, **{name: value for name, value in told.items() if value})
        # Two first visits at once meet on the unique index: the later one writes nothing and takes the other's row.
        if prepared.insert_new(made, "email"):
            made.just_made = True
            return made
        lead = locked_as_kept(Lead.objects.select_for_update(no_key=True).get(email=email))
    fill(lead, told, now)
    return lead


def cleaned(**told: str) -> dict[str, Any]:
    """What was told of a person, in a form the columns take; what means nothing is empty."""
    return {
        "name": one_line(told.get("name", ""), limit=120),
        "phone": _phone(told.get("phone", "")),
        "role_of_interest": told.get("role_of_interest", "") if told.get("role_of_interest") in Role.values else "",
        "time_zone": told.get("time_zone", "") if is_time_zone(told.get("time_zone", "")) else "",
        "best_time_to_call": one_line(told.get("best_time_to_call", ""), limit=100),
        "heard_of": told.get("heard_of", "") if told.get("heard_of") in HeardOf.values else "",
    }


def _locked(email: str) -> Lead | None:
    lead = _BY_ADDRESS.first(email=email)
    return locked_as_kept(lead) if lead is not None else None


def locked_as_kept(lead: Lead) -> Lead:
    """The row that this one was merged into, locked; a row that was not merged is its own."""
    seen = {lead.pk}
    while lead.merged_into_id is not None and lead.merged_into_id not in seen:
        seen.add(lead.merged_into_id)
        lead = Lead.objects.select_for_update(no_key=True).get(pk=lead.merged_into_id)
    return lead


def fill(lead: Lead, told: dict[str, Any], now: datetime) -> list[str]:
    """Fill what is blank, note what differs; the names of the columns that were filled."""
    require_transaction()
    given = {field: value for field, value in told.items() if value}
    blank = {field: value for field, value in given.items() if not getattr(lead, field)}
    other = {
        field: str(value) for field, value in given.items() if getattr(lead, field) != value and field not in blank
    }
    for field, value in blank.items():
        setattr(lead, field, value)
    if blank:
        lead.save(update_fields=[*blank])
    if other:
        record_activity(
            lead=lead,
            kind="details_differ",
            summary=f"Other details were given for this address: {', '.join(sorted(other)).replace('_', ' ')}",
            now=now,
            data=other,
        )
    return [*blank]


def is_time_zone(value: str) -> bool:
    """Whether this is the name of a zone in the IANA database."""
    return value in clock.zone_names()


def _phone(value: str) -> PhoneNumber | None:
    """A number that can be dialled, or None; a number alone never stops a lead."""
    try:
        number = PhoneNumber.from_string(one_line(str(value), limit=40))
    except NumberParseException:
        return None
    return number if number.is_valid() else None


def record_activity(
    *,
    lead: Lead,
    kind: str,
    summary: str,
    now: datetime,
    data: dict[str, Any] | None = None,
    actor: str = "system",
) -> Activity:
    """Append one line to the lead's timeline, count its points, and let sequences begin, stop or go on because of it.

    `data` must be plain JSON.
    """
    row = journal.write(lead=lead, kind=kind, summary=summary, now=now, data=data, actor=actor)
    score.note(row)
    sequences.heard(row, now=now)
    return row


def worked_on(*, lead: Lead, now: datetime, responded: bool = False) -> None:
    """Staff have done something for this lead, whom the caller has locked; the first answer stops the response clock."""
    require_transaction()
    lead.last_worked_at = now
    if responded and lead.first_response_at is None:
        lead.first_response_at = now
    lead.save(update_fields=["last_worked_at", "first_response_at"])


def record_touch(*, lead: Lead, page: str, now: datetime, referrer_page: str = "") -> Touch:
    """Append the visit that led here: the form's own path and the path before it, campaign fields read from both.

    Paths may carry a query; anything that is not a path of this site counts as unknown.
    """
    require_transaction()
    here, before = own_path(page), own_path(referrer_page)
    campaign: dict[str, str] = {}
    for path in (here, before):
        query = parse_qs(urlsplit(path).query)
        for name in ("utm_source", "utm_medium", "utm_campaign"):
            if name in query and name not in campaign:
                campaign[name] = one_line(query[name][0], limit=100)
    first = not lead.visited and (lead.just_made or not lead.touches.exists())
    lead.visited = True
    touch = Touch(
        lead=lead,
        at=now,
        page=urlsplit(here).path[:300],
        referrer_page=urlsplit(before).path[:300],
        direct=not before and not campaign,
        **campaign,
    )
    prepared.insert_soon(touch)
    # A direct visit tells nothing: the first source stays unknown for good, the last one stays what it was.
    if not touch.direct:
        source = (touch.utm_source or touch.referrer_page)[:100]
        sources = {"last_source": source} | ({"first_source": source} if first else {})
        for field, value in sources.items():
            setattr(lead, field, value)
        lead.save(update_fields=[*sources])
    return touch


_PATH = re.compile(r"/(?![/\\])[\x21-\x7e]*\Z")


def own_path(value: str) -> str:
    """The value if it is a page of this site (a path, perhaps with a query, in ASCII, at most 1,000 characters), else "".

    A link token in the path is left out: it would open the page for whoever reads the timeline.
    """
    if len(value) > 1000 or not _PATH.match(value):
        return ""
    path, mark, query = value.partition("?")
    kept = _without_token(path)
    return f"{kept}{mark}{query}" if kept == path else kept


@lru_cache(maxsize=256)
def _without_token(path: str) -> str:
    """The path of a page of ours, its token left out; "" for what is no page. Most of them are the same few."""
    try:
        token = resolve(path).kwargs.get("token")
    except Resolver404:
        return ""
    return path.replace(token, "…") if token else path


def move_stage(*, lead: Lead, stage: str, now: datetime, actor: str, why: str = "") -> None:
    """Set the stage, in either direction, and log it; a reason is kept as `lost_reason` for a lost lead."""
    require_transaction()
    before, after = Stage(lead.stage), Stage(stage)
    if before == after:
        return
    lead.stage, lead.stage_changed_at = after, now
    lead.lost_reason = one_line(why) if after == Stage.LOST else ""
    prepared.update(lead, ("stage", "stage_changed_at", "lost_reason"))
    if actor not in ("system", "visitor"):
        worked_on(lead=lead, now=now, responded=after == Stage.CONTACTED)
    record_activity(
        lead=lead,
        kind="stage",
        summary=f"{before.label} → {after.label}" + (f": {why}" if why else ""),
        now=now,
        data={"old": before.value, "new": after.value, "why": one_line(why)},
        actor=actor,
    )


def advance_stage(*, lead: Lead, stage: str, now: datetime, actor: str = "system", why: str = "") -> None:
    """Move the stage forward; a stage already reached or passed stays as it is."""
    if _ORDER.index(Stage(stage)) > _ORDER.index(Stage(lead.stage)):
        move_stage(lead=lead, stage=stage, now=now, actor=actor, why=why)
