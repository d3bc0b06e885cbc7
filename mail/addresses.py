"""E-mail addresses: the form a mail server may be given, and the keyed hash that stands for one."""

import hashlib
import hmac
import re
from contextlib import suppress
from functools import lru_cache

from django.conf import settings

from mail.errors import CannotCompose

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# RFC 5321, 4.1.2: a dot-string and a domain; no quoted local parts, no comments, no address literals.
_mailbox = re.compile(rf"(?=.{{3,254}}\Z)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")


@lru_cache(maxsize=256)
def for_transport(address: str) -> str:
    """The address in ASCII with its domain in IDNA; raises CannotCompose for what RCPT TO must never carry."""
    local, _, domain = address.strip(" ").rpartition("@")
    try:
        wire = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise CannotCompose("The e-mail address cannot be used.") from error
    # "=?" begins an encoded word, which Python's header classes decode wherever they meet it, line ends included.
    if "=?" in wire or not _mailbox.fullmatch(wire):
        raise CannotCompose("The e-mail address cannot be used.")
    return wire


def fingerprint(address: str) -> str:
    """HMAC-SHA256 in hex of the address, without regard to case or the spelling of its domain."""
    local, _, domain = address.strip().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    same = f"{local}@{domain}".lower().encode("utf-8", "replace")
    key = str(settings.ADDRESS_HASH_KEY or settings.SECRET_KEY)
    return hmac.new(hashlib.sha256(b"mail.address:" + key.encode()).digest(), same, hashlib.sha256).hexdigest()
