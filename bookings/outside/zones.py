"""TZID → time zone: a name of the tz database, a name of Windows, a vendor's prefix, or the file's own VTIMEZONE."""

import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from bookings.outside import budget

SECONDS_EACH = 0.25
MOST = 20
_AHEAD = timedelta(days=60)


def named(name: str) -> tzinfo | None:
    """The zone of that name; a globally unique one (RFC 5545, 3.8.3.1) is tried without its prefixes."""
    cleaned = name.strip().strip("/")
    words = cleaned.split("/")
    # The longest first: America/Argentina/Ushuaia, then Argentina/Ushuaia.
    for candidate in ("/".join(words[at:]) for at in range(min(len(words), 6))):
        try:
            return ZoneInfo(WINDOWS_TO_OLSON.get(candidate, candidate))
        except (KeyError, ValueError, OSError):
            continue
    return None


class Zones:
    """The zones of one calendar."""

    def __init__(self, own: Iterable[str], *, default: tzinfo, until: datetime) -> None:
        """`own` are its VTIMEZONEs as text, `until` the last instant that will be asked for."""
        self.default = default
        self._found: dict[str, tzinfo] = {}
        for text in itertools.islice(own, MOST):
            try:
                with budget.computing(SECONDS_EACH):
                    self._found.update(_described(text, until))
            except (budget.Over, Exception):  # noqa: S112 - whatever a stranger's zone trips over, it is no zone
                continue

    def of(self, name: str) -> tzinfo:
        """The zone of a TZID; one that nobody knows is taken for the calendar's own."""
        if name not in self._found:
            self._found[name] = named(name) or self.default
        return self._found[name]


def _described(text: str, until: datetime) -> dict[str, tzinfo]:
    component = Timezone.from_ical(text)
    assert isinstance(component, Timezone)
    name = str(component["TZID"]).strip()
    if named(name) is not None:
        # Known by its name: files are known to describe it wrongly, or for a few years only.
        return {}
    zone = component.to_tz(lookup_tzid=False)
    # Now, inside the time it may take: its rules are walked once and remembered as far as they will be asked for. Ended
    # later, in the middle of that, they would keep a lock that the next question waits for.
    (until + _AHEAD).replace(tzinfo=zone).utcoffset()
    return {name: zone}
