"""The page behind a test mail's link, opened and posted by a real browser."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from mail import tokens, trials
from mail.models import Trial
from tests.browser.conftest import axe


def test_the_button_behind_a_test_mail_confirms_it(site: str, watched: Page) -> None:
    now = datetime.now(UTC)
    trial = Trial.objects.create(way=trials.way(), asked_at=now)
    raw = tokens.mint(purpose="trial", subject=f"trial:{trial.pk}", expires_at=now + timedelta(days=2), now=now)
    watched.goto(f"{site}/test-mail/{raw}/")
    found = axe(watched)
    watched.get_by_role("button", name="Yes, I have got it").click()
    expect(watched.get_by_role("heading", level=1)).to_have_text("Thank you, mail arrives")
    assert (found, axe(watched)) == ([], [])
    trial.refresh_from_db()
    assert trial.confirmed_at is not None
