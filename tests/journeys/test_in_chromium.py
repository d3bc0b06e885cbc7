"""The visitor's journey in a real browser against the running processes, with script and without; mail lies in files."""

import time

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.post import Post, link
from tests.journeys.stack import Stack, wait_until

FORM_TIME = 2.1


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_guide_subscribe_confirm_book_cancel(browser: Browser, site: Stack, post: Post, script: bool) -> None:
    context = browser.new_context(java_script_enabled=script, timezone_id="America/Denver")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None)
    page.on("request", lambda request: None if request.url.startswith(site.site) else complaints.append(request.url))
    address = "ada@example.org"

    page.goto(site.site)
    page.get_by_role("main").get_by_role("link", name="Read the guide").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "How TPM Jobs Compare to Product and Project Management Roles"
    )
    assert context.cookies() == []
    page.get_by_role("link", name="Get the guide by email").first.click()
    page.get_by_role("textbox", name="Your name").fill("Ada Example")
    page.get_by_role("textbox", name="Email").fill(address)
    page.get_by_label("Which role").select_option("tpm")
    page.get_by_role("checkbox", name="interview-preparation emails").check()
    time.sleep(FORM_TIME)
    page.get_by_role("button", name="Email me the guide").click()
    if script:  # the form came into the guide's page, and so does what follows
        expect(page.get_by_text("Please check your mailbox")).to_be_visible()
    else:
        page.wait_for_url("**/subscribe/thanks/")

    page.goto(link(post.next(address, seen=0), site.site, "/confirm/"))
    page.get_by_role("button", name="Yes, I agree").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your address is confirmed")

    page.goto(link(post.next(address, seen=0, with_link="/guides/file/"), site.site, "/guides/file/"))
    # Not pressed: the browser's own viewer would open. The journey of processes fetches the file.
    expect(page.get_by_role("button", name="Open the PDF")).to_be_visible()

    page.goto(f"{site.site}/book/")
    page.get_by_role("link", name="Career consultation").first.click()
    if not script:
        page.get_by_label("Your time zone").select_option("America/Denver")
        page.get_by_role("button", name="Show the times").click()
    page.locator("a.day").last.click()
    page.locator(".time input").first.check()
    page.get_by_role("button", name="Hold").click()
    page.get_by_role("textbox", name="Your name").fill("Ada Example")
    page.get_by_role("textbox", name="Email").fill(address)
    time.sleep(FORM_TIME)
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your call is booked")
    expect(page.get_by_role("main")).to_contain_text(address)
    expect(page.get_by_role("main")).to_contain_text("Mountain")

    page.goto(link(post.next(address, seen=0, with_link="/booking/"), site.site, "/booking/"))
    page.get_by_role("link", name="Cancel this call").click()
    page.get_by_role("button", name="Cancel the call").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This call is cancelled")
    farewell = lambda: [each for each in post.to(address) if "cancelled" in str(each["Subject"]).lower()]  # noqa: E731
    wait_until(farewell, seconds=40, saying="the mail that says so")
    assert len(farewell()) == 1
    assert complaints == []
    context.close()
