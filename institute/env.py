"""Typed readers of the environment that fail loudly, with `NAME_FILE` read where a secret lies in a file."""

import ipaddress
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

EXAMPLE_KEYS = ("changeme", "change-me", "insecure", "example", "secret-key", "your-secret")
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_text(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE names; both at once is an error."""
    value, path = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value is not None and path:
        raise ImproperlyConfigured(f"Give {name} or {name}_FILE, not both.")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read: {error}") from error
    return value.strip() if value is not None else default


def read_flag(name: str, *, default: bool) -> bool:
    """True for 1/true/yes/on, False for 0/false/no/off; anything else is an error."""
    value = read_text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def read_number(name: str, *, default: int, least: int = 0) -> int:
    """A whole number of at least `least`."""
    value = read_text(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} on, not {value!r}.")
    return int(value)


def read_words(name: str) -> list[str]:
    """A comma-separated list without blanks."""
    return [word for word in (part.strip() for part in read_text(name).split(",")) if word]


def read_choice(name: str, among: tuple[str, ...]) -> str:
    """One of the words in `among`, in any case, or nothing."""
    value = read_text(name).lower()
    if value and value not in among:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(among)}, not {value!r}.")
    return value


def read_site_url(name: str, default: str) -> str:
    """Scheme and host (with port) of the public site, without path or trailing slash."""
    value = read_text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query or parts.username:
        raise ImproperlyConfigured(f"{name} must look like https://www.example.org, not {value!r}.")
    return value


def read_networks(name: str) -> list[IPNetwork]:
    """Addresses or networks, for example 127.0.0.1,10.0.0.0/8."""
    try:
        return [ipaddress.ip_network(word, strict=False) for word in read_words(name)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must list addresses or networks: {error}") from error


def read_ports(name: str, default: Iterable[int]) -> list[int]:
    """Port numbers with commas between them; raises ImproperlyConfigured for anything else."""
    words = read_words(name)
    if not all(word.isascii() and word.isdigit() and 0 < int(word) < 65_536 for word in words):
        raise ImproperlyConfigured(f"{name} must be port numbers from 1 to 65535 with commas, such as 80,443.")
    return [int(word) for word in words] or [*default]


def read_secret_key(name: str, *, debug: bool) -> str:
    """The secret key; with DEBUG off an absent, short or well-known one stops the start."""
    value = read_text(name)
    if debug:
        return value or "only-for-debugging-never-for-a-public-site-0123456789"
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. Give a random one of at least 50 characters.")
    if len(value) < 50 or len(set(value)) < 8 or any(word in value.lower() for word in EXAMPLE_KEYS):
        raise ImproperlyConfigured(
            f"{name} is too short or a known example. Give a random one of at least 50 characters."
        )
    return value


def is_loopback(host: str) -> bool:
    """Whether a host name means this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over: STARTTLS on a plain connection, or TLS from the first byte (RFC 8314, 3.3)."""

    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    starts_tls: bool = False
    begins_in_tls: bool = False


def read_mail_server(name: str, secret: str = "") -> MailServer:
    """The server in smtp+tls://user:password@host:587, or none; plain SMTP leaves this machine under no circumstances.

    The password may be given apart as `secret`, where it should not stand in the address.
    """
    url = read_text(name)
    if not url:
        return MailServer()
    scheme = urlsplit(url).scheme
    if scheme not in {"smtp", "smtps", "smtp+tls", "smtp+ssl"}:
        raise ImproperlyConfigured(f"{name} must begin with smtp://, smtp+tls:// or smtp+ssl://.")
    given = env.email_url_config(url)
    server = MailServer(
        host=given["EMAIL_HOST"] or "",
        port=given["EMAIL_PORT"] or {"smtp": 25, "smtp+ssl": 465}.get(scheme, 587),
        user=given["EMAIL_HOST_USER"] or "",
        password=secret or given["EMAIL_HOST_PASSWORD"] or "",
        starts_tls=given.get("EMAIL_USE_TLS", False),
        begins_in_tls=given.get("EMAIL_USE_SSL", False),
    )
    if not server.host:
        raise ImproperlyConfigured(f"{name} names no host.")
    if not (server.starts_tls or server.begins_in_tls or is_loopback(server.host)):
        raise ImproperlyConfigured(f"{name} must use smtp+tls:// or smtp+ssl:// for a host that is not this machine.")
    return server


def env_for_anymail(provider: str, secret: str) -> dict[str, str]:
    """django-anymail's settings for the reports of one mail provider; a secret that is too short stops the start."""
    if provider and len(secret) < 20:
        raise ImproperlyConfigured("MAIL_PROVIDER needs MAIL_WEBHOOK_SECRET, of at least 20 characters.")
    if provider == "postmark" and ":" not in secret:
        raise ImproperlyConfigured("MAIL_WEBHOOK_SECRET must look like name:password for postmark.")
    names = {"mailgun": "MAILGUN_WEBHOOK_SIGNING_KEY", "postmark": "WEBHOOK_SECRET"}
    return {names[provider]: secret} if provider else {}
