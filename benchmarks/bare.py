"""The least that Django can answer from a database: one view, one row, MIDDLEWARE = []."""

from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

from institute.settings import DATABASES, SECRET_KEY

# The very same database and connection settings as the site's.
settings.configure(
    DATABASES=DATABASES,
    SECRET_KEY=SECRET_KEY,
    MIDDLEWARE=[],
    INSTALLED_APPS=[],
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.db import connection, models  # noqa: E402  needs the settings


class Row(models.Model):
    """Something with a name."""

    name = models.CharField(max_length=80)

    class Meta:
        app_label = "bare"

    def __str__(self) -> str:
        return self.name


def view(request: HttpRequest) -> HttpResponse:
    """One row, by its key."""
    body = Row.objects.get(pk=1).name.encode()
    return HttpResponse(body, headers={"Content-Length": str(len(body))})


urlpatterns = [path("", view)]
application = get_wsgi_application()


def make_row() -> None:
    """The table and its row."""
    with connection.schema_editor() as editor:
        editor.create_model(Row)
    Row.objects.create(pk=1, name="Ada Lovelace")


def nothing(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """No Django, no database: how fast the client and the server can be at all."""
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


if __name__ == "__main__":
    make_row()
