"""Every page that a mailed link opens is read and its form sent by a real browser, which obeys our own Referrer-Policy."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from leads import mailbox
from leads.models import Consent, Lead
from mail import tokens
from tests.browser.conftest import axe


@pytest.fixture
def link(site: str) -> Callable[[Lead, str], str]:
    """The address that a mail to this lead would hold for one purpose."""

    def mint(lead: Lead, purpose: str) -> str:
        now = datetime.now(UTC)
        raw = tokens.mint(purpose=purpose, subject=mailbox.subject(lead), expires_at=now + timedelta(days=2), now=now)
        return f"{site}/{purpose}/{raw}/"

    return mint


def test_a_reader_asks_for_emails_confirms_changes_the_choice_and_leaves(
    site: str, watched: Page, move_clock: Callable[[int], None], link: Callable[[Lead, str], str]
) -> None:
    found = {}
    watched.goto(f"{site}/subscribe/")
    watched.get_by_role("textbox", name="Your name").fill("Grace Example")
    watched.get_by_role("textbox", name="Email").fill("grace@example.org")
    watched.get_by_label("Which role").select_option(index=1)
    watched.get_by_role("checkbox", name="interview-preparation emails").check()
    move_clock(10)
    watched.get_by_role("button", name="Email me the guide").click()
    watched.wait_for_url("**/subscribe/thanks/")
    found["thanks"] = axe(watched)
    lead = Lead.objects.get(email="grace@example.org")
    consents = Consent.objects.filter(lead=lead)
    assert [consent.confirmed_at for consent in consents] == [None]

    watched.goto(link(lead, "confirm"))
    found["confirm"] = axe(watched)
    watched.get_by_role("button", name="Yes, I agree").click()
    expect(watched.get_by_role("heading", level=1)).to_have_text("Your address is confirmed")
    found["confirmed"] = axe(watched)
    assert [consent.confirmed_at is None for consent in consents.all()] == [False]

    watched.goto(link(lead, "preferences"))
    found["preferences"] = axe(watched)
    watched.get_by_role("button", name="Save my choices").click()
    expect(watched.get_by_role("status")).to_contain_text("Your choices are saved")
    found["saved"] = axe(watched)

    watched.goto(link(lead, "unsubscribe"))
    found["unsubscribe"] = axe(watched)
    watched.get_by_role("button", name="Unsubscribe").click()
    expect(watched.get_by_role("heading", level=1)).to_have_text("You are unsubscribed")
    found["unsubscribed"] = axe(watched)
    assert [consent.withdrawn_at is None for consent in consents.all()] == [False]
    assert {step: lines for step, lines in found.items() if lines} == {}


def test_a_form_that_was_sent_too_fast_keeps_what_was_typed(
    site: str, watched: Page, move_clock: Callable[[int], None]
) -> None:
    watched.goto(f"{site}/contact/")
    watched.get_by_role("textbox", name="Your name").fill("Alan Example")
    watched.get_by_role("textbox", name="Your message").fill("Do you coach in the evening?")
    watched.get_by_role("textbox", name="Email").fill("alan@example.org")
    move_clock(-60)  # however slow this machine is, the form is too young
    watched.get_by_role("button", name="Send").click()
    expect(watched.locator(".error-summary")).to_be_focused()
    expect(watched.get_by_role("textbox", name="Your message")).to_have_value("Do you coach in the evening?")
    assert axe(watched) == []
