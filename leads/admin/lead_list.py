"""The list of leads: filters that ask nothing of a hundred thousand rows, and pages that are not counted to their end."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from leads.admin.verbs import staff
from leads.models import Lead

# A count of everything reads every row; whoever needs what lies behind this narrows the list.
COUNTED = 1000


class BoundedPaginator(Paginator):
    """Counts to a thousand and stops."""

    @cached_property
    def count(self) -> int:
        """The number of rows, at most COUNTED."""
        rows: Any = self.object_list
        return len(rows.order_by().values_list("pk", flat=True)[:COUNTED])


class OwnerFilter(admin.SimpleListFilter):
    """Whose leads."""

    title, parameter_name = "owner", "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The reader first."""
        others = [(str(user.pk), user.get_full_name() or user.get_username()) for user in staff()]
        mine = [(key, f"{name} (you)") for key, name in others if key == str(request.user.pk)]
        return [*mine, ("none", "Nobody"), *(each for each in others if each[0] != str(request.user.pk))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        """Of the chosen owner."""
        value = self.value() or ""
        if value == "none":
            return queryset.filter(owner__isnull=True)
        return queryset.filter(owner=int(value)) if value in dict(self.lookup_choices) else queryset


class ConfirmedFilter(admin.SimpleListFilter):
    """Whether the mailbox has answered."""

    title, parameter_name = "address", "confirmed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Confirmed"), ("no", "Not confirmed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        if self.value() in ("yes", "no"):
            return queryset.filter(confirmed_at__isnull=self.value() == "no")
        return queryset


class CallFilter(admin.SimpleListFilter):
    """Whether we may phone."""

    title, parameter_name = "phone call", "call"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Agreed to a call"), ("no", "Did not agree"), ("never", "Do not call")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("yes", "no"):
            return queryset.filter(may_call=self.value() == "yes")
        return queryset.filter(do_not_call=True) if self.value() == "never" else queryset


class SourceFilter(admin.SimpleListFilter):
    """Where leads first came from; only the sources of the newest rows are offered, any other can stand in the address."""

    title, parameter_name = "first source", "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name or "unknown", name or "Unknown") for name in sources()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return of_source(queryset, self.value() or "")


def sources() -> list[str]:
    """The first sources of the newest thousand leads, in the order of the alphabet; "" is unknown."""
    newest = Lead.objects.order_by("-created_at", "-pk").values_list("first_source", flat=True)[:COUNTED]
    return sorted(set(newest))[:50]


def of_source(rows: QuerySet[Any], source: str) -> QuerySet[Any]:
    """The rows of one first source; all of them where none is named."""
    if not source or "\x00" in source:
        return rows
    return rows.filter(first_source="" if source == "unknown" else source[:100])
