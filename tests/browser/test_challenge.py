"""A person whose browser filled the trap: with script a short sum lets them through, without it a person looks."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watch, axe


def trapped(page: Page, site: str) -> None:
    """Fill in the form, trap included, and have it come back."""
    page.goto(f"{site}/subscribe/")
    page.get_by_role("textbox", name="Your name").fill("Ada Example")
    page.get_by_role("textbox", name="Email").fill("ada@example.org")
    page.get_by_label("Which role are you most interested in?").select_option("tpm")
    page.locator("#id_company_website").fill("https://example.org", force=True)
    page.wait_for_timeout(2100)
    page.get_by_role("button", name="Email me the guide").click()
    expect(page.get_by_role("main")).to_contain_text("A hidden field was filled in")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_script_the_browser_does_the_sum(site: str, browser: Browser, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    watch = Watch(page, site)
    trapped(page, site)
    expect(page.get_by_role("checkbox", name="Verified")).to_be_checked(timeout=20_000)
    assert axe(page) == []
    page.wait_for_timeout(2100)
    page.get_by_role("button", name="Email me the guide").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Please check your mailbox")
    assert watch.complaints == []
    context.close()


def test_without_script_a_person_looks(site: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    trapped(page, site)
    page.wait_for_timeout(2100)
    page.get_by_role("button", name="Email me the guide").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A person will look at your form")
    context.close()
