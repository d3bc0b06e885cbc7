"""E-mail addresses: the form a mail server may be given, and the keyed hash that stands for one."""

import hashlib
import hmac
from contextlib import suppress

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from mail.errors import CannotCompose


def for_transport(address: str) -> str:
    """The address in ASCII with its domain in IDNA; raises CannotCompose for what RCPT TO must never carry."""
    local, _, domain = address.strip().rpartition("@")
    try:
        wire = f"{local}@{domain.encode('idna').decode('ascii')}"
        wire.encode("ascii")
        validate_email(wire)
    except (UnicodeError, ValidationError) as error:
        raise CannotCompose("The e-mail address cannot be used.") from error
    return wire


def fingerprint(address: str) -> str:
    """HMAC-SHA256 in hex of the address, without regard to case or the spelling of its domain."""
    local, _, domain = address.strip().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    same = f"{local}@{domain}".lower().encode("utf-8", "replace")
    key = str(getattr(settings, "ADDRESS_HASH_KEY", "") or settings.SECRET_KEY)
    return hmac.new(hashlib.sha256(b"mail.address:" + key.encode()).digest(), same, hashlib.sha256).hexdigest()
