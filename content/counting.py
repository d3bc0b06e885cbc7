"""Readers counted by us alone: no cookie, no outside script, nothing that says who it was once the day is over.

The request only notes what it saw in memory. A thread of each web process turns the notes into rows every few seconds:
staff and robots are left out, everybody else becomes a hash of address and browser under the day's salt, and a hash that
is new that day is one reader more. Salt and hashes of days that are over are deleted with every turn.
"""

import hashlib
import logging
import re
import secrets
import threading
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import connections, transaction
from django.db.models import F
from django.http import HttpRequest

from content.models import ReaderDay, ReaderMark, ReaderSalt
from leads.client import client_address, client_network
from mail import clock, identity

EVERY = 5.0  # seconds between two turns of a process
# What another process saw just before midnight comes a turn later: without its day's salt a reader would count twice.
LATE = timedelta(minutes=1)
MOST = 20_000  # notes that wait at most; a flood is not worth more memory
# Programs that say what they are, in their own words; an empty or very short line is none of a browser's.
ROBOT = re.compile(
    r"bot\b|bot[/_-]|crawl|spider|slurp|preview|scrap|monitor|uptime|pingdom|probe|headless|lighthouse|pagespeed|archiver"
    r"|facebookexternalhit|embedly|curl/|wget/|python|java/|go-http|okhttp|httpx|axios|node-fetch|libwww|perl|ruby|feed|validator",
    re.I,
)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Note:
    """One view of a page, as little of it as the count needs; it lives for seconds."""

    page: str
    day: date
    who: str
    session: str


notes: deque[Note] = deque(maxlen=MOST)


def saw(request: HttpRequest, page: str) -> None:
    """Note that somebody asked for a page; touches no database."""
    if request.method != "GET" or is_robot(request):
        return
    browser = request.META.get("HTTP_USER_AGENT", "")
    who = f"{client_network(client_address(request))}\n{browser}\n{request.META.get('HTTP_ACCEPT_LANGUAGE', '')}"
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    notes.append(Note(page, clock.now().astimezone(_zone()).date(), who, session))


_held = ZoneInfo("America/New_York")


def _zone() -> ZoneInfo:
    return _held


def _learn_zone() -> None:
    """The institute's days are the days that are counted; asked with every turn, never by a request."""
    global _held
    _held = ZoneInfo(str(identity.current().default_time_zone))


def is_robot(request: HttpRequest) -> bool:
    """Whether the client says, or shows, that it is no person who reads."""
    browser = request.META.get("HTTP_USER_AGENT", "")
    ahead = request.META.get("HTTP_SEC_PURPOSE", "") or request.META.get("HTTP_PURPOSE", "")
    return len(browser) < 20 or bool(ROBOT.search(browser)) or "prefetch" in ahead


def flush(*, now: datetime) -> int:
    """Turn the notes of this process into rows and let go of days that are over; the number of views counted."""
    taken: list[Note] = []
    while notes:
        taken.append(notes.popleft())
    _learn_zone()
    staff = _staff({note.session for note in taken if note.session})
    read = [note for note in taken if note.session not in staff]
    try:
        for day in sorted({note.day for note in read}):
            _count(day, [note for note in read if note.day == day])
    except Exception:
        # A database that is busy or away: the next turn tries again, as far as there is room.
        notes.extendleft(reversed(read[-(MOST - len(notes)) :]))
        raise
    _forget(before=(now - LATE).astimezone(_zone()).date())
    return len(read)


def _staff(sessions: set[str]) -> set[str]:
    """Those of the sessions that somebody signed in with; only staff have accounts."""
    from importlib import import_module

    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    return {
        key for key in sessions if key.isalnum() and len(key) <= 40 and SESSION_KEY in store(session_key=key).load()
    }


@transaction.atomic
def _count(day: date, read: list[Note]) -> None:
    salt = _salt(day)
    views = Counter(note.page for note in read) + Counter({"": len(read)})
    marks = {(note.page, _mark(salt, note.who)) for note in read} | {("", _mark(salt, note.who)) for note in read}
    for page in sorted(views):
        new = _new_marks(day, page, {mark for where, mark in marks if where == page})
        ReaderDay.objects.bulk_create([ReaderDay(day=day, page=page)], ignore_conflicts=True)
        ReaderDay.objects.filter(day=day, page=page).update(readers=F("readers") + new, views=F("views") + views[page])


def _salt(day: date) -> bytes:
    """The day's salt, one for all processes."""
    ReaderSalt.objects.bulk_create([ReaderSalt(day=day, salt=secrets.token_bytes(32))], ignore_conflicts=True)
    return bytes(ReaderSalt.objects.get(day=day).salt)


def _mark(salt: bytes, who: str) -> bytes:
    return hashlib.blake2b(who.encode("utf-8", "replace"), key=salt, digest_size=16).digest()


def _new_marks(day: date, page: str, marks: Iterable[bytes]) -> int:
    """Keep the marks; how many were not there before. The row of the day serialises processes that count at once."""
    wanted = list(marks)
    # Locked first: two processes that bring the same reader count one.
    ReaderDay.objects.bulk_create([ReaderDay(day=day, page=page)], ignore_conflicts=True)
    list(ReaderDay.objects.select_for_update().filter(day=day, page=page))
    there = {
        bytes(m) for m in ReaderMark.objects.filter(day=day, page=page, mark__in=wanted).values_list("mark", flat=True)
    }
    new = [mark for mark in wanted if mark not in there]
    ReaderMark.objects.bulk_create([ReaderMark(day=day, page=page, mark=mark) for mark in new], ignore_conflicts=True)
    return len(new)


def _forget(*, before: date) -> None:
    """Throw away salt and marks of days that are over: from then on nobody can tell whose they were."""
    if ReaderSalt.objects.filter(day__lt=before).exists():
        with transaction.atomic():
            ReaderMark.objects.filter(day__lt=before).delete()
            ReaderSalt.objects.filter(day__lt=before).delete()


def start() -> None:
    """Begin this web process's own turns; they end with the process, and the last one comes as it ends."""
    import atexit

    ended = threading.Event()

    def turns() -> None:
        while not ended.wait(EVERY):
            turn()

    def turn() -> None:
        try:
            flush(now=clock.now())
        except Exception:
            log.warning("Readers could not be counted this time", exc_info=True)
        finally:
            connections.close_all()

    def last() -> None:
        ended.set()
        turn()

    threading.Thread(target=turns, name="guide-readers", daemon=True).start()
    atexit.register(last)
