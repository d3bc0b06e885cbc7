"""The four staff groups and what each may do; the admin narrows a coach to what is the coach's own."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps as installed
from django.contrib.auth.models import Group, Permission
from django.db import transaction

APPS = ("audit", "auth", "bookings", "content", "leads", "mail")
# Written once and never again, by anybody: the rows are the proof of something.
PROOFS = (
    "audit.auditrow",
    "bookings.bookingevent",
    "content.revision",
    "content.quizedition",
    "content.quizresult",
    "leads.activity",
    "leads.calllog",
    "leads.consent",
    "leads.enrolment",
    "leads.importrow",
    "leads.importrun",
    "leads.merge",
    "leads.receipt",
    "leads.scorereason",
    "leads.touch",
    "mail.bounce",
    "mail.message",
)
COACH_HOURS = ("schedule", "availabilityrule", "dateoverride", "dateoverridewindow", "timeoff", "outsidecalendar")

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
        "Owner": set().union(
            *(_all(app) | _custom(app) for app in rooms), _all("auth", "user", "group"), _all("audit")
        ),
        "Advisor": (
            _all("leads", actions=("view",))
            | _all("leads", "lead", "task", actions=("add", "change"))
            | _all("leads", "quarantine", "sequence", "sequencestep", "advisor", actions=("change",))
            | _all("bookings", actions=("view",))
            | _all("bookings", "booking", actions=("change",))
            # A coach who is ill phones an advisor.
            | _all("bookings", "timeoff", actions=("add", "delete"))
            | _all("mail", "message", "bounce", actions=("view",))
            | _custom("mail")
        ),
        "Editor": _all("content") | _custom("content"),
        "Coach": (
            _all("bookings", "booking", "coach", actions=("view", "change"))
            | _all("bookings", "eventtype", "bookingevent", actions=("view",))
            | _all("bookings", *COACH_HOURS)
            # Those of own calls only, and fewer of their fields: leads/reach.py.
            | _all("leads", "lead", actions=("view",))
        ),
    }


def ensure(using: str = "default") -> None:
    """Make the four groups hold exactly these permissions; another mix is a group of another name.

    Three reads when all is right: this runs after every migrate, and after every flush of a test.
    """
    target = wanted()
    rows = Permission.objects.using(using).filter(content_type__app_label__in=APPS)
    ids = {f"{app}.{code}": pk for app, code, pk in rows.values_list("content_type__app_label", "codename", "pk")}
    through = Group.permissions.through.objects.using(using)
    with transaction.atomic(using=using):
        there = dict(Group.objects.using(using).filter(name__in=target).values_list("name", "pk"))
        new = Group.objects.using(using).bulk_create(Group(name=name) for name in target if name not in there)
        there |= {group.name: group.pk for group in new}
        want = {(there[name], ids[code]) for name, codes in target.items() for code in codes if code in ids}
        have = set(through.filter(group__in=there.values()).values_list("group_id", "permission_id"))
        through.bulk_create(through.model(group_id=group, permission_id=code) for group, code in want - have)
        for group, code in have - want:
            through.filter(group_id=group, permission_id=code).delete()


def after_migrate(*, using: str, apps: Any = installed, **_: Any) -> None:
    """`ensure`, unless this migrate has taken the sign-in tables away."""
    try:
        apps.get_model("auth", "Permission")
        apps.get_model("contenttypes", "ContentType")
    except LookupError:
        return
    ensure(using)
