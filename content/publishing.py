"""From rows to an immutable revision: check, copy under the guide's lock, make it live."""

from datetime import datetime
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction

from content import gate, printing, snapshot
from content.errors import GateClosed, NothingToPublish
from content.kept import shelf
from content.models import Guide, Revision


def publish(*, guide: Guide, by: User | None, now: datetime, note: str = "") -> Revision:
    """Copy the guide's rows into a new live revision; raises GateClosed or NothingToPublish.

    1. Lock the guide, so that two editors cannot give two revisions one number.
    2. Read its rows once and ask the gate about exactly what will be stored.
    3. Insert the revision and point the guide at it.
    """
    with transaction.atomic(durable=True):
        # No join here: after waiting for a lock PostgreSQL reads the guide anew, but what is joined to it as of before.
        locked = Guide.objects.select_for_update(no_key=True).get(pk=guide.pk)
        taken = snapshot.take(locked)
        problems = gate.problems(taken)
        if problems:
            raise GateClosed(problems)
        if locked.live is not None and locked.live.snapshot == taken:
            raise NothingToPublish(locked.live.number)
        newest = locked.revisions.order_by("-number").values_list("number", flat=True).first() or 0
        revision = Revision(
            guide=locked,
            number=newest + 1,
            slug=locked.slug,
            title=locked.title,
            snapshot=taken,
            published_at=now,
            published_by=by,
            publisher_name=name_of(by),
            note=note.strip()[:300],
        )
        revision.save()
        locked.live = revision
        locked.save(update_fields=["live"])
        transaction.on_commit(partial(_after_commit, revision, now), robust=True)
    guide.live = revision
    return revision


def _after_commit(revision: Revision, now: datetime) -> None:
    """What follows from a new live revision: this process looks again at once, and the PDF is made."""
    shelf.look_again()
    printing.ensure(revision, now=now)


def name_of(user: User | None) -> str:
    """The name that stays with the revision after the account has gone."""
    if user is None:
        return "the system"
    return (user.get_full_name() or user.get_username())[:160]
