"""One visitor, one call, from the first page to the move, the edit and the cancellation, in a real browser with script and without."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watch, axe


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_visitor_books_a_call_moves_edits_and_cancels_it(
    site: str, browser: Browser, move_clock: Callable[[int], None], script: bool
) -> None:
    context = browser.new_context(java_script_enabled=script, timezone_id="America/Chicago", reduced_motion="reduce")
    page = context.new_page()
    watch = Watch(page, site)
    found = {}

    page.goto(site)
    page.get_by_role("main").get_by_role("link", name="Book a coaching call").first.click()
    page.get_by_role("link", name="Career consultation").first.click()
    if not script:
        page.get_by_label("Your time zone").select_option("America/Chicago")
        page.get_by_role("button", name="Show the times").click()
    page.locator("a.day").last.click()
    page.locator(".time input").first.check()
    found["times"] = axe(page) if script else []
    page.get_by_role("button", name="Hold").click()

    page.get_by_role("textbox", name="Your name").fill("Ada Example")
    page.get_by_role("textbox", name="Email").fill("ada@example.org")
    found["details"] = axe(page) if script else []
    move_clock(10)
    page.get_by_role("button", name="Book").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your call is booked")
    expect(page.get_by_role("main")).to_contain_text("ada@example.org")
    expect(page.get_by_role("main")).to_contain_text("Central")
    found["booked"] = axe(page) if script else []
    assert context.cookies() == [] or {cookie["name"] for cookie in context.cookies()} == {"csrftoken"}

    page.get_by_role("link", name="Move this call").click()
    page.get_by_role("link", name="Month").click()
    page.locator("a.day:not([aria-current])").last.click()
    page.locator(".time input").last.check()
    moment = page.locator(".time input").last.get_attribute("data-moment") if script else "the chosen time"
    page.get_by_role("button", name=f"Move the call to {moment}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your call is moved")

    page.get_by_role("link", name="Change my details").click()
    page.get_by_label("Anything that would make this call easier for you?").fill("Captions, please.")
    page.get_by_role("button", name="Save my details").click()
    expect(page.get_by_role("main")).to_contain_text("Captions, please.")
    found["saved"] = axe(page) if script else []

    page.get_by_role("link", name="Cancel this call").click()
    found["cancel"] = axe(page) if script else []
    move_clock(10)
    page.get_by_role("button", name="Cancel the call").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This call is cancelled")
    found["cancelled"] = axe(page) if script else []

    assert {step: lines for step, lines in found.items() if lines} == {}
    assert watch.complaints == []
    context.close()


def test_the_button_names_the_time_that_is_chosen(site: str, watched: Page) -> None:
    watched.goto(f"{site}/book/career-consultation/?tz=America/New_York")
    button = watched.get_by_role("button", name="Hold")
    expect(button).to_have_text("Hold this time")
    watched.locator(".time input").last.check()
    moment = watched.locator(".time input").last.get_attribute("data-moment")
    expect(button).to_have_text(f"Hold {moment}")


def test_a_hold_announces_itself_two_minutes_before_its_end_and_when_it_is_over(site: str, watched: Page) -> None:
    # Hours ahead of the house's: a visitor's own clock tells nothing about the hold.
    watched.clock.install(time=datetime.now(UTC) + timedelta(hours=3))
    watched.goto(f"{site}/book/career-consultation/?tz=America/New_York")
    watched.locator(".time input").last.check()
    watched.get_by_role("button", name="Hold").click()
    told = watched.locator("[data-hold-status]")
    watched.clock.fast_forward("07:50")
    expect(told).to_have_text("")
    watched.clock.fast_forward("00:11")
    expect(told).to_have_text("Two minutes left: book now, or keep the time ten more minutes.")
    watched.clock.fast_forward("02:00")
    expect(told).to_contain_text("We no longer keep this time.")
    assert told.get_attribute("role") == "status"
