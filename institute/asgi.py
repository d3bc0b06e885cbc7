"""The same site for an ASGI server."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "institute.settings")
_django = get_asgi_application()

from institute.content_type import sane  # noqa: E402


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Django's own application; a charset that its request would crash on, before any middleware, is taken away."""
    headers = [
        (name, sane(value.decode("latin-1")).encode("latin-1") if name == b"content-type" else value)
        for name, value in scope.get("headers", ())
    ]
    await _django({**scope, "headers": headers}, receive, send)
