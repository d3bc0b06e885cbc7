"""Whose leads are whose: staff who work with leads see all of them, everybody else only those of their own calls.

The room above that knows the calls says which, from its AppConfig.ready.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q, QuerySet

from leads.models import Lead

ALL = "leads.change_lead"
User = AbstractBaseUser | AnonymousUser
# A member of staff → the primary keys of the leads whose calls are theirs, as rows to look them up in.
Own = Callable[[User], QuerySet[Any]]
_own: dict[str, Own] = {}


def register(name: str, own: Own) -> None:
    """Make a room's answer known; the same name again replaces it."""
    _own[name] = own


def sees_all(user: Any) -> bool:
    """Whether this member of staff works with leads, and so sees every one of them in whole."""
    return bool(user.has_perm(ALL))


def within(rows: QuerySet[Lead], user: Any) -> QuerySet[Lead]:
    """Those of the rows that this member of staff may see."""
    if sees_all(user):
        return rows
    mine = Q(pk__in=[])
    for own in _own.values():
        mine |= Q(pk__in=own(user))
    return rows.filter(mine)
