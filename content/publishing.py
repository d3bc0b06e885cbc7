"""From rows to an immutable revision: check, copy under the guide's lock, make it live; now, later, or no longer."""

import logging
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from content import gate, history, printing, snapshot
from content.errors import GateClosed, NothingToPublish, NotLive, ScheduleInThePast
from content.kept import shelf
from content.models import Guide, Revision

log = logging.getLogger(__name__)


def publish(*, guide: Guide, by: User | None, now: datetime, note: str = "") -> Revision:
    """Copy the guide's rows into a new live revision; raises GateClosed or NothingToPublish.

    1. Lock the guide, so that two editors cannot give two revisions one number.
    2. Read its rows once and ask the gate about exactly what will be stored.
    3. Insert the revision and point the guide at it.
    """
    with transaction.atomic(durable=True):
        revision = publish_locked(locked(guide.pk), by=by, now=now, note=note)
    guide.live = revision
    return revision


def locked(pk: int) -> Guide:
    """The guide, held until the transaction ends."""
    # No join here: after waiting for a lock PostgreSQL reads the guide anew, but what is joined to it as of before.
    return Guide.objects.select_for_update(no_key=True).get(pk=pk)


def draft(guide: Guide) -> dict[str, Any]:
    """What publishing would store of the guide's rows now."""
    return history.carry(snapshot.take(guide), history.newest(guide))


def publish_locked(guide: Guide, *, by: User | None, now: datetime, note: str) -> Revision:
    """The inside of publishing, for verbs that hold the guide already; ends a schedule, whoever publishes."""
    taken = draft(guide)
    problems = gate.problems(taken)
    if problems:
        raise GateClosed(problems)
    if guide.live is not None and guide.live.snapshot == taken:
        raise NothingToPublish(guide.live.number)
    newest = guide.revisions.order_by("-number").values_list("number", flat=True).first() or 0
    revision = Revision(
        guide=guide,
        number=newest + 1,
        slug=guide.slug,
        title=guide.title,
        snapshot=taken,
        published_at=now,
        published_by=by,
        publisher_name=name_of(by),
        note=note.strip()[:300],
    )
    revision.save()
    history.remember_roles(taken)
    guide.live = revision
    _no_schedule(guide)
    guide.save(update_fields=["live", *SCHEDULE])
    transaction.on_commit(partial(_after_commit, revision, now), robust=True)
    return revision


SCHEDULE = ("publish_at", "publish_by", "publish_note", "publish_refused")


def _no_schedule(guide: Guide, refused: str = "") -> None:
    guide.publish_at, guide.publish_by, guide.publish_note, guide.publish_refused = None, None, "", refused


def _after_commit(revision: Revision, now: datetime) -> None:
    """What follows from a new live revision: this process looks again at once, and the PDF is made."""
    shelf.look_again()
    printing.ensure(revision, now=now)


def schedule(*, guide: Guide, at: datetime, by: User | None, now: datetime, note: str = "") -> None:
    """Publish the draft as it will be at that time; raises ScheduleInThePast, or GateClosed for what is wrong already."""
    if at <= now:
        raise ScheduleInThePast
    with transaction.atomic(durable=True):
        held = locked(guide.pk)
        problems = gate.problems(draft(held))
        if problems:
            raise GateClosed(problems)
        held.publish_at, held.publish_by, held.publish_note, held.publish_refused = at, by, note.strip()[:300], ""
        held.save(update_fields=SCHEDULE)


def unschedule(*, guide: Guide) -> None:
    """Take a planned publication back; nothing happens where there is none."""
    with transaction.atomic(durable=True):
        held = locked(guide.pk)
        _no_schedule(held)
        held.save(update_fields=SCHEDULE)


def publish_due(*, now: datetime) -> list[Revision]:
    """Publish every draft whose time has come, however long ago that was; what the gate refuses is told to staff."""
    made = []
    for pk in Guide.objects.filter(publish_at__lte=now).order_by("publish_at", "pk").values_list("pk", flat=True):
        revision = _publish_one_due(pk, now)
        if revision:
            made.append(revision)
    return made


def _publish_one_due(pk: int, now: datetime) -> Revision | None:
    from content import telling

    with transaction.atomic(durable=True):
        guide = locked(pk)
        if guide.publish_at is None or guide.publish_at > now:
            return None  # another process was quicker, or an editor has thought better of it
        at, refused = guide.publish_at, ""
        try:
            # A savepoint: what publishing had written before it was refused is taken back, and the refusal is kept.
            with transaction.atomic():
                return publish_locked(guide, by=guide.publish_by, now=now, note=guide.publish_note)
        except NothingToPublish as nothing:
            refused = str(nothing)
        except GateClosed as closed:
            refused = str(closed)
        _no_schedule(guide, refused)
        guide.save(update_fields=SCHEDULE)
        telling.staff_of_refusal(guide, at=at, now=now)
    log.warning("Guide %d was not published at its time", pk)
    return None


def unpublish(*, guide: Guide, now: datetime) -> Revision:
    """Take the guide from readers; every revision stays, and publishing brings it back. Raises NotLive."""
    with transaction.atomic(durable=True):
        held = locked(guide.pk)
        if held.live is None:
            raise NotLive
        was = held.live
        held.live = None
        held.save(update_fields=["live"])
        transaction.on_commit(shelf.look_again)
    guide.live = None
    return was


def review(*, guide: Guide, by: User | None, now: datetime) -> None:
    """Note that somebody has read the live guide and found it still true; readers see the date."""
    with transaction.atomic(durable=True):
        held = locked(guide.pk)
        if held.live is None:
            raise NotLive
        held.reviewed_at, held.reviewer_name = now, name_of(by)
        held.save(update_fields=["reviewed_at", "reviewer_name"])
        transaction.on_commit(shelf.look_again)


def name_of(user: User | None) -> str:
    """The name that stays with the revision after the account has gone."""
    if user is None:
        return "the system"
    return (user.get_full_name() or user.get_username())[:160]
