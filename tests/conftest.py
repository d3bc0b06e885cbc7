"""Fixtures that every room's tests share."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bookings import selectors
from bookings.api import kept
from bookings.views import kept as pages
from content import counting
from content.kept import shelf
from mail import clock
from tests import services


@pytest.fixture
def now() -> datetime:
    """A quiet Monday well before any clock change, to be passed down wherever a `now` is asked for."""
    return datetime(2027, 1, 11, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> None:
    """What this process keeps is about rows that the last test took back."""
    kept.shelf.clear()
    selectors.memory.clear()
    pages.clear()
    shelf.clear()
    clock.watch.forget()  # time travel of another test
    counting.notes.clear()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's own Chromium; without one the test is skipped, or fails where TEST_REQUIRE asks for a browser."""
    chromium = services.chromium()
    services.need("browser", there=chromium)
    return {**browser_type_launch_args, "executable_path": chromium, "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.hookimpl(tryfirst=True)  # before -m is applied
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what opens a browser, so that it can be chosen or left out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file stays in one process, and so does what shares a running site."""
    from tests.sharing import Sharing

    return Sharing(config, log)
