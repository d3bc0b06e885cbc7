"""What every page of the staff admin says."""

from typing import Any

from django import template
from django.conf import settings

from mail import trials

register = template.Library()


@register.inclusion_tag("desk/mail_banner.html", takes_context=True)
def mail_banner(context: dict[str, Any]) -> dict[str, Any]:
    """A red banner for everybody who is signed in, until a test mail was confirmed for the present mail settings."""
    user = getattr(context.get("request"), "user", None)
    shown = bool(user and user.is_staff and not context.get("is_popup") and not trials.proven())
    return {
        "shown": shown,
        "to_files": settings.MAIL_TRANSPORT == "file",
        "folder": settings.MAIL_FILE_DIR,
        "may_send": shown and user is not None and user.has_perm("mail.send_message"),
    }
