"""Alice asks for the guide; the clock stands still unless a test moves it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from leads import abuse, mailbox
from leads.models import Activity, Consent, Lead, Touch
from leads.people import ensure_lead
from mail import clock, tokens
from mail.models import LinkToken, Message, Suppression, Topic


class Clock:
    """The one clock of the site, standing where a test puts it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def forward(self, **by: float) -> datetime:
        """Move on and return the new time."""
        self.now += timedelta(**by)
        return self.now


def everything() -> list[Any]:
    """All rows of the rooms that a page of ours could change."""
    models = [Lead, Consent, Activity, Touch, Message, Topic, LinkToken, Suppression]
    return [list(model._base_manager.order_by("pk").values()) for model in models]


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Clock:
    """mail.clock.now() answers with `stopped.now`."""
    held = Clock(now)
    monkeypatch.setattr(clock, "now", lambda: held.now)
    return held


@pytest.fixture
def make_lead(now: datetime) -> Callable[..., Lead]:
    """A lead by address, made the way every room makes one."""

    def make(email: str = "alice@example.org", **told: Any) -> Lead:
        with transaction.atomic():
            return ensure_lead(email=email, name=told.pop("name", "Alice"), now=told.pop("now", now), **told)

    return make


@pytest.fixture
def link(now: datetime) -> Callable[..., str]:
    """A raw token for the mailbox of a lead."""

    def mint(lead: Lead, purpose: str, *, hours: float | None = 48, at: datetime | None = None) -> str:
        made = at or now
        expires_at = made + timedelta(hours=hours) if hours is not None else None
        return tokens.mint(purpose=purpose, subject=mailbox.subject(lead), expires_at=expires_at, now=made)

    return mint


@pytest.fixture
def filled(now: datetime) -> Callable[..., dict[str, Any]]:
    """A subscribe form as a person fills it in, ten seconds after it was opened."""

    def fill(**other: Any) -> dict[str, Any]:
        return {
            "name": "Alice",
            "email": "alice@example.org",
            "role_of_interest": "tpm",
            "company_website": "",
            "form_time": abuse.form_time(now - timedelta(seconds=10)),
            **other,
        }

    return fill


@pytest.fixture
def written(filled: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """A contact form as a person fills it in."""

    def fill(**other: Any) -> dict[str, Any]:
        form = filled(**{"message": "When do classes begin?", **other})
        del form["role_of_interest"]
        return form

    return fill


@pytest.fixture
def as_browser() -> Client:
    """A client that must bring its CSRF proof, as browsers do."""
    return Client(enforce_csrf_checks=True)
