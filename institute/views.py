"""Health and error pages: what belongs to no room."""

import logging
import uuid

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings import overlap
from mail import clock
from mail.lateness import lateness

log = logging.getLogger(__name__)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and the guard against overlapping bookings is in place; 503 otherwise.

    Late mail is no reason to take the site out of service: it answers 200 and says "degraded".
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        guarded = overlap.present()
        late = lateness(now=clock.now()).is_trouble
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "late"}, status=503)
    if not guarded:
        return JsonResponse({"status": "unavailable", "overlap_guard": "missing"}, status=503)
    return JsonResponse({"status": "degraded", "mail": "late"} if late else {"status": "ok"})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 in our own words."""
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 in our own words."""
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came without its proof: say what to do, show nothing of the cause."""
    request.csrf_refused = True  # type: ignore[attr-defined]
    return render(request, "403.html", {"form_expired": True}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 in our own words."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 with an id to quote and nothing else; touches neither database nor context processors."""
    error_id = uuid.uuid4().hex[:12]
    log.error("answered 500 as error %s", error_id)
    return HttpResponse(render_to_string("500.html", {"error_id": error_id}), status=500)
