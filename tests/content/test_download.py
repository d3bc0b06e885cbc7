"""The guide as a file: only behind a link that was mailed to a confirmed address."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from content.models import Revision
from leads import consents, magnet
from leads.models import LIST, Activity, Lead
from leads.people import ensure_lead
from mail import clock, outbox, tokens
from mail.models import LinkToken, Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(live: Revision) -> Lead:
    """A person whose address is confirmed."""
    with transaction.atomic():
        lead = ensure_lead(email="grace@example.org", name="Grace", now=clock.now())
        lead.confirmed_at = clock.now()
        lead.save()
    return lead


def link(lead: Lead) -> str:
    return f"/guides/file/{magnet.mint(lead, now=clock.now())}/"


def opened(lead: Lead) -> int:
    return Activity.objects.filter(lead=lead, kind="guide_opened").count()


def test_a_button_hands_over_the_file_and_looking_at_it_changes_nothing(lead: Lead, client: Client) -> None:
    path = link(lead)
    before = list(LinkToken.objects.values()), Activity.objects.count()
    for _ in range(3):
        page = client.get(path)
        client.head(path)
    assert b"Open the PDF" in page.content
    assert (list(LinkToken.objects.values()), Activity.objects.count()) == before
    answer = client.post(path)
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"].startswith("noindex")


def test_that_it_was_fetched_is_kept_only_of_those_who_agreed_to_emails(lead: Lead, client: Client) -> None:
    client.post(link(lead))
    assert opened(lead) == 0
    with transaction.atomic():
        consents.give(lead=lead, purpose=LIST, how="Preferences page", address="", now=clock.now())
    client.post(link(lead))
    client.post(link(lead))
    assert opened(lead) == 1


def test_a_link_of_another_kind_an_old_one_and_none_get_the_same_page(lead: Lead, client: Client) -> None:
    old = tokens.mint(
        purpose=magnet.PURPOSE,
        subject=f"lead:{lead.pk}",
        expires_at=clock.now() - timedelta(seconds=1),
        now=clock.now() - timedelta(days=8),
    )
    other = tokens.mint(
        purpose="preferences", subject=f"lead:{lead.pk}", expires_at=clock.now() + timedelta(days=1), now=clock.now()
    )
    answers = [client.get(f"/guides/file/{token}/") for token in (old, other, "x" * 40)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert [client.post(f"/guides/file/{token}/").status_code for token in (old, other)] == [404, 404]


def test_the_mail_brings_the_link_and_says_what_the_guide_says(lead: Lead, now: datetime) -> None:
    with transaction.atomic():
        assert magnet.deliver(lead=lead, now=clock.now())
    written = outbox.write(Message.objects.get(kind=magnet.KIND), now=clock.now())
    assert isinstance(written, outbox.Written)
    text = written.raw.decode()
    assert "/guides/file/" in text
    assert "A Product Manager chooses what to build." in text
