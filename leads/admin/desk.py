"""Pages of our own inside the desk, for verbs that open their own transaction.

Django wraps the POST of its change pages in a transaction, and a durable verb refuses to run inside another one.
"""

import logging
from datetime import datetime
from typing import Any, NoReturn

from django import forms
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin as DeskAdmin
from unfold.widgets import (
    CHECKBOX_CLASSES,
    INPUT_CLASSES,
    RADIO_CLASSES,
    SELECT_CLASSES,
    TEXTAREA_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
)

from mail import marks

log = logging.getLogger(__name__)
_CLASSES: tuple[tuple[type[forms.Widget], list[str]], ...] = (
    (forms.CheckboxInput, CHECKBOX_CLASSES),
    (forms.RadioSelect, RADIO_CLASSES),
    (forms.Select, SELECT_CLASSES),
    (forms.Textarea, TEXTAREA_CLASSES),
    (forms.widgets.Input, INPUT_CLASSES),
)


class ReadOnly(DeskAdmin):
    """Rows that only verbs write; the pages show them."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MinuteField(forms.DateTimeField):
    """A date and a time of day by the desk's clock; years that no clock converts are no answer."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        """The instant, or a sentence."""
        try:
            instant = super().to_python(value)
        except (OverflowError, ValueError) as error:
            raise forms.ValidationError("Enter a date and a time.") from error
        if instant is not None and not 2000 <= instant.year < 2100:
            raise forms.ValidationError("Enter a date of this century.")
        return instant


def in_desk_look(form: forms.BaseForm) -> None:
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
    form: forms.BaseForm,
    title: str,
    button: str,
    back: str,
    template: str = "leads/desk/form.html",
    **context: Any,
) -> HttpResponse:
    """A form with one button; 422 when it came back with errors."""
    status = 422 if form.is_bound and form.errors else 200
    return desk_page(
        admin, request, template, title=title, back=back, status=status, form=form, button=button, **context
    )


def need(request: HttpRequest, *permissions: str) -> None:
    """Answer 403 where one of the permissions is missing, and log who lacked what."""
    for permission in permissions:
        if not request.user.has_perm(permission):
            marks.mark(request, marks.DENIED, permission)
            log.warning("user %s was refused %s: no %s", request.user.pk, request.path[:200], permission)
            raise PermissionDenied


def deny(request: HttpRequest, what: str, which: object) -> NoReturn:
    """Answer 404 for a row that is not theirs or not there, and log who asked for it."""
    marks.mark(request, marks.DENIED, f"{what} {str(which)[:40]}")
    log.warning("user %s asked for %s %r, which is not theirs or not there", request.user.pk, what, str(which)[:40])
    raise Http404
