"""People in a real browser are never taken for robots: at their own speed, with autofill, with the back button, without script.

HUMANS=200 lets so many of them fill a form; `make test` lets a few. The browser does not wait: the site's clock is moved by
what a person takes.
"""

import os
import random
import re
from collections.abc import Callable, Iterator

import pytest
from django.test.utils import override_settings
from playwright.sync_api import Browser, Page, expect

from institute.limits import ABUSE_LIMITS
from leads.models import Quarantine

HUMANS = int(os.environ.get("HUMANS", "4"))
FORMS = ("/subscribe/", "/contact/", "/booking/find/", "/my-data/")
# What a browser's autofill does: everything at once, in each field that does not ask to be left alone.
AUTOFILL = """values => document.querySelectorAll("input[autocomplete]").forEach(field => {
  const kind = field.getAttribute("autocomplete");
  if (kind === "off" || !(kind in values)) return;
  field.value = values[kind];
  field.dispatchEvent(new Event("input", {bubbles: true}));
  field.dispatchEvent(new Event("change", {bubbles: true}));
})"""


@pytest.fixture
def unlimited() -> Iterator[None]:
    """They all come from one address here."""
    with override_settings(ABUSE_LIMITS=dict.fromkeys(ABUSE_LIMITS, "1000000/hour")):
        yield


def fill(page: Page, n: int, *, autofill: bool) -> None:
    """Type, or let the browser fill in what it knows."""
    values = {"name": f"Ada Example {n}", "email": f"ada{n}@example.org", "tel": "+1 215 555 0100"}
    if autofill:
        page.evaluate(AUTOFILL, values)
    for label, text in (
        ("Your name", values["name"]),
        ("Email", values["email"]),
        ("Message", "When do classes begin?"),
    ):
        box = page.get_by_role("textbox", name=label).first
        if box.count() and not box.input_value():
            box.fill(text)
    role = page.get_by_label("Which role are you most interested in?")
    if role.count():
        role.select_option("tpm")


def press(page: Page) -> None:
    page.get_by_role("main").locator("form button[type=submit]").last.click()


def test_nobody_is_taken_for_a_robot(
    site: str, browser: Browser, move_clock: Callable[[int], None], unlimited: None
) -> None:
    dice, taken = random.Random(7), []
    for n in range(HUMANS):
        path = FORMS[n % len(FORMS)]
        way = ("types", "autofill", "back", "reload", "no script")[n % 5]
        context = browser.new_context(java_script_enabled=way != "no script")
        page = context.new_page()
        page.goto(f"{site}{path}")
        fill(page, n, autofill=way == "autofill")
        # From somebody who is quick at it to somebody who was called away, or slept over it.
        move_clock(dice.choice([3, 5, 9, 20, 60, 300, 1800, 6 * 3600, 23 * 3600]))
        if way == "reload":
            page.reload()
            fill(page, n, autofill=False)
            move_clock(4)
        press(page)
        if way == "back":
            page.wait_for_url(lambda url, here=f"{site}{path}": url != here)
            page.go_back()
            fill(page, n, autofill=False)
            move_clock(dice.choice([3, 40]))
            press(page)
        main = page.get_by_role("main")
        expect(main).not_to_be_empty()
        if page.url == f"{site}{path}" or "looks at it first" in main.inner_text():
            taken.append((n, path, way, main.inner_text()[:200]))
        context.close()
    assert taken == []
    assert Quarantine.objects.count() == 0


def test_the_trap_is_out_of_reach_and_says_what_to_do_with_it(site: str, watched: Page) -> None:
    for path in FORMS:
        watched.goto(f"{site}{path}")
        trap = watched.locator("[name=company_website]")
        expect(trap).to_have_accessible_name(re.compile("^Leave this empty"))
        assert (trap.get_attribute("autocomplete"), trap.get_attribute("tabindex")) == ("off", "-1")
        around = trap.locator("xpath=ancestor::*[contains(@class, 'hp')]").first.bounding_box()
        assert around is not None
        assert (around["width"], around["height"]) <= (1, 1), "nobody sees it"
        for _ in range(25):
            watched.keyboard.press("Tab")
            assert watched.evaluate("document.activeElement.name") != "company_website"
