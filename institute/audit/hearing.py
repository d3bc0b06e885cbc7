"""What Django itself says about sign-ins, accounts and roles, and what changes in the institute's settings.

Heard from the models, so that a change by the command line or in a shell is on record like one at the desk.
"""

from collections.abc import Collection
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.http import HttpRequest

from institute.audit.models import AuditRow
from institute.audit.writing import note
from mail.models import Institute

What = AuditRow.What
ROLE = ("is_active", "is_staff", "is_superuser")
ACCOUNT = ("username", "email", "password")
SETTINGS = tuple(field.attname for field in Institute._meta.concrete_fields if field.attname != "id")
M2M = {"post_add": "added", "post_remove": "taken away", "pre_clear": "all taken away"}


def listen() -> None:
    """Connect everything; once, from AppConfig.ready."""
    user = get_user_model()
    user_logged_in.connect(signed_in, dispatch_uid="audit.signed_in")
    user_logged_out.connect(signed_out, dispatch_uid="audit.signed_out")
    user_login_failed.connect(failed, dispatch_uid="audit.failed")
    for model in (user, Institute):
        pre_save.connect(remember, sender=model, dispatch_uid=f"audit.before.{model.__name__}")
        post_save.connect(saved, sender=model, dispatch_uid=f"audit.after.{model.__name__}")
    for other in (user, Group):
        post_delete.connect(gone, sender=other, dispatch_uid=f"audit.gone.{other.__name__}")
    for through in (user.groups.through, user.user_permissions.through, Group.permissions.through):
        m2m_changed.connect(roles, sender=through, dispatch_uid=f"audit.roles.{through.__name__}")


def signed_in(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """Somebody is in."""
    note(What.SIGNED_IN, actor=user.get_username(), target=_named(user), request=request)


def signed_out(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """Somebody left."""
    if user is not None:
        note(What.SIGNED_OUT, actor=user.get_username(), target=_named(user), request=request)


def failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """A name that no account has is not kept: people type their password there."""
    user = get_user_model()
    name = str(credentials.get(user.USERNAME_FIELD) or "")
    known = "\0" not in name and user._default_manager.filter(**{user.USERNAME_FIELD: name}).exists()
    note(What.SIGN_IN_FAILED, target=f"user {name}" if known else "an account that is not there", request=request)


def remember(sender: type[Model], instance: Any, raw: bool, update_fields: Collection[str] | None, **_: Any) -> None:
    """What stood there before; a sign-in, which writes `last_login` alone, asks nothing."""
    watched = _watched(sender)
    instance._before = None
    if not raw and instance.pk and (update_fields is None or set(update_fields) & set(watched)):
        instance._before = sender._base_manager.filter(pk=instance.pk).values(*watched).first()


def saved(sender: type[Model], instance: Any, created: bool, raw: bool, **_: Any) -> None:
    """What changed, by the names of the columns: values may be secrets."""
    before = instance.__dict__.pop("_before", None)
    if raw:
        return
    if sender is Institute:
        changed = [name for name in SETTINGS if before is None or before[name] != getattr(instance, name)]
        if changed:
            note(What.SETTING_CHANGED, target="institute", detail=_words(changed))
        return
    if created:
        note(What.ACCOUNT_CHANGED, target=_named(instance), detail=f"made{_rights(instance)}")
        return
    if before is None:
        return
    changed = [name for name in ACCOUNT if before[name] != getattr(instance, name)]
    if changed:
        note(What.ACCOUNT_CHANGED, target=_named(instance), detail=_words(changed))
    role = [f"{name} {getattr(instance, name)}" for name in ROLE if before[name] != getattr(instance, name)]
    if role:
        note(What.ROLE_CHANGED, target=_named(instance), detail=_words(role))


def gone(sender: type[Model], instance: Any, **_: Any) -> None:
    """An account or a group was deleted."""
    note(What.ROLE_CHANGED, target=_named(instance), detail="deleted")


def roles(
    sender: Any, instance: Any, action: str, reverse: bool, pk_set: set[int] | None, model: Any, **_: Any
) -> None:
    """Groups and permissions given or taken."""
    if action not in M2M or (pk_set is not None and not pk_set):
        return
    names = [str(row) for row in model._base_manager.filter(pk__in=pk_set or ()).order_by("pk")[:20]]
    what = f"{model._meta.verbose_name_plural} {M2M[action]}"
    note(What.ROLE_CHANGED, target=_named(instance), detail=f"{what}: {', '.join(names)}" if names else what)


def _watched(model: type[Model]) -> tuple[str, ...]:
    return SETTINGS if model is Institute else (*ROLE, *ACCOUNT)


def _named(row: Any) -> str:
    return f"{row._meta.verbose_name} {row}"


def _rights(user: Any) -> str:
    held = [name.removeprefix("is_") for name in ("is_staff", "is_superuser") if getattr(user, name)]
    return f" ({', '.join(held)})" if held else ""


def _words(names: list[str]) -> str:
    return ", ".join(name.removeprefix("is_").replace("_", " ") for name in names)
