"""Which real services this run has: said once, so that a skip is listed and TEST_REQUIRE turns it into a failure."""

import os
import shutil

import pytest

HOW = {
    "postgres": "TEST_DATABASE_URL=postgres://user@host:5432/name make test",
    "redis": "TEST_REDIS_URL=redis://host:6379/9 make test",
    "browser": "apt-get install chromium && make test",
    "mailparser": "make parsers && make test",
    "redis-server": "apt-get install redis-server && make test",
    "openssl": "apt-get install openssl && make test",
}


def on_postgres() -> bool:
    """Whether this run's database is PostgreSQL."""
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


def redis_url() -> str:
    """A Redis database number for this test process alone, or an empty text."""
    url = os.environ.get("REDIS_URL", "")
    if not url:
        return ""
    base, _, number = url.rpartition("/")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return f"{base}/{(int(number or 9) + int(worker)) % 16}"


def chromium() -> str | None:
    """The path of Debian's Chromium, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def need(service: str, *, there: object) -> None:
    """Skip with the command that enables the service, or fail where TEST_REQUIRE asks for it."""
    if there:
        return
    reason = f"{service} is not here; enable with: {HOW[service]}"
    if service in os.environ.get("TEST_REQUIRE", "").split(","):
        pytest.fail(reason)
    pytest.skip(reason)
