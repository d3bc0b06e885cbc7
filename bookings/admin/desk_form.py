"""The pages of calls and hours that are a form with one button (`leads.admin.desk` says why they are pages of our own)."""

from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse

from leads.admin.desk import desk_page


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
    template: str = "bookings/desk_form.html",
    **context: Any,
) -> HttpResponse:
    """A form with one button; 422 when it came back with errors."""
    return desk_page(
        admin,
        request,
        template,
        title=title,
        back=back,
        obj=obj,
        status=422 if form.is_bound and form.errors else 200,
        media=form.media,
        form=form,
        button=button,
        words=words or [],
        danger=danger,
        **context,
    )
