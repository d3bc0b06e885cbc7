"""The site's own URLs, and one page that breaks, to see what a visitor sees then."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from institute.urls import *  # noqa: F403
from institute.urls import urlpatterns as site


def broken(request: HttpRequest) -> HttpResponse:
    """Fails with a secret in its message."""
    secret = "the-secret-in-a-local-variable"
    raise RuntimeError(f"SELECT {secret} FROM nowhere")


urlpatterns = [path("broken/", broken), *site]
