"""The main job, end to end, by processes as in production: read, subscribe, confirm, book, be reminded, cancel."""

import time
from email.message import EmailMessage

import icalendar

from tests.journeys.post import Post, link
from tests.journeys.stack import Sink, Stack
from tests.journeys.visitor import Page, Visitor

GUIDE = "/guides/tpm-vs-product-vs-project-manager/"
HOUR = 3600.0
FORM_TIME = 2.1  # seconds a person takes at least over a form


def calendar_of(message: EmailMessage) -> tuple[str, icalendar.Calendar]:
    """METHOD of the MIME part, and the calendar itself."""
    (part,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    return str(part.get_param("method")), icalendar.Calendar.from_ical(part.get_content())


def book(person: Visitor, address: str, *, after_hours: float = 30) -> Page:
    """Choose the first time that is more than a day ahead, and book it."""
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + after_hours * HOUR))
    page = person.get(f"/book/career-consultation/?tz=America/Chicago&from={day}")
    form = page.form(having="start")
    earliest = time.time() + after_hours * HOUR
    starts = [start for start in form.choices["start"] if _epoch(start) > earliest]
    if not starts:
        days = [href for href, _ in page.links if "day=" in href]
        page = person.get(days[-1])
        form = page.form(having="start")
        starts = form.choices["start"]
    time.sleep(FORM_TIME)
    details = person.submit(page, form, start=starts[-1])
    assert details.status == 200, details.text
    time.sleep(FORM_TIME)
    return person.submit(details, details.form(having="idempotency_key"), name="Ada Example", email=address)


def _epoch(instant: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(instant.replace("Z", "+00:00")).timestamp()


def test_a_stranger_reads_subscribes_confirms_books_is_reminded_and_cancels(
    site: Stack, post: Post, sink: Sink
) -> None:
    ada, address = Visitor(site.site), "ada@example.org"

    guide = ada.get(GUIDE)
    assert guide.status == 200
    assert "Set-Cookie" not in guide.headers
    form_page = ada.get(next(href for href, _ in guide.links if "/subscribe/" in href))
    time.sleep(FORM_TIME)
    thanks = ada.submit(
        form_page,
        form_page.form(having="email"),
        name="Ada Example",
        email=address,
        role_of_interest="tpm",
        wants_list=True,
    )
    assert (thanks.status, thanks.path) == (200, "/subscribe/thanks/")

    asked = post.next(address, seen=0)
    confirm = ada.get(link(asked, site.site, "/confirm/"))
    assert confirm.status == 200
    confirmed = ada.submit(confirm, confirm.post_form())
    assert confirmed.status == 200

    guide_mail = post.next(address, seen=0, with_link="/guides/file/")
    file = ada.get(link(guide_mail, site.site, "/guides/file/"))
    assert ada.submit(file, file.post_form()).headers["Content-Type"] == "application/pdf"

    booked = book(ada, address)
    assert (booked.status, "Your call is booked" in booked.text) == (200, True)
    invitation = post.next(address, seen=0, with_link="/booking/")
    method, calendar = calendar_of(invitation)
    (event,) = calendar.walk("VEVENT")
    assert (method, str(calendar["METHOD"]), str(event["STATUS"]), int(event["SEQUENCE"])) == (
        "REQUEST",
        "REQUEST",
        "CONFIRMED",
        1,
    )
    manage = link(invitation, site.site, "/booking/")

    # A day before the call its reminder falls due; an hour of safety on the far side of "not yet".
    until_reminder = event["DTSTART"].dt.timestamp() - 24 * HOUR - time.time()
    site.shift_clock(until_reminder - 600)
    site.manage("send_due")  # the beat comes every 15 s; a sender started now proves the same at once
    assert len(post.to(address, with_link="/booking/")) == 1
    site.shift_clock(until_reminder + 60)
    reminder = post.next(address, seen=1, with_link="/booking/")
    assert "text/calendar" not in {part.get_content_type() for part in reminder.walk()}
    site.manage("send_due")  # the beat comes every 15 s; a sender started now proves the same at once
    assert len(post.to(address, with_link="/booking/")) == 2

    # The old link opens the present state; a second call is cancelled, and its reminder never comes.
    assert ada.get(manage).status == 200
    grace = Visitor(site.site)
    second = book(grace, "grace@example.org", after_hours=until_reminder / HOUR + 60)
    assert "Your call is booked" in second.text
    told = post.next("grace@example.org", seen=0)
    cancel = grace.follow(grace.get(link(told, site.site, "/booking/")), "Cancel this call")
    cancelled = grace.submit(cancel, cancel.post_form())
    assert "This call is cancelled" in cancelled.text
    farewell = post.next("grace@example.org", seen=1)
    method, calendar = calendar_of(farewell)
    (gone,) = calendar.walk("VEVENT")
    assert (method, str(calendar["METHOD"]), str(gone["STATUS"]), int(gone["SEQUENCE"])) == (
        "CANCEL",
        "CANCEL",
        "CANCELLED",
        2,
    )
    (first,) = calendar_of(told)[1].walk("VEVENT")
    assert gone["UID"] == first["UID"]
    site.shift_clock(first["DTSTART"].dt.timestamp() - 24 * HOUR - time.time() + 60)
    site.manage("send_due")  # the beat comes every 15 s; a sender started now proves the same at once
    assert len(post.to("grace@example.org")) == 2

    for name in ("web", "worker", "beat"):
        log = site.log(name)
        assert address not in log
        assert manage.rsplit("/", 2)[-2] not in log
        assert "Traceback" not in log, log[-4000:]
    unique = {message["Message-ID"] for _, _, message in sink.accepted}
    assert len(unique) == len(sink.accepted)
