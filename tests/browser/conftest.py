"""A real browser on the real site: one server and one seeding for a module, axe beside it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test.utils import override_settings
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request
from pytest_django.live_server_helper import LiveServer

from tests.browser.pages import PUBLIC

AXE = next(Path(__file__).parents[1].glob("vendor/axe-core-*/axe.min.js"))


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The first guide and the demo coaches, committed once for a module and flushed after it.

    It takes the place of pytest-django's fixture of that name, by which it knows that a database is wanted.
    """
    with django_db_blocker.unblock():
        call_command("first_guide", verbosity=0)
        call_command("first_quiz", verbosity=0)
        call_command("demo_data", verbosity=0)
        try:
            yield
        finally:
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def site(db: None) -> Iterator[str]:
    """The address of the running site."""
    with override_settings(ROOT_URLCONF="tests.browser.kitchen", ALLOWED_HOSTS=["localhost", "testserver"]):
        server = LiveServer("localhost")
        yield server.url
        server.stop()


@pytest.fixture
def move_clock(tmp_path: Path) -> Iterator[Callable[[int], None]]:
    """A function that moves the site's clock by seconds: people take their time over a form, tests do not."""
    shift = tmp_path / "shift"
    shift.write_text("0")

    def move(seconds: int) -> None:
        shift.write_text(str(int(shift.read_text()) + seconds))

    with override_settings(CLOCK_SHIFT_FILE=str(shift)):
        yield move


class Watch:
    """What a page did that it must not: console errors, policy violations, requests to other hosts."""

    def __init__(self, page: Page, site: str) -> None:
        self.complaints: list[str] = []
        self.site = site
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", self._see)

    def _hear(self, line: ConsoleMessage) -> None:
        # Chromium writes a line for every answer of 400 and above; a page that is to be a 404 or a form sent back (422) is no fault.
        path = line.location["url"].removeprefix(self.site)
        meant = PUBLIC.get(path, 200) != 200 or "status of 422" in line.text
        if line.type in {"error", "warning"} and not meant:
            self.complaints.append(f"console: {line.text}")

    def _see(self, request: Request) -> None:
        if not request.url.startswith(f"{self.site}/"):
            self.complaints.append(f"other host: {request.url}")


@pytest.fixture
def watched(context: BrowserContext, site: str) -> Iterator[Page]:
    """A page that is watched while the test runs; whatever it complained of fails the test."""
    page = context.new_page()
    watch = Watch(page, site)
    yield page
    assert watch.complaints == []


def axe(page: Page, *, only: list[str] | None = None) -> list[str]:
    """Run axe with the WCAG A and AA and best-practice rules, or some rules only; return one line for each finding."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    rules = {"type": "rule", "values": only} if only else {"type": "tag", "values": tags}
    result = page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", rules)
    return [
        f"{finding['id']}: {node['html'][:160]} {node['failureSummary']}"
        for finding in result["violations"]
        for node in finding["nodes"]
    ]
