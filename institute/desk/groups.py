"""The four staff groups and what each may do; the admin narrows a coach to what is the coach's own."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import transaction

APPS = ("auth", "bookings", "content", "leads", "mail")
# Written once and never again, by anybody: the rows are the proof of something.
PROOFS = ("bookings.bookingevent", "content.revision", "leads.activity", "leads.touch", "leads.consent", "mail.message")
COACH_HOURS = ("schedule", "availabilityrule", "dateoverride", "dateoverridewindow", "timeoff")

Codes = set[str]  # "app.action_model"


def _all(app: str, *models: str, actions: Iterable[str] = ("view", "add", "change", "delete")) -> Codes:
    """Every action on the models of an app (on all its models when none is named) that makes sense for them."""
    names = models or tuple(model._meta.model_name or "" for model in installed.get_app_config(app).get_models())
    return {
        f"{app}.{action}_{name}"
        for name in names
        for action in actions
        if action == "view" or f"{app}.{name}" not in PROOFS
    }


def _custom(app: str) -> Codes:
    """The permissions that the app's models name themselves, such as publishing."""
    models = installed.get_app_config(app).get_models()
    return {f"{app}.{code}" for model in models for code, _ in model._meta.permissions}


def wanted() -> dict[str, Codes]:
    """Group → permissions. An owner may do everything that can be done."""
    rooms = ("bookings", "content", "leads", "mail")
    return {
        "Owner": set().union(*(_all(app) | _custom(app) for app in rooms), _all("auth", "user", "group")),
        "Advisor": (
            _all("leads", actions=("view",))
            | _all("leads", "lead", actions=("add", "change"))
            | _all("bookings", actions=("view",))
            | _all("bookings", "booking", actions=("change",))
            | _all("mail", "message", actions=("view",))
        ),
        "Editor": _all("content") | _custom("content"),
        "Coach": (
            _all("bookings", "booking", "coach", actions=("view", "change"))
            | _all("bookings", "eventtype", "bookingevent", actions=("view",))
            | _all("bookings", *COACH_HOURS)
        ),
    }


def ensure(using: str = "default") -> None:
    """Make the four groups hold exactly these permissions; another mix is a group of another name."""
    target = wanted()
    codes = set().union(*target.values())
    ids = _ids(using)
    if not codes <= ids.keys():
        # Django makes permissions app by app, and this may come before the app's turn.
        for app in APPS:
            create_permissions(installed.get_app_config(app), verbosity=0, using=using)
        ids = _ids(using)
    with transaction.atomic(using=using):
        rows = Group.objects.using(using).filter(name__in=target).prefetch_related("permissions")
        groups = {group.name: group for group in rows}
        for name, names in target.items():
            group = groups.get(name) or Group.objects.using(using).create(name=name)
            want = {ids[code] for code in names if code in ids}
            if {permission.pk for permission in group.permissions.all()} != want:
                group.permissions.set(want)


def _ids(using: str) -> dict[str, int]:
    rows = Permission.objects.using(using).filter(content_type__app_label__in=APPS)
    return {
        f"{app}.{code}": pk
        for app, code, pk in rows.values_list("content_type__app_label", "codename", "pk").iterator()
    }


def after_migrate(*, using: str, apps: Any, **_: Any) -> None:
    """`ensure`, unless this migrate has taken the sign-in tables away."""
    try:
        apps.get_model("auth", "Permission")
        apps.get_model("contenttypes", "ContentType")
    except LookupError:
        return
    ensure(using)
