"""Writes down what a request did that is kept on record."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from institute.audit.models import AuditRow
from institute.audit.writing import note, within
from institute.middleware import is_admin_path
from leads.client import client_address, client_network
from leads.limits_storage import DatabaseStorage
from mail import clock, marks

A_ROW_EVERY = 3600  # seconds: whoever knocks at a closed door all night fills no table


class Trail:
    """One row for each mark of the request, for each refusal at the desk, and for a limit that was hit.

    Written before the answer leaves: an export that cannot be put on record does not go out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with within(request):
            response = self.get_response(request)
            marked = marks.of(request)
            for each in marked:
                note(each.what, target=each.target)
            page = request.resolver_match.view_name if request.resolver_match else ""
            if response.status_code == 403 and not marked and _is_staffs(request):
                note(AuditRow.What.DENIED, target=page)
            elif response.status_code == 429 and _first_of_the_hour(request, page):
                note(AuditRow.What.THROTTLED, target=page)
            return response


def _is_staffs(request: HttpRequest) -> bool:
    """Whether somebody who is signed in asked for a page of the desk; a form without its proof is no attempt at one."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return bool(signed_in and is_admin_path(request.path_info) and not getattr(request, "csrf_refused", False))


def _first_of_the_hour(request: HttpRequest, page: str) -> bool:
    who = client_network(client_address(request))
    return DatabaseStorage(clock.now()).incr(f"audit:{page}:{who}", A_ROW_EVERY) == 1
