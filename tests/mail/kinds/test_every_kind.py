"""Every registered kind of mail, from a real story to the bytes that leave, read by Python's email under its strict policy."""

import re

import pytest
from icalendar import Calendar

from bookings.emails import facts
from mail import registry
from tests.mail.kinds.reading import (
    SENDER,
    Letter,
    Markup,
    body_parts,
    check_envelope,
    check_markup,
    check_parts,
    letter,
    lines_of,
)
from tests.mail.kinds.scenes import STORIES

pytestmark = pytest.mark.django_db
WHEN = re.compile(r"\w{3} \d{1,2} [A-Z][a-z]+, \d{1,2}:\d\d [AP]M \S+: ")
# Mails about a call that will take place: the first line says how to join it.
COMING = {
    "bookings.confirmed", "bookings.rescheduled", "bookings.reminder",
    "bookings.coach_confirmed", "bookings.coach_rescheduled", "bookings.coach_reminder", "bookings.coach_updated",
}  # fmt: skip
JOIN = re.compile(
    r"(To join, open \S+|\S.* phones you at \+\S.*|Phone .+ at \+\S.*|Come to .+|Meet .+ at .+) on \w+ \d"
)
INVITES = {
    "bookings.confirmed": "REQUEST",
    "bookings.rescheduled": "REQUEST",
    "bookings.cancelled": "CANCEL",
    "bookings.coach_confirmed": "REQUEST",
    "bookings.coach_rescheduled": "REQUEST",
    "bookings.coach_moved_away": "CANCEL",
    "bookings.coach_cancelled": "CANCEL",
}
ENDS = ".,;)/"  # what a sentence puts behind an address
WITH_NEW_NUMBER = ("bookings.coach_updated", "a new number to phone")


def kinds() -> list[str]:
    return [kind for kind, _ in registry.choices() if not kind.startswith("tests.")]


def test_every_registered_kind_has_a_story() -> None:
    assert sorted({kind for kind, _ in STORIES}) == sorted(kinds())


@pytest.fixture(params=sorted(STORIES), ids=lambda which: ": ".join(filter(None, which)))
def which(request: pytest.FixtureRequest) -> tuple[str, str]:
    found: tuple[str, str] = request.param
    return found


def test_a_mail_of_every_story_reads_as_it_was_meant(which: tuple[str, str]) -> None:
    made = letter(": ".join(which), STORIES[which]())
    check_envelope(made)
    check_parts(made)
    markup = check_markup(made)
    check_words(made, markup)
    if which[0].startswith("bookings."):
        check_booking(which[0], made)
    check_calendar(which, made)


def check_words(made: Letter, markup: Markup) -> None:
    """Written twice, by hand: the text part is no HTML, and both lead to the same places."""
    text, html = made.rendered.text, made.rendered.html
    assert not re.search(r"<\w+|&(#\d+|amp|quot|lt|gt);|\{[{%]|None", text), made.name
    linked = {href.rstrip(ENDS) for href in markup.hrefs if not href.startswith("tel:")}
    written = {found.rstrip(ENDS) for found in re.findall(r"https://\S+", text)}
    assert linked >= written, made.name
    # What is only in the HTML part is a page of ours that the text names in words, or its own address.
    assert {href for href in linked - written if "/t0t0" in href} == set(), made.name
    assert html.count("@media (prefers-color-scheme: dark)") == 1
    assert re.search(r'<h1 style="[^"]*color', html), "colours are written into the elements"
    assert "<style" not in html.partition("</head>")[2]
    assert not re.search(r"\b(tomorrow|today|yesterday|in \d+ (minutes?|hours?|days?))\b", text, re.IGNORECASE)


def check_booking(kind: str, made: Letter) -> None:
    """The subject starts with the time; how to join is first, how to move or cancel second; zone and offset are said."""
    text = made.rendered.text
    assert WHEN.match(made.rendered.subject), made.rendered.subject
    assert re.search(r"\((Chicago|New York), UTC−\d\)", text) or kind == "bookings.follow_up", made.name
    if kind in COMING:
        first, last = text.partition("\n")[0], text.index("TO MOVE OR CANCEL")
        assert JOIN.match(first), first
        assert text.index(facts.DECLINING) > last, made.name
        preview = re.search(r'class="preview"[^>]*>\s*(.*?)\s*</div>', made.rendered.html, re.DOTALL)
        assert preview is not None
        assert JOIN.match(preview[1].removeprefix("The time is the same. ")), preview[1]


def check_calendar(which: tuple[str, str], made: Letter) -> None:
    """An invitation where one belongs, METHOD the same in both places, and none in a reminder or a request."""
    part = made.rendered.calendar
    method = INVITES.get(which[0]) or ("REQUEST" if which == WITH_NEW_NUMBER else None)
    assert (part and part.method) == method, made.name
    if part is None:
        assert b"text/calendar" not in made.raw
        return
    lines = lines_of(part.content)
    assert f"METHOD:{method}" in lines
    assert f"ORGANIZER:mailto:{SENDER}" in lines, "bare, and equal to the sender"
    (event,) = Calendar.from_ical(part.content).walk("VEVENT")
    context = made.message.context
    assert (str(event["UID"]), int(event["SEQUENCE"])) == (context["booking"], context["version"])
    assert str(event["ATTENDEE"]) == f"mailto:{made.message.recipient}"
    assert str(event["STATUS"]) == ("CANCELLED" if method == "CANCEL" else "CONFIRMED")
    for name in ("DTSTAMP", "DTSTART", "DTEND"):
        assert sum(bool(re.fullmatch(rf"{name}:\d{{8}}T\d{{6}}Z", line)) for line in lines) == 1
    assert len(body_parts(made.mail)) == 3
