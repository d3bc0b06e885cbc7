"""Asks for the password once more where a page needs it fresh."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from institute.middleware import is_admin_path
from institute.signin import fresh, views
from mail import clock


class FreshPassword:
    """A page goes on after the prompt; a form that was sent is kept inside the prompt, so that nothing is typed twice."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """None lets the request go on."""
        page = request.resolver_match.view_name if request.resolver_match else ""
        if not is_admin_path(request.path_info) or not fresh.is_asked(request, page, kwargs):
            return None
        if not request.user.is_staff or fresh.is_fresh(request, now=clock.now()):
            return None
        return views.ask(request) if request.method == "POST" else views.to_prompt(request)
