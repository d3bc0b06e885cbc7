"""Fixtures that every room's tests share."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.template.base import Template
from django.test import signals

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


@pytest.fixture(scope="session", autouse=True)
def _only_whole_templates_are_noted(django_test_environment: None) -> Iterator[None]:
    """`response.context` is that of the page: Django's own copy for every option of every select took a tenth of all."""

    def render(template: Any, context: Any) -> Any:
        if context.template is template:
            signals.template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield


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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file stays in one process, and so does what shares a running site."""
    from tests.sharing import Sharing

    return Sharing(config, log)
