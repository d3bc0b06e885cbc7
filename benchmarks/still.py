"""The least that Django can answer: one view that returns bytes it already has, MIDDLEWARE = []. They lie in STILL_FILE."""

import json
import os
from base64 import b64decode
from pathlib import Path

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    MIDDLEWARE=[],
    INSTALLED_APPS=[],
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
)
django.setup()

_kept = json.loads(Path(os.environ["STILL_FILE"]).read_text(encoding="ascii"))
BODY, HEADERS = b64decode(_kept["body"]), _kept["headers"]


def view(request: HttpRequest) -> HttpResponse:
    """The bytes with the headers that say what they are."""
    return HttpResponse(BODY, headers=HEADERS)


urlpatterns = [path("guides/<slug:slug>/", lambda request, slug: view(request))]
application = get_wsgi_application()
