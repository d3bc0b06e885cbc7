from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from mail import identity


def institute(request: HttpRequest) -> dict[str, Any]:
    """`institute` in every template, read only where a template uses it."""
    return {"institute": SimpleLazyObject(identity.current)}
