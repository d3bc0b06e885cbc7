"""The guide as a file: for confirmed addresses, by a link that ends, at once where the address is proven already."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from leads import consents, magnet, services
from leads.models import LIST, Lead
from leads.timeline import of
from mail import outbox
from mail.models import Message
from mail.registry import Skip
from tests.leads.test_services import subscribe

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., str]


@pytest.fixture(autouse=True)
def offer() -> Iterator[None]:
    """Some room offers a file; the page is any that takes a token."""
    before = magnet.offered()
    magnet.register(magnet.Offer("The guide", "leads:confirm"))
    yield
    magnet.register(before)


def kinds() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("kind", flat=True))


def test_the_file_comes_once_the_address_is_confirmed(now: datetime, link: MakeLink) -> None:
    subscribe(now)
    assert kinds() == ["leads.confirm"]
    for _ in range(2):
        services.confirm(token=link(Lead.objects.get(), "confirm"), shown=[], now=now)
    assert kinds() == ["leads.confirm", "leads.guide"]


def test_a_confirmed_address_has_it_at_once_and_once_a_day(now: datetime) -> None:
    subscribe(now)
    Lead.objects.update(confirmed_at=now)
    Message.objects.all().delete()
    for minute in range(5):
        subscribe(now + timedelta(minutes=minute))
    assert kinds() == ["leads.guide"]
    subscribe(now + timedelta(hours=25), wants_list=True)
    assert kinds() == ["leads.guide", "leads.guide", "leads.confirm"]


def test_the_link_opens_for_seven_days_and_says_whose_it_is(now: datetime) -> None:
    subscribe(now)
    lead = Lead.objects.get()
    Lead.objects.update(confirmed_at=now)
    with transaction.atomic():
        lead.refresh_from_db()
        assert magnet.deliver(lead=lead, now=now)
    written = outbox.write(Message.objects.get(kind="leads.guide"), now=now)
    assert not isinstance(written, Skip)
    for row in written.links:
        row.save()
    token = re.findall(rb"/confirm/([\w=\r\n-]+?)/", written.raw.replace(b"=\r\n", b""))[0].decode()
    assert magnet.opened(token, now=now + timedelta(days=7, seconds=-1)) == lead
    assert magnet.opened(token, now=now + timedelta(days=7)) is None
    assert magnet.opened("A" * 32, now=now) is None


def test_fetching_is_on_the_timeline_once_a_day_and_only_with_consent(now: datetime, make_lead: Any) -> None:
    lead = make_lead()
    with transaction.atomic():
        assert not magnet.fetched(lead=lead, now=now)
        consents.give(lead=lead, purpose=LIST, how="Form", address="", now=now)
        assert [magnet.fetched(lead=lead, now=now) for _ in range(2)] == [True, False]
    assert [entry.summary for entry in of(lead) if "Opened" in entry.summary] == [
        "Opened the guide's file from the mail"
    ]
    lead.refresh_from_db()
    assert lead.score == 5  # the consent alone: opening something is no goal


def test_without_an_offer_all_is_as_before(now: datetime, link: MakeLink) -> None:
    magnet.register(None)
    subscribe(now)
    services.confirm(token=link(Lead.objects.get(), "confirm"), shown=[], now=now)
    assert kinds() == ["leads.confirm"]
