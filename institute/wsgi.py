"""What gunicorn serves."""

import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "institute.settings")
_django = get_wsgi_application()

from content import counting, kept  # noqa: E402
from institute.content_type import sane  # noqa: E402

kept.warm()
counting.start()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Django's own application; a charset that its request would crash on, before any middleware, is taken away."""
    environ["CONTENT_TYPE"] = sane(environ.get("CONTENT_TYPE", ""))
    return _django(environ, start_response)
