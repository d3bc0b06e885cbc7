"""A form page of our own inside the desk, for verbs that open their own transaction.

Django wraps the POST of its change pages in a transaction, and a durable verb refuses to run inside another one.
"""

from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


def desk_form(
    admin: ModelAdmin,
    request: HttpRequest,
    *,
    form: forms.Form,
    title: str,
    button: str,
    back: str,
    words: list[str] | None = None,
    danger: bool = False,
    obj: Any = None,
) -> HttpResponse:
    """The page; 422 when the form came back with errors."""
    context = admin.admin_site.each_context(request) | {
        "opts": admin.opts,
        "title": title,
        "form": form,
        "media": admin.media + form.media,
        "button": button,
        "back": back,
        "words": words or [],
        "danger": danger,
        "original": obj,
    }
    status = 422 if form.is_bound and form.errors else 200
    return TemplateResponse(request, "bookings/desk_form.html", context, status=status)
