"""Time zones as visitors meet them: a short list first, a search for the rest, names that people use."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from bookings.scheduling.wording import offset_in_words
from mail import clock

# Zone, the name people use for it, and how that name stands behind a time ("2:00 PM Central").
NAMED: dict[str, tuple[str, str]] = {
    "America/New_York": ("Eastern Time", "Eastern"),
    "America/Detroit": ("Eastern Time", "Eastern"),
    "America/Toronto": ("Eastern Time", "Eastern"),
    "America/Chicago": ("Central Time", "Central"),
    "America/Winnipeg": ("Central Time", "Central"),
    "America/Denver": ("Mountain Time", "Mountain"),
    "America/Edmonton": ("Mountain Time", "Mountain"),
    "America/Phoenix": ("Arizona Time", "Arizona"),
    "America/Los_Angeles": ("Pacific Time", "Pacific"),
    "America/Vancouver": ("Pacific Time", "Pacific"),
    "America/Anchorage": ("Alaska Time", "Alaska"),
    "Pacific/Honolulu": ("Hawaii Time", "Hawaii"),
    "America/Halifax": ("Atlantic Time", "Atlantic"),
    "Europe/London": ("UK Time", "UK time"),
    "Europe/Berlin": ("Central European Time", "Berlin time"),
    "Europe/Paris": ("Central European Time", "Paris time"),
    "Asia/Kolkata": ("India Time", "India time"),
    "Asia/Tokyo": ("Japan Time", "Japan time"),
}
SHORT_LIST = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Halifax",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Africa/Lagos",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
)
# Old names that browsers still report.
RENAMED = {
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Europe/Kiev": "Europe/Kyiv",
    "Etc/UTC": "UTC",
    "Etc/GMT": "UTC",
    "GMT": "UTC",
}
SPELLED = {"Sao Paulo": "São Paulo", "Asuncion": "Asunción", "Bogota": "Bogotá", "Reykjavik": "Reykjavík"}
AREAS = {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
NOT_PLACES = {"Factory", "localtime"}


@dataclass(frozen=True)
class Option:
    """One line of the zone list."""

    key: str
    label: str


@cache
def _known() -> frozenset[str]:
    return clock.zone_names() - NOT_PLACES


def find(value: str | None) -> ZoneInfo | None:
    """The zone of an IANA name as a visitor or browser sent it, or None when there is no such zone."""
    name = RENAMED.get(value or "", value or "")
    # Asked of the set first: ZoneInfo() takes a path, and strange paths raise more than one kind of error.
    return ZoneInfo(name) if name in _known() else None


def city(zone: ZoneInfo) -> str:
    """The place a zone is called after, as people write it."""
    place = zone.key.rsplit("/", 1)[-1].replace("_", " ")
    return SPELLED.get(place, place)


def offset(zone: ZoneInfo, at: datetime) -> str:
    """How far the zone is from UTC at an instant, e.g. "UTC−5" or "UTC+5:30"."""
    return offset_in_words(at.astimezone(zone))


def name(zone: ZoneInfo) -> str:
    """The zone's name in a sentence, e.g. "Central Time" or "Lisbon time"."""
    if zone.key == "UTC":
        return "UTC"
    return NAMED[zone.key][0] if zone.key in NAMED else f"{city(zone)} time"


def short(zone: ZoneInfo) -> str:
    """The zone's name behind a time of day, e.g. "Central" or "Lisbon time"."""
    return NAMED[zone.key][1] if zone.key in NAMED else name(zone)


def label(zone: ZoneInfo, at: datetime) -> str:
    """The zone as a line of the list, e.g. "Chicago · Central Time (UTC−6)"."""
    if zone.key == "UTC":
        return "UTC"
    known = f"{city(zone)} · {NAMED[zone.key][0]}" if zone.key in NAMED else city(zone)
    return f"{known} ({offset(zone, at)})"


def options(at: datetime, chosen: ZoneInfo | None = None) -> list[Option]:
    """The short list, with the chosen zone in front when it is not one of it."""
    keys = list(SHORT_LIST)
    if chosen is not None and chosen.key not in keys:
        keys.insert(0, chosen.key)
    return [Option(key, label(ZoneInfo(key), at)) for key in keys]


def _folded(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(bare.lower().replace("_", " ").replace("/", " ").split())


def search(text: str, at: datetime, limit: int = 12) -> list[Option]:
    """Zones whose city or name holds the words typed, those that begin with them first; at most `limit`."""
    asked = _folded(text[:60])
    if not asked:
        return []
    found: list[tuple[int, str]] = []
    for key in _known():
        area, _, place = key.partition("/")
        if area not in AREAS or key in RENAMED or place.isupper():
            continue
        spoken = f"{_folded(place)} {_folded(NAMED[key][0]) if key in NAMED else ''}"
        rank = 0 if _folded(key.rsplit("/", 1)[-1]).startswith(asked) else 1 if asked in spoken else 2
        if rank < 2 or asked in _folded(key):
            found.append((rank, key))
    # Old and new names of one place stand in the database side by side: one line for both.
    lines: dict[str, Option] = {}
    for _, key in sorted(found):
        line = label(ZoneInfo(key), at)
        lines.setdefault(line, Option(key, line))
    return list(lines.values())[:limit]
