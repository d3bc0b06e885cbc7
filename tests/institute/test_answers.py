"""What every answer of the site carries, and what none of them says."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import Client

from bookings import overlap
from mail import clock, ledger

pytestmark = pytest.mark.django_db

STRICT = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


@pytest.fixture
def visitor() -> Client:
    """A browser that sees error pages as visitors do."""
    return Client(raise_request_exception=False)


@pytest.fixture
def https(settings: Any) -> None:
    """The site as it is behind a proxy that speaks TLS."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True


def policy(response: HttpResponse) -> dict[str, str]:
    """The content security policy by directive."""
    parts = (part.strip().partition(" ") for part in response.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts if name}


ANSWERS = [
    ("/healthz", 200),
    ("/robots.txt", 200),
    ("/no-such-page/", 404),
    ("/broken/", 500),
    ("/static/no-such-file.css", 404),
    ("/static/desk/desk.css", 200),
    ("/api/no-such-thing", 404),
]


@pytest.mark.urls("tests.institute.urls")
@pytest.mark.parametrize(("path", "status"), ANSWERS)
def test_every_answer_has_the_strict_policy_and_the_headers(visitor: Client, path: str, status: int) -> None:
    response = visitor.get(path)
    assert response.status_code == status
    assert policy(response) == STRICT
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Permissions-Policy"].startswith("camera=(), geolocation=()")
    assert response.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


@pytest.mark.usefixtures("https")
@pytest.mark.urls("tests.institute.urls")
@pytest.mark.parametrize(("path", "status"), ANSWERS)
def test_over_tls_every_answer_keeps_the_browser_there(visitor: Client, path: str, status: int) -> None:
    response = visitor.get(path, secure=True)
    assert response.status_code == status
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.usefixtures("https")
def test_plain_http_is_sent_to_tls(visitor: Client) -> None:
    response = visitor.get("/contact/?from=mail")
    assert (response.status_code, response.headers["Location"]) == (301, "https://testserver/contact/?from=mail")


def test_only_the_admin_has_a_looser_policy_and_is_never_indexed(visitor: Client) -> None:
    response = visitor.get(f"/{settings.ADMIN_PATH}login/")
    assert response.status_code == 200
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    looser = {name: value for name, value in policy(response).items() if STRICT[name] != value}
    assert looser.keys() == {"script-src", "style-src", "img-src"}


@pytest.mark.urls("tests.institute.urls")
def test_an_error_shows_an_id_and_nothing_of_its_cause(visitor: Client, caplog: pytest.LogCaptureFixture) -> None:
    response = visitor.get("/broken/?card=4242")
    body = response.content.decode()
    (error_id,) = set(re.findall(r"\b[0-9a-f]{12}\b", body))
    assert f"answered 500 as error {error_id}" in caplog.text
    assert [word for word in ("broken", "4242", "SELECT", "secret", "RuntimeError", "Traceback") if word in body] == []


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.git/HEAD",
        "/.env",
        "/.env.bak",
        "/.venv/bin/python",
        "/manage.py",
        "/db.sqlite3",
        "/var/db.sqlite3",
        "/var/mail/",
        "/media/",
        "/static/",
        "/static/../manage.py",
        "/static/%2e%2e/.env",
        "/static//etc/passwd",
        "/backup.sql",
        "/backup.zip",
        "/dump.sql.gz",
        "/docker-compose.yml",
        "/deploy/secrets/secret_key",
        "/requirements.txt",
        "/institute/settings.py",
        "/static/css/site.css.map",
        "/static/css/site.css~",
        "/server-status",
        "/wp-login.php",
        "/%00",
        "/%FF/",
    ],
)
def test_nothing_of_the_machine_can_be_fetched(visitor: Client, path: str) -> None:
    assert visitor.get(path).status_code == 404


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "PROPFIND", "NONSENSE"])
def test_a_method_that_the_site_does_not_speak_is_refused(visitor: Client, method: str) -> None:
    response = visitor.generic(method, "/")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")


@pytest.mark.parametrize(("size", "status"), [(1024 * 1024, 403), (1024 * 1024 + 1, 413)])
def test_a_body_over_one_megabyte_is_refused_before_it_is_read(size: int, status: int) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/contact/", data=b"a" * size, content_type="application/x-www-form-urlencoded")
    assert response.status_code == status


@pytest.mark.parametrize("length", ["-1", "1e3", "٣", "abc"])
def test_a_length_that_is_no_number_is_refused(visitor: Client, length: str) -> None:
    assert visitor.post("/contact/", {}, CONTENT_LENGTH=length).status_code == 400


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver:80:80", "%00"])
def test_another_host_name_is_refused(visitor: Client, host: str) -> None:
    assert visitor.get("/contact/", headers={"Host": host}).status_code == 400


def test_healthz_says_ok_and_no_more(visitor: Client) -> None:
    assert json.loads(visitor.get("/healthz").content) == {"status": "ok"}


def test_readyz_says_ok_while_database_and_guard_are_there(visitor: Client) -> None:
    response = visitor.get("/readyz")
    assert (response.status_code, json.loads(response.content)) == (200, {"status": "ok"})
    assert response.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_readyz_is_late_without_the_database(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("connection to server at 10.1.2.3 refused, password=secret")

    monkeypatch.setattr(connection, "cursor", away)
    response = visitor.get("/readyz")
    assert response.status_code == 503
    assert json.loads(response.content) == {"status": "unavailable", "database": "late"}


def test_readyz_is_late_without_the_overlap_guard(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlap, "present", lambda: False)
    assert visitor.get("/readyz").status_code == 503


@pytest.mark.parametrize(("minutes", "status"), [(1, "ok"), (3, "degraded")])
def test_readyz_degrades_when_mail_is_late_and_stays_in_service(visitor: Client, minutes: int, status: str) -> None:
    now = clock.now()
    with transaction.atomic():
        ledger.enqueue(
            kind="bookings.links",
            dedupe_key="late",
            topic=ledger.topic("late"),
            recipient="ada@example.org",
            due_at=now - timedelta(minutes=minutes),
            expires_at=now + timedelta(hours=1),
            now=now,
        )
    response = visitor.get("/readyz")
    assert (response.status_code, json.loads(response.content)["status"]) == (200, status)


def test_no_page_for_readers_sets_a_cookie(visitor: Client) -> None:
    for path in ("/", "/robots.txt", "/sitemap.xml", "/privacy/"):
        response = visitor.get(path)
        assert (path, response.status_code, dict(response.cookies)) == (path, 200, {})


def test_a_session_ends_after_twelve_hours() -> None:
    assert timedelta(seconds=settings.SESSION_COOKIE_AGE) == timedelta(hours=12)
