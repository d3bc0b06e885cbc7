"""System checks of the mail room."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from mail.addresses import for_transport
from mail.compose import sender_address
from mail.errors import CannotCompose


@register(Tags.compatibility)
def sender_can_be_used(**_: Any) -> list[CheckMessage]:
    """mail.E001: DEFAULT_FROM_EMAIL is an address that a mail server would take."""
    try:
        sender_address()
    except CannotCompose:
        return [Error("DEFAULT_FROM_EMAIL holds no address that mail can be sent from.", id="mail.E001")]
    return []


@register(Tags.compatibility)
def staff_can_be_reached(**_: Any) -> list[CheckMessage]:
    """mail.E002: STAFF_EMAIL, where it is set, is an address that mail can be sent to."""
    if settings.STAFF_EMAIL:
        try:
            for_transport(settings.STAFF_EMAIL)
        except CannotCompose:
            return [Error("STAFF_EMAIL is not an address that mail can be sent to.", id="mail.E002")]
    return []


@register(Tags.security, deploy=True)
def mail_leaves_the_house(**_: Any) -> list[CheckMessage]:
    """mail.W001: a public site whose mail goes into files reaches nobody."""
    if settings.MAIL_TRANSPORT == "file" and settings.SITE_IS_PUBLIC and not settings.DEBUG:
        return [Warning("Mail goes into files: set EMAIL_URL.", id="mail.W001")]
    return []
