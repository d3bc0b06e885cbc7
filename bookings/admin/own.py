"""Who sees what: owners and advisors see every coach, a coach sees the own rows, and everything else is not there."""

import logging
from typing import Any, NoReturn

from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin

from bookings.models import Coach
from bookings.services import gate
from mail import marks

SEE_ALL = ("Owner", "Advisor")
log = logging.getLogger(__name__)


def sees_all(request: HttpRequest) -> bool:
    """Whether this member of staff sees the rows of every coach; everybody else sees their own only."""
    user = request.user
    if not hasattr(request, "_sees_all_coaches"):
        answer = user.is_superuser or user.groups.filter(name__in=SEE_ALL).exists()
        request._sees_all_coaches = answer  # type: ignore[attr-defined]
    return bool(request._sees_all_coaches)  # type: ignore[attr-defined]


def own_coaches(request: HttpRequest) -> QuerySet[Coach]:
    """The coaches whose rows this member of staff may see."""
    return Coach.objects.all() if sees_all(request) else Coach.objects.filter(user_id=request.user.pk or 0)


def own_coach_of(request: HttpRequest) -> Coach | None:
    """The coach who this member of staff is, or None."""
    return Coach.objects.filter(user_id=request.user.pk or 0).first()


def deny(request: HttpRequest, what: str, which: str) -> NoReturn:
    """Answer 404 for a row that is not theirs or not there, and log who asked for it."""
    marks.mark(request, marks.DENIED, f"{what} {which[:40]}")
    log.warning("user %s asked for %s %r, which is not theirs or not there", request.user.pk, what, which[:40])
    raise Http404


def forbid(request: HttpRequest, permission: str) -> NoReturn:
    """Answer 403, and log who lacked what."""
    marks.mark(request, marks.DENIED, permission)
    log.warning("user %s was refused %s: the permission %s is missing", request.user.pk, request.path, permission)
    raise PermissionDenied


class OwnRows(ModelAdmin):
    """A model admin whose rows belong to coaches; a foreign row answers 404 on every path."""

    coach_path = "coach"
    coach_filters: tuple[str, ...] = ("coach",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only own rows: lists, counts, facets, search, autocomplete and actions all start from here."""
        rows = super().get_queryset(request)
        if sees_all(request):
            return rows
        return rows.filter(**{f"{self.coach_path}__in": own_coaches(request)})

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The list; a year in the address that no date can have shows the whole list instead."""
        try:
            return super().changelist_view(request, extra_context)
        except OverflowError:
            # Django's date drill-down expects ValueError only: a year of twenty digits would be a 500.
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")

    def _not_there(self, request: HttpRequest, object_id: str | None) -> None:
        # Before any permission is asked: 403 would say that the row exists.
        if object_id is not None:
            self.own_row(request, object_id)

    def own_row(self, request: HttpRequest, object_id: str, *, permission: str = "") -> Any:
        """The row of this id; Http404 where it is another's, PermissionDenied where the permission is missing."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            deny(request, self.opts.label, object_id)
        if permission and not request.user.has_perm(permission):
            forbid(request, permission)
        return row

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """The change page of an own row."""
        self._not_there(request, object_id)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The delete page of an own row."""
        self._not_there(request, object_id)
        return super().delete_view(request, object_id, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The history of an own row."""
        self._not_there(request, object_id)
        return super().history_view(request, object_id, *args, **kwargs)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Without the filters that name other coaches, for those who may not see them."""
        every = list(super().get_list_filter(request))
        return every if sees_all(request) else [name for name in every if _name(name) not in self.coach_filters]

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        """Only own coaches and own schedules can be chosen; what is posted beyond them is no choice."""
        related: type[Model] = db_field.related_model
        if related is Coach:
            kwargs["queryset"] = own_coaches(request)
        elif not sees_all(request) and hasattr(related, "coach_id"):
            kwargs["queryset"] = related._default_manager.filter(coach__in=own_coaches(request))
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and related is Coach and not sees_all(request):
            field.empty_label = None
        return field


class HoursOfCoach(OwnRows):
    """Rows that change when a coach can be booked: written under the coach lock, like every booking.

    Django has already opened the transaction of the whole POST, so the lock holds until it ends.
    """

    def coach_ids(self, obj: Any) -> set[int]:
        """The coaches whose hours this row changes, as it stands in the database and as it will."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save under the lock, and count the write."""
        ids = self.coach_ids(obj)
        gate.lock(*ids)
        gate.changed(*ids)
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete under the lock."""
        with transaction.atomic():
            ids = self.coach_ids(obj)
            gate.lock(*ids)
            gate.changed(*ids)
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete many under the lock."""
        with transaction.atomic():
            ids = {pk for obj in queryset for pk in self.coach_ids(obj)}
            gate.lock(*ids)
            gate.changed(*ids)
            super().delete_queryset(request, queryset)


def _name(entry: Any) -> str:
    return str(entry[0] if isinstance(entry, tuple) else entry)
