"""Links that leave the site are built from SITE_URL, never from a request's Host header."""

from django.conf import settings


def absolute(path: str) -> str:
    """The full address of one of our own paths; raises ValueError for anything but a rooted path."""
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError("An own path starts with one slash.")
    return str(settings.SITE_URL).rstrip("/") + path
