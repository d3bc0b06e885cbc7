"""Calendars as Mozilla's ical.js reads them, in the Chromium of the browser tests; what icalendar reads, in the same shape."""

from datetime import UTC
from pathlib import Path
from typing import Any

from icalendar import Calendar
from playwright.sync_api import Page

ICAL_JS = next(Path(__file__).parents[2].glob("vendor/ical.js-*/ical.es5.min.cjs"))
TIMES = ("dtstart", "dtend", "dtstamp")
TEXTS = ("uid", "summary", "description", "location", "status", "url", "organizer", "attendee")

# One object a calendar: its METHOD, and of each event the values of the properties above, "" where there is none.
READ = """(calendars) => calendars.map((text) => {{
    const calendar = new ICAL.Component(ICAL.parse(text));
    const first = (from, name) => from.getFirstPropertyValue(name);
    return {{
        method: first(calendar, "method") || "",
        others: calendar.getAllSubcomponents().length - calendar.getAllSubcomponents("vevent").length,
        events: calendar.getAllSubcomponents("vevent").map((event) => ({{
            ...Object.fromEntries({texts}.map((name) => [name, String(first(event, name) || "")])),
            ...Object.fromEntries({times}.map((name) => [name, first(event, name).toJSDate().getTime() / 1000])),
            utc: {times}.every((name) => first(event, name).zone.tzid === "UTC"),
            sequence: first(event, "sequence"),
            attendees: event.getAllProperties("attendee").length,
            cn: (event.getFirstProperty("attendee") || {{ getParameter: () => "" }}).getParameter("cn") || "",
            names: event.getAllProperties().map((property) => property.name),
        }})),
    }};
}})""".format(texts=list(TEXTS), times=list(TIMES))


def by_ical_js(page: Page, calendars: list[bytes]) -> list[dict[str, Any]]:
    """What ical.js makes of them; a calendar that it cannot parse fails the test."""
    if not page.evaluate("'ICAL' in window"):
        page.add_script_tag(content=ICAL_JS.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(READ, [calendar.decode("utf-8") for calendar in calendars])
    return found


def by_icalendar(content: bytes) -> dict[str, Any]:
    """What icalendar makes of one."""
    calendar = Calendar.from_ical(content)
    events = calendar.walk("VEVENT")
    return {
        "method": str(calendar.get("METHOD", "")),
        "others": len(calendar.subcomponents) - len(events),
        "events": [_event(event) for event in events],
    }


def _event(event: Any) -> dict[str, Any]:
    attendees = event.get("ATTENDEE", [])
    one = attendees[0] if isinstance(attendees, list) and attendees else attendees or None
    return {
        **{name: str(event.get(name) or "") for name in TEXTS},
        "attendee": str(one or ""),
        **{name: event[name].dt.timestamp() for name in TIMES},
        "utc": all(
            event[name].dt.tzinfo is not None and event[name].dt.utcoffset() == UTC.utcoffset(None) for name in TIMES
        ),
        "sequence": int(event["SEQUENCE"]),
        "attendees": len(attendees) if isinstance(attendees, list) else 1,
        "cn": str(one.params.get("CN", "")) if one else "",
        "names": [name.lower() for name, _ in event.property_items(recursive=False) if name not in ("BEGIN", "END")],
    }
