"""The text of a calendar taken apart (RFC 5545, 3.1 and 3.4): content lines; the events, busy times and zones they make up.

Only the lines that say when somebody is busy are kept; titles, places and people are never looked at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from bookings.outside.trouble import Trouble

_FOLD = re.compile(rb"(?:\r\n|\n|\r)[ \t]")
_LINE_END = re.compile(r"\r\n|\n|\r")
_LINE = re.compile(r'([A-Za-z0-9-]+)((?:;[^:"]*(?:"[^"]*"[^:"]*)*)?):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';\s*([A-Za-z0-9-]+)\s*=\s*("[^"]*"|[^;:",]*)')
EVENT, FREE_BUSY = "VEVENT", "VFREEBUSY"
KEPT = {
    EVENT: {
        *("UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"),
        *("STATUS", "TRANSP", "SEQUENCE"),
    },
    FREE_BUSY: {"FREEBUSY"},
}


class Line(NamedTuple):
    """One content line: its parameters with names in capitals, its value as it stands."""

    parameters: dict[str, str]
    value: str


@dataclass(slots=True)
class Component:
    """The lines of one event, or of one list of busy times, that matter, by name in capitals."""

    kind: str = EVENT
    lines: dict[str, list[Line]] = field(default_factory=dict)

    def first(self, name: str) -> Line | None:
        """The first line of that name."""
        found = self.lines.get(name)
        return found[0] if found else None

    def word(self, name: str) -> str:
        """The value of the first line of that name in capitals, or ""."""
        found = self.first(name)
        return found.value.strip().upper() if found else ""


@dataclass(slots=True)
class Contents:
    """What a file holds."""

    events: list[Component] = field(default_factory=list)
    free_busy: list[Line] = field(default_factory=list)  # what every VFREEBUSY lists
    zones: list[str] = field(default_factory=list)  # each VTIMEZONE as text
    zone_name: str = ""  # X-WR-TIMEZONE
    broken: int = 0  # components that have no end, or lines that are none


def contents(body: bytes) -> Contents:
    """Take a calendar apart; raises Trouble where it is none, or is cut off before its end."""
    result = Contents()
    event: Component | None = None
    zone: list[str] | None = None
    spoilt = False
    depth = 0  # inside an event: alarms and the like
    ended = False
    for line in _lines(body):
        name, _, value = line.partition(":")
        mark = (name.strip().upper(), value.strip().upper())
        if mark[0] == "BEGIN" and mark[1] in KEPT:
            # One that begins inside another: the other never ended.
            result.broken += event is not None
            event, spoilt, depth, zone = Component(mark[1]), False, 0, None
        elif mark == ("END", "VCALENDAR"):
            result.broken += event is not None
            event, zone, ended = None, None, True
        elif event is not None:
            if mark == ("END", event.kind):
                # An event that is half understood is not understood; busy times stand for themselves.
                result.broken += spoilt
                if event.kind == FREE_BUSY:
                    result.free_busy += event.lines.get("FREEBUSY", ())
                elif not spoilt:
                    result.events.append(event)
                event = None
            elif mark[0] in ("BEGIN", "END"):
                depth += 1 if mark[0] == "BEGIN" else -1
            elif depth == 0:
                spoilt |= not _keep(event, line)
        elif zone is not None:
            zone.append(line)
            if mark == ("END", "VTIMEZONE"):
                result.zones.append("\r\n".join(zone) + "\r\n")
                zone = None
        elif mark == ("BEGIN", "VTIMEZONE"):
            zone = [line]
        elif mark[0] == "X-WR-TIMEZONE" and not result.zone_name:
            result.zone_name = value.strip()
    if not ended:
        raise Trouble("The calendar breaks off before its end.")
    return result


def _lines(body: bytes) -> Iterator[str]:
    """The unfolded lines; folding comes first, because it may cut a character in two (RFC 5545, 3.1)."""
    text = _FOLD.sub(b"", body.removeprefix(b"\xef\xbb\xbf")).decode("utf-8", "replace")
    return (line for line in _LINE_END.split(text) if line)


def _keep(event: Component, line: str) -> bool:
    """Keep the line if it matters; False where it matters and cannot be read."""
    name = re.split("[:;]", line, maxsplit=1)[0].strip().upper()
    if name not in KEPT[event.kind]:
        return True
    found = _LINE.fullmatch(line.strip())
    if found is None:
        return False
    parameters = {key.upper(): value.strip('" ') for key, value in _PARAMETER.findall(found[2])}
    event.lines.setdefault(name, []).append(Line(parameters, found[3]))
    return True
