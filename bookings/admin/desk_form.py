"""Pages of our own inside the desk, for verbs that open their own transaction.

Django wraps the POST of its change pages in a transaction, and a durable verb refuses to run inside another one.
"""

from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.widgets import (
    CHECKBOX_CLASSES,
    INPUT_CLASSES,
    RADIO_CLASSES,
    SELECT_CLASSES,
    TEXTAREA_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
)

_CLASSES: tuple[tuple[type[forms.Widget], list[str]], ...] = (
    (forms.CheckboxInput, CHECKBOX_CLASSES),
    (forms.RadioSelect, RADIO_CLASSES),
    (forms.Select, SELECT_CLASSES),
    (forms.Textarea, TEXTAREA_CLASSES),
    (forms.widgets.Input, INPUT_CLASSES),
)


def in_desk_look(form: forms.Form) -> None:
    """Give every plain widget of the form the classes of the desk's own."""
    for field in form.fields.values():
        widget = field.widget
        if isinstance(widget, forms.CheckboxSelectMultiple):
            field.widget = UnfoldAdminCheckboxSelectMultipleWidget(choices=widget.choices)
        elif isinstance(widget, forms.RadioSelect):
            field.widget = UnfoldAdminRadioSelectWidget(choices=widget.choices)
        elif not widget.is_hidden and "class" not in widget.attrs:
            found = next((classes for kind, classes in _CLASSES if isinstance(widget, kind)), [])
            widget.attrs["class"] = " ".join(found)


def desk_page(
    admin: ModelAdmin,
    request: HttpRequest,
    template: str,
    *,
    title: str,
    back: str,
    obj: Any = None,
    status: int = 200,
    media: forms.Media | None = None,
    **context: Any,
) -> HttpResponse:
    """A page of the desk with its menu, header and messages; `back` is where its second button leads."""
    whole = admin.admin_site.each_context(request) | {
        "opts": admin.opts,
        "title": title,
        "media": admin.media + media if media is not None else admin.media,
        "back": back,
        "original": obj,
    }
    return TemplateResponse(request, template, whole | context, status=status)


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
