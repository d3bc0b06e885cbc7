"""Every state a call can be in, once: on a phone in the light, its colours in the dark, nothing cut off at 320 px, nothing
that moves; and the coach's and the late student's buttons pressed by a real browser, which obeys our Referrer-Policy."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bookings import links, selectors, services
from bookings.models import Answer, Booking, Coach, EventType, IntakeQuestion
from tests.browser.conftest import axe
from tests.browser.test_pages import COLOURS, TOO_SMALL

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SHIFT = """() => new Promise((done) => { let sum = 0; new PerformanceObserver((list) => { for (const each of list.getEntries())
    sum += each.value }).observe({type: 'layout-shift', buffered: true}); setTimeout(() => done(sum), 60) })"""
TIMES = "/book/career-consultation/?tz=America/Chicago"


class House:
    """The demo institute, with a kind of call that asks everything and needs a yes, and calls in every state."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        self.plain = EventType.objects.get(slug="career-consultation")
        EventType.objects.filter(pk=self.plain.pk).update(other_durations=[45, 60], cancel_window=2 * HOUR)
        self.asking, new = EventType.objects.get_or_create(
            slug="asking",
            defaults={
                "title": "Résumé review", "needs_approval": True, "enabled": True, "is_demo": True, "order": 9,
                "location_kind": "video", "location_detail": "https://video.example/room", "price_text": "$60",
            },
        )  # fmt: skip
        if new:
            self.asking.coaches.set(Coach.objects.all())
            for sort in IntakeQuestion.Kind.values:
                IntakeQuestion.objects.create(
                    event_type=self.asking,
                    kind=sort,
                    label=f"About {sort}?",
                    choices="PM\nTPM",
                    required=sort == "choice",
                )
        self._days = iter(range(3, 40))

    def free(self, kind: EventType) -> datetime:
        """A free start on a day of its own."""
        since = self.now + next(self._days) * DAY
        return selectors.nearest_slots(event_type=kind, coach=None, around=since, now=self.now)[0].start

    def call(self, kind: EventType, **row: Any) -> Booking:
        """A booked call, or a request; `row` are columns to set behind the services' back."""
        choice = self.asking.intake_questions.get(kind="choice")
        booking = services.confirm(
            hold=None, event_type=kind, start=self.free(kind), coach=None, name="Grace Hopper", phone="",
            email=f"g{Booking.objects.count()}@example.org", questions="From QA to TPM?", time_zone="America/Chicago",
            idempotency_key="", page="/", now=self.now, access_needs="Captions, please.",
            answers=[Answer(choice.pk, choice.label, "TPM")] if kind == self.asking else [],
        )  # fmt: skip
        if "start" in row:
            row |= {"end": row["start"] + HOUR / 2, "busy_start": row["start"], "busy_end": row["start"] + HOUR / 2}
            # What another test has left at this hour.
            left = Booking.objects.filter(busy_start__lt=row["busy_end"], busy_end__gt=row["busy_start"])
            left.exclude(pk=booking.pk).update(status="cancelled")
        Booking.objects.filter(pk=booking.pk).update(**row)
        return Booking.objects.get(pk=booking.pk)

    def manage(self, booking: Booking, rest: str = "") -> str:
        """The path behind a fresh link of the student."""
        return f"/booking/{links.mint_manage(booking=booking, now=self.now)}/{rest}"

    def approve(self, booking: Booking) -> str:
        """The path behind a fresh link of the coach."""
        return f"/approve/{links.mint_approve(booking=booking, now=self.now)}/"


@pytest.fixture
def house(site: str) -> House:
    """Needs the site: its database is committed once for the module."""
    return House()


