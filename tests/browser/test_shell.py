"""What every page stands in: the keyboard's way in, a picture that keeps still, errors that lead to their field."""

import re
import time

from playwright.sync_api import Page, Route, expect

from tests.browser.pages import GUIDE


def test_the_first_tab_stop_skips_to_the_content(site: str, watched: Page) -> None:
    watched.goto(f"{site}/kitchen/")
    watched.keyboard.press("Tab")
    skip = watched.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    watched.keyboard.press("Enter")
    watched.keyboard.press("Tab")
    assert watched.evaluate("document.activeElement.closest('main')?.id") == "main"


def test_the_error_summary_has_the_focus_and_leads_to_each_field(site: str, watched: Page) -> None:
    watched.goto(f"{site}/kitchen/errors/")
    summary = watched.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_have_accessible_name("Not sent yet. Please check 6 things:")
    summary.get_by_role("link", name="Enter a valid email address.").click()
    email = watched.get_by_role("textbox", name="Email", exact=True)
    expect(email).to_be_focused()
    expect(email).to_have_accessible_description(re.compile("We send the confirmation.*Enter a valid email address."))


def test_the_page_being_read_is_marked_in_the_menu(site: str, watched: Page) -> None:
    marked = {}
    for path in (GUIDE, "/coaches/", "/book/", "/book/career-consultation/", "/"):
        watched.goto(site + path)
        links = watched.get_by_role("navigation", name="Main").locator("[aria-current]").all()
        marked[path] = [(link.inner_text(), link.get_attribute("aria-current")) for link in links]
    assert marked == {
        GUIDE: [("Guide", "page")],
        "/coaches/": [("Coaches", "page")],
        "/book/": [("Book a call", "page")],
        "/book/career-consultation/": [("Book a call", "true")],
        "/": [],
    }


def test_nothing_moves_when_the_fonts_arrive_late(site: str, watched: Page) -> None:
    def late(route: Route) -> None:
        time.sleep(0.3)
        route.continue_()

    watched.route("**/*.woff2", late)
    watched.set_viewport_size({"width": 390, "height": 844})
    watched.goto(f"{site}/kitchen/")
    watched.evaluate("document.fonts.ready")
    shift = watched.evaluate("""() => new Promise((done) => new PerformanceObserver((list) =>
        done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0))).observe({type: 'layout-shift', buffered: true})
        || setTimeout(() => done(0), 300))""")
    assert watched.evaluate("document.fonts.check('1rem \"Inter Variable\"')")
    assert shift < 0.02


def test_a_message_hidden_from_people_is_hidden_from_the_eye_only(site: str, watched: Page) -> None:
    watched.goto(f"{site}/subscribe/")
    trap = watched.locator("[name=company_website]")
    assert trap.evaluate("e => [getComputedStyle(e).display, e.closest('.hp').getBoundingClientRect().width]") == [
        "block",
        1,
    ]
    assert trap.get_attribute("tabindex") == "-1"
