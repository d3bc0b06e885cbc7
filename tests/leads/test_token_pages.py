"""Link pages: private, one same answer for every bad link, guessing limited, one purpose each."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from leads.models import Lead
from mail import tokens
from tests.leads.conftest import Clock

pytestmark = pytest.mark.django_db
MakeLead = Callable[..., Lead]
MakeLink = Callable[..., str]
PAGES = ["confirm", "preferences", "unsubscribe"]
UNKNOWN = "A" * 32


@pytest.mark.parametrize("stem", PAGES)
def test_every_token_opens_its_own_page_only(
    client: Client, stopped: Clock, make_lead: MakeLead, link: MakeLink, stem: str
) -> None:
    lead = make_lead()
    answers = {
        purpose: client.get(reverse(f"leads:{stem}", args=[link(lead, purpose)])).status_code
        for purpose in sorted(tokens.PURPOSES)
    }
    assert answers == {purpose: 200 if purpose == stem else 404 for purpose in sorted(tokens.PURPOSES)}


@pytest.mark.parametrize("stem", PAGES)
def test_unknown_expired_foreign_and_revoked_links_look_the_same(
    client: Client, stopped: Clock, make_lead: MakeLead, link: MakeLink, stem: str
) -> None:
    lead = make_lead()
    expired = link(lead, stem, hours=1, at=stopped.now - timedelta(hours=2))
    foreign = link(lead, "feed")
    gone = link(make_lead("bob@example.org"), stem)
    Lead.objects.get(email="bob@example.org").delete()
    revoked = link(lead, stem)
    tokens.revoke(
        subject=f"lead:{lead.pk}:" + tokens.find(revoked, purpose=stem, now=stopped.now).subject[-16:],
        purpose=stem,
        now=stopped.now,
    )
    odd = tokens.mint(purpose=stem, subject="booking:1", expires_at=None, now=stopped.now)
    answers = [
        client.get(reverse(f"leads:{stem}", args=[token]))
        for token in (UNKNOWN, expired, foreign, gone, revoked, odd, "short", "%00", "ä", "x" * 5000)
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert reverse("bookings:find") in answers[0].text


@pytest.mark.parametrize("stem", PAGES)
@pytest.mark.parametrize("known", [True, False])
def test_link_pages_are_kept_out_of_caches_indexes_and_referrers(
    client: Client, stopped: Clock, make_lead: MakeLead, link: MakeLink, stem: str, known: bool
) -> None:
    token = link(make_lead(), stem) if known else UNKNOWN
    answer = client.get(reverse(f"leads:{stem}", args=[token]))
    assert (answer["Cache-Control"], answer["X-Robots-Tag"], answer["Referrer-Policy"]) == (
        "no-store",
        "noindex",
        "same-origin",
    )


def test_sixty_unknown_links_a_minute_and_then_every_link_waits(
    client: Client, stopped: Clock, make_lead: MakeLead, link: MakeLink
) -> None:
    good = reverse("leads:preferences", args=[link(make_lead(), "preferences")])
    bad = reverse("leads:preferences", args=[UNKNOWN])
    answers = [client.get(bad).status_code for _ in range(61)]
    assert answers == [404] * 60 + [429]
    assert client.get(good)["Retry-After"] == "60"
    assert client.get(good).status_code == 429
    assert client.get(good, REMOTE_ADDR="203.0.113.10").status_code == 200
    stopped.forward(seconds=60)
    assert client.get(good).status_code == 200


def test_good_links_count_against_nobody(
    client: Client, stopped: Clock, make_lead: MakeLead, link: MakeLink, settings: Settings
) -> None:
    settings.ABUSE_LIMITS = {**settings.ABUSE_LIMITS, "token:address": "2/minute"}
    good = reverse("leads:preferences", args=[link(make_lead(), "preferences")])
    assert {client.get(good).status_code for _ in range(5)} == {200}


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_no_log_line_holds_a_token(
    client: Client, stopped: Clock, make_lead: MakeLead, link: MakeLink, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    foreign = link(make_lead(), "feed")
    for stem in PAGES:
        getattr(client, method)(reverse(f"leads:{stem}", args=[foreign]))
    assert [record for record in caplog.records if foreign in record.getMessage()] == []
