"""Before a password, an account, a role, an export or an erasure: has the password been typed in the last ten minutes?"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from institute.signin import throttle
from mail import clock

GOOD_FOR = timedelta(minutes=10)
TYPED_AT, FIELD = "password_typed_at", "your_password"
# Pages of the admin, and what of them: everything, or only what is posted with this action or verb.
ACCOUNTS = frozenset(
    f"admin:auth_{model}_{page}" for model in ("user", "group") for page in ("add", "change", "delete")
) | {"admin:auth_user_password_change", "admin:password_change"}
PAGES = ACCOUNTS | {"admin:leads_lead_evidence"}
LISTS = frozenset({"admin:auth_user_changelist", "admin:auth_group_changelist"})
EXPORTS, VERBS = frozenset({"export_csv"}), frozenset({"erase"})


def listen() -> None:
    """Note when somebody signs in: that was with the password."""
    user_logged_in.connect(remember, dispatch_uid="signin.fresh")


def remember(sender: Any, request: HttpRequest, **_: Any) -> None:
    """The password was typed just now."""
    request.session[TYPED_AT] = clock.now().timestamp()


def is_fresh(request: HttpRequest, *, now: datetime) -> bool:
    """Whether the password was typed in the last ten minutes; a clock that was set back proves nothing."""
    typed = request.session.get(TYPED_AT)
    return isinstance(typed, int | float) and timedelta() <= now - datetime.fromtimestamp(typed, now.tzinfo) <= GOOD_FOR


def check(request: HttpRequest, password: str, *, now: datetime) -> bool:
    """Whether this is the password of whoever is signed in, counted like a sign-in; raises TooMany."""
    name = request.user.get_username()
    throttle.attempt(request, name, now=now)
    if authenticate(request, username=name, password=password) != request.user:
        return False
    throttle.succeeded(request, name, now=now)
    request.session.cycle_key()
    remember(None, request)
    return True


def is_asked(request: HttpRequest, page: str, kwargs: dict[str, Any]) -> bool:
    """Whether what is asked for needs a fresh password."""
    if page in PAGES or (page == "admin:leads_lead_do" and kwargs.get("verb") in VERBS):
        return True
    if request.method != "POST":
        return False
    return page in LISTS or request.POST.get("action") in EXPORTS
