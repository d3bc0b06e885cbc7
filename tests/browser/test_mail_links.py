"""Every link of every mail: opened by scanners many times without a trace, then opened and pressed in a real browser."""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.test import Client
from django.test.utils import override_settings
from playwright.sync_api import Page, expect

from mail.models import Message
from mail.sender import drain
from tests.mail.kinds.reading import Markup, text_of
from tests.mail.kinds.scenes import STORIES, Told

TOKEN = re.compile(r"/[\w-]{32}(?=/|\.ics|$)")
# What a person presses on the page behind a link, and what it says then: by the path with its token left out.
PRESS: dict[str, list[tuple[str, str, str]]] = {
    "/booking/*/": [("link", "Cancel this call", ""), ("button", "Cancel the call", "This call is cancelled")],
    "/booking/*/confirm/": [("button", "Book", "Your call is booked")],
    "/approve/*/": [("button", "Confirm the call on", "")],
    "/confirm/*/": [("button", "Yes", "Your address is confirmed")],
    "/preferences/*/": [("button", "Save my choices", "")],
    "/test-mail/*/": [("button", "Yes, I have got it", "")],
    "/unsubscribe/*/": [("button", "Unsubscribe", "You are unsubscribed")],
}


@pytest.fixture
def post(site: str, tmp_path: Path) -> Iterator[Path]:
    """Mail lies in a folder, with links to the running site."""
    with override_settings(
        SITE_URL=site, MAIL_FILE_DIR=tmp_path / "mail", DEFAULT_FROM_EMAIL="hello@institute.example"
    ):
        yield tmp_path / "mail"


def state() -> str:
    """A hash of every row of every table."""
    rows = [
        (model._meta.label, sorted(map(repr, model._base_manager.values_list())))
        for model in apps.get_models(include_auto_created=True)
    ]
    return hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()


def sent(told: Told, folder: Path) -> EmailMessage:
    """Send what is due and read this story's mail from its file."""
    drain(clock=lambda: told.now)
    row = Message.objects.get(pk=told.message.pk)
    assert row.status == "sent", f"{row.kind}: {row.reason} {row.last_error}"
    name = re.sub(r"[^A-Za-z0-9._-]", "_", told.message.message_id.strip("<>").partition("@")[0])
    mail = message_from_bytes((folder / f"{name}.eml").read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def own_links(mail: EmailMessage, site: str) -> list[str]:
    """The paths on our own site that the text and the HTML part lead to, each once."""
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert isinstance(text, EmailMessage)
    assert isinstance(html, EmailMessage)
    found = re.findall(rf"{re.escape(site)}[^\s]*", text_of(text)) + Markup(text_of(html)).hrefs
    paths = [link.removeprefix(site).rstrip(".,;)") or "/" for link in found if link.startswith(site)]
    return list(dict.fromkeys(paths))


def test_every_link_of_every_mail_opens_changes_nothing_and_does_what_its_page_says(
    site: str, post: Path, watched: Page, move_clock: Callable[[int], None]
) -> None:
    shift = 0
    seen: set[tuple[str, str]] = set()
    pressed: set[str] = set()
    for which in sorted(STORIES):
        told = STORIES[which]()
        by = int((told.now - datetime.now(UTC)).total_seconds()) + 30
        move_clock(by - shift)
        shift = by
        for path in own_links(sent(told, post), site):
            page = TOKEN.sub("/*", urlsplit(path).path)
            page = re.sub(r"\d+", "1", page)
            if (page, which[0] if "*" in page else "") in seen:
                continue
            seen.add((page, which[0] if "*" in page else ""))
            scan(path)
            visit(watched, site, path)
            if page in PRESS and page not in pressed:
                press(watched, PRESS[page])
                pressed.add(page)
    assert pressed == set(PRESS)


def scan(path: str) -> None:
    """What mail scanners do: five times each way, without a cookie. Nothing anywhere changes."""
    before, client = state(), Client(SERVER_NAME="localhost")
    for _ in range(5):
        assert client.get(path).status_code in (200, 302), path
        assert client.head(path).status_code in (200, 302), path
    assert state() == before, path


def visit(page: Page, site: str, path: str) -> None:
    """The page is there and says what it is; staff are asked to sign in first."""
    answer = page.goto(f"{site}{path}")
    assert answer is not None
    assert answer.status == 200, path
    if path.startswith("/admin/"):
        assert f"next={path}" in page.url
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


def press(page: Page, steps: list[tuple[str, str, str]]) -> None:
    """Press each in turn; the heading says what it led to."""
    for role, name, heading in steps:
        if role == "link":
            page.get_by_role("link", name=name).click()
        else:
            page.get_by_role("button", name=name).first.click()
        if heading:
            expect(page.get_by_role("heading", level=1)).to_have_text(heading)