def states(house: House) -> dict[str, str]:
    """The path of every state that a link or an address opens."""
    plain, request = house.call(house.plain), house.call(house.asking)
    hold = services.hold(
        event_type=house.asking, start=house.free(house.asking), coach=None, time_zone="America/Chicago", now=house.now
    )
    declined, withdrawn = house.call(house.asking), house.call(house.asking)
    services.decline(booking=declined, actor_kind="staff", actor="", why="I am away that day.", now=house.now)
    services.cancel(booking=withdrawn, actor_kind="attendee", actor="", why="", now=house.now)
    approved, silent = house.call(house.asking, status="confirmed"), house.call(house.asking, approve_by=house.now)
    late = house.call(house.plain, start=house.now + HOUR)
    return {
        "month": f"{TIMES}&view=month",
        "part": f"{TIMES}&part=morning&duration=60&coach=demo-dana",
        "nothing in this part": f"{TIMES}&part=night&coach=demo-dana",
        "details": f"/book/asking/details/{links.mint_hold(booking=hold, now=house.now)}/",
        "booked": house.manage(plain, "?booked=1"),
        "moved": house.manage(plain, "?moved=1"),
        "move": house.manage(plain, "reschedule/"),
        "edit": house.manage(request, "edit/"),
        "requested": house.manage(request, "?booked=1"),
        "withdraw": house.manage(request, "cancel/"),
        "declined": house.manage(declined),
        "unanswered": house.manage(silent),
        "cancelled": house.manage(withdrawn),
        "late": house.manage(late),
        "late message": house.manage(late, "cancel/"),
        "soon": house.manage(house.call(house.plain, start=house.now + HOUR / 5)),
        "running": house.manage(house.call(house.plain, start=house.now - HOUR / 3), "?asked=1"),
        "over": house.manage(house.call(house.plain, start=house.now - 3 * HOUR)),
        "missed": house.manage(house.call(house.plain, start=house.now - 5 * HOUR, status="no_show")),
        "held": house.manage(house.call(house.plain, start=house.now - 7 * HOUR, status="completed")),
        "too late to move": house.manage(withdrawn, "reschedule/"),
        "coach asked": house.approve(request),
        "coach said yes": house.approve(approved),
        "coach said no": house.approve(declined),
        "coach too late": house.approve(silent),
        "coach, withdrawn": house.approve(withdrawn),
    }


def test_every_state_is_readable_by_everybody_and_keeps_still(site: str, watched: Page, house: House) -> None:
    found = {}
    for name, path in states(house).items():
        watched.emulate_media(color_scheme="light", reduced_motion="reduce")
        watched.set_viewport_size({"width": 320, "height": 844})
        answer = watched.goto(site + path)
        assert answer and answer.status == 200, name
        faults: list[str] = watched.evaluate(TOO_SMALL)
        if watched.evaluate("document.documentElement.scrollWidth") > 320:
            faults.append("wider than the narrowest phone")
        if watched.evaluate(SHIFT) > 0.02:
            faults.append("moves while it loads")
        if watched.locator("main .btn-main:visible").count() > 1:
            faults.append("more than one main action")
        watched.set_viewport_size({"width": 390, "height": 844})
        faults += axe(watched)
        watched.emulate_media(color_scheme="dark", reduced_motion="reduce")
        found[name] = faults + axe(watched, only=COLOURS)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_who_loses_a_time_sees_others_on_a_page_that_everybody_can_read(
    site: str, browser: Browser, house: House
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page = context.new_page()
    lost = {}
    page.goto(f"{site}{house.manage(house.call(house.plain), 'reschedule/?coach=any')}")
    for name, button in (("move", "Move the call to"), ("hold", "Hold")):
        if name == "hold":
            page.goto(site + TIMES)
        first = page.locator(".time input:not([data-gone])").first
        first.check()
        start = datetime.fromisoformat(str(first.get_attribute("value")))
        for coach in house.plain.coaches.all():
            services.add_time_off(coach=coach, start=start, end=start + HOUR / 2, note="", now=house.now)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("alert")).to_contain_text("These are the nearest free times.")
        assert page.locator(".moments input").count() == 6
        lost[name] = axe(page)
    assert lost == {"move": [], "hold": []}
    context.close()


def test_a_coach_says_yes_or_no_from_the_mailed_link(site: str, watched: Page, house: House) -> None:
    wanted, unwanted = house.call(house.asking), house.call(house.asking)
    watched.goto(site + house.approve(wanted))
    watched.get_by_role("button", name="Confirm the call on").click()
    expect(watched.get_by_role("heading", level=1)).to_have_text("This call is confirmed")
    watched.goto(site + house.approve(unwanted))
    watched.get_by_label("If you decline").fill("I am away that day.")
    watched.get_by_role("button", name="Decline it").click()
    expect(watched.get_by_role("heading", level=1)).to_have_text("This request is declined")
    assert [Booking.objects.get(pk=each.pk).status for each in (wanted, unwanted)] == ["confirmed", "declined"]


def test_a_late_student_asks_the_coach(
    site: str, watched: Page, house: House, move_clock: Callable[[int], None]
) -> None:
    late = house.call(house.plain, start=house.now + HOUR)
    watched.goto(site + house.manage(late))
    watched.get_by_role("link", name="Ask your coach to change this call").click()
    watched.get_by_role("button", name="Send it to").click()
    expect(watched.locator(".error-summary")).to_be_focused()
    watched.get_by_label("What would you like to change?").fill("My train is cancelled.")
    watched.get_by_role("button", name="Send it to").click()
    expect(watched.get_by_role("status").first).to_contain_text("We have passed your message on")
