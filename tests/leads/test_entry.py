"""What staff enter: by address or by number alone, never twice."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from leads import consents
from leads.entry import enter
from leads.errors import NotPossible
from leads.models import CALL, Lead

pytestmark = pytest.mark.django_db
MakeLead = Callable[..., Lead]


def test_somebody_who_phoned_is_a_lead_without_an_address(now: datetime) -> None:
    lead = enter(
        actor="bob",
        now=now,
        phone="(215) 555-0123",
        name="Carol",
        heard_of="friend",
        note="Wants\nto switch",
        wants_call=True,
        consent_source="phoned us",
    )
    assert (lead.email, str(lead.phone), lead.name, lead.heard_of, lead.origin) == (
        None,
        "+12155550123",
        "Carol",
        "friend",
        "staff",
    )
    assert (lead.call_wanted_at, consents.confirmed_purposes(lead)) == (now, {CALL})
    assert lead.consents.get().how == "Told bob: phoned us"
    assert [row.kind for row in lead.activities.order_by("pk")] == ["made", "consent_given", "note"]


@pytest.mark.parametrize("found_by", ["number", "address"])
def test_who_is_known_is_found(now: datetime, make_lead: MakeLead, found_by: str) -> None:
    told: dict[str, Any] = {"phone": "+12155550123"} if found_by == "number" else {"email": "Alice@example.org"}
    first = enter(actor="bob", now=now, **told)
    again = enter(actor="bob", now=now, name="Alice", time_zone="America/Chicago", **told)
    again.refresh_from_db()
    assert (again, again.name, again.time_zone, Lead.objects.count()) == (first, "Alice", "America/Chicago", 1)


def test_a_number_that_somebody_with_an_address_has_too_is_another_row(now: datetime, make_lead: MakeLead) -> None:
    """Dedupe is by address, or by number where there is no address: a household shares a phone."""
    make_lead("alice@example.org", phone="+12155550123")
    enter(actor="bob", now=now, phone="+12155550123")
    assert Lead.objects.count() == 2


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"name": "Carol"},
        {"phone": "12"},
        {"email": "carol"},
        {"email": "x" * 250 + "@example.org"},
        {"email": "carol@example.org", "phone": "12"},
        {"email": "carol@example.org", "wants_call": True, "consent_source": "phoned us"},
        {"phone": "+12155550123", "wants_call": True},
    ],
)
def test_what_cannot_be_a_lead_is_refused_with_a_sentence(now: datetime, told: dict[str, Any]) -> None:
    with pytest.raises(NotPossible, match=r"\w\.$"):
        enter(actor="bob", now=now, **told)
    assert Lead.objects.count() == 0
