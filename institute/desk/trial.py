"""The page behind the link of a test mail: whoever opens it reads the inbox it was sent to."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from leads.token_pages import token_page
from mail import clock, trials


@token_page
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button, POST says that the mail arrived."""
    now = clock.now()
    found = trials.confirm(token, now=now) if request.method == "POST" else trials.find(token, now=now)
    return render(request, "desk/test_mail.html", {"trial": found})
