"""What every answer and every request of the site goes through besides Django's own."""

import secrets
import zoneinfo
from collections.abc import Callable
from functools import cached_property

from csp.constants import HEADER
from csp.middleware import CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from institute.content_type import sane
from institute.logs import request_id

GetResponse = Callable[[HttpRequest], HttpResponseBase]
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


def is_admin_path(path: str) -> bool:
    """Whether the path lies under the staff admin."""
    return path.startswith(f"/{settings.ADMIN_PATH}")


class Headers:
    """Sets the headers that every answer carries, error pages and static files included, and the request's id."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.request_id = secrets.token_hex(6)  # type: ignore[attr-defined]
        before = request_id.set(request.request_id)  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(before)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        if is_admin_path(request.path_info):
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response


class ContentSecurityPolicy(CSPMiddleware):
    """The strict policy everywhere; under the admin path only what django-unfold needs is looser."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if is_admin_path(request.path_info) and parts.config is None and parts.replace is None:
            parts.replace = settings.ADMIN_CONTENT_SECURITY_POLICY
        return parts

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The policy of a public page is always the same, so it is built once: that takes as long as all of a kept page.

        Kept pages bring it along.
        """
        if HEADER in response.headers:
            return response
        own = getattr(request, "_csp_nonce", None) or any(name.startswith("_csp") for name in vars(response))
        if own or settings.DEBUG or is_admin_path(request.path_info):
            return super().process_response(request, response)
        response.headers[HEADER] = self.strict
        return response

    @cached_property
    def strict(self) -> str:
        """The policy as the settings have it."""
        return str(build_policy())


class RequestLimits:
    """Refuses, before anything reads it, what no visitor's browser sends: methods (405), bodies over the limit (413), and
    encodings or values that would make a decoder or the database fall over (400).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in METHODS:
            allowed = {"Allow": ", ".join(sorted(METHODS))}
            return HttpResponse("Method not allowed.\n", status=405, content_type="text/plain", headers=allowed)
        staff = is_admin_path(request.path_info)
        length = request.META.get("CONTENT_LENGTH") or "0"
        kind = request.META.get("CONTENT_TYPE", "")
        if not (length.isascii() and length.isdigit() and sane(kind) == kind):
            return render(request, "400.html", status=400)
        # The admin puts query values into database lookups as they are, and PostgreSQL refuses NUL.
        if staff and "%00" in request.META.get("QUERY_STRING", ""):
            return render(request, "400.html", status=400)
        if int(length) > (settings.STAFF_BODY_LIMIT if staff else settings.PUBLIC_BODY_LIMIT):
            return render(request, "413.html", status=413)
        # A quoted cookie may hold "\000", which becomes a NUL on its way to the session table.
        if not request.COOKIES.get(settings.SESSION_COOKIE_NAME, "x").isalnum():
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        return self.get_response(request)


class StaffTimeZone:
    """Staff read and type times in the institute's own zone; visitors' zones are handled where they are shown."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_admin_path(request.path_info):
            return self.get_response(request)
        from mail import identity

        with timezone.override(zoneinfo.ZoneInfo(str(identity.current().default_time_zone))):
            response = self.get_response(request)
            if not getattr(response, "is_rendered", True):
                response.render()  # type: ignore[attr-defined]
            return response
