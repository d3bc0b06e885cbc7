"""Cookies as a browser on the public site gets them: bound to this very host, over TLS only (security 33)."""

from django.conf import global_settings

from tests.institute.production import settings

NAMES = ("NAME", "SECURE", "DOMAIN", "SAMESITE")


def cookie(kind: str, read: dict[str, object]) -> list[object]:
    """Name, Secure, Domain and SameSite of one of Django's two cookies."""
    return [read.get(f"{kind}_COOKIE_{name}", getattr(global_settings, f"{kind}_COOKIE_{name}")) for name in NAMES]


def test_on_the_public_site_no_subdomain_can_set_our_cookies() -> None:
    read = settings()
    assert cookie("SESSION", read) == ["__Host-sessionid", True, None, "Lax"]
    assert cookie("CSRF", read) == ["__Host-csrftoken", True, None, "Lax"]
    assert read["SESSION_COOKIE_HTTPONLY"] is True


def test_without_tls_the_cookies_still_work() -> None:
    read = settings(SITE_URL="http://127.0.0.1:8000")
    assert cookie("SESSION", read) == ["sessionid", False, None, "Lax"]
    assert cookie("CSRF", read) == ["csrftoken", False, None, "Lax"]
