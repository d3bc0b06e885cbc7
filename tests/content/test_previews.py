"""Drafts behind links that end."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from content import previews
from content.models import Guide, Paragraph, Preview, Revision
from tests.content.page import read

URL = "/guides/preview/{}/"


@pytest.fixture
def at_noon(monkeypatch: Any, now: datetime) -> datetime:
    monkeypatch.setattr("mail.clock.now", lambda: now)
    return now


def test_a_link_shows_the_draft_as_it_is_and_tells_search_engines_to_stay_out(
    live: Revision, client: Client, at_noon: datetime
) -> None:
    token = previews.make(guide=live.guide, by=None, now=at_noon)
    Paragraph.objects.filter(text__startswith="Picture moving").update(text="Picture a bridge.")
    answer = client.get(URL.format(token))
    page = read(answer.content)
    assert "Picture a bridge." in page.text
    assert "This is a draft" in page.text
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"
    assert page.find("meta", name="robots")[0].attrs["content"] == "noindex, nofollow"
    assert page.find("script", type="application/ld+json") == []
    assert answer.cookies == {}


def test_a_draft_with_faults_can_be_previewed(draft: Guide, client: Client, at_noon: datetime) -> None:
    draft.columns.all().delete()
    draft.sections.update(heading="")
    assert client.get(URL.format(previews.make(guide=draft, by=None, now=at_noon))).status_code == 200


@pytest.mark.parametrize("how", ["ended", "revoked", "unknown", "hash"])
def test_a_link_that_is_over_or_was_never_one_shows_one_plain_page(
    draft: Guide, client: Client, at_noon: datetime, how: str
) -> None:
    token = previews.make(guide=draft, by=None, now=at_noon - timedelta(days=7 if how == "ended" else 1))
    if how == "revoked":
        assert previews.revoke(guide=draft, now=at_noon) == 1
    asked = {"unknown": "x" * 32, "hash": Preview.objects.get().digest}.get(how, token)
    answer = client.get(URL.format(asked))
    assert answer.status_code == 404
    assert "This preview is over" in read(answer.content).text
    assert answer["X-Robots-Tag"] == "noindex, nofollow"


def test_no_link_lasts_longer_than_a_week_and_only_its_hash_is_kept(draft: Guide, now: datetime) -> None:
    token = previews.make(guide=draft, by=None, now=now, lasting=timedelta(days=99))
    row = Preview.objects.get()
    assert row.expires_at == now + timedelta(days=7)
    assert len(token) == 32
    assert token not in str(vars(row))


def test_an_editor_makes_a_link_sees_it_once_and_ends_it(
    draft: Guide, client: Client, editor: User, settings: Any
) -> None:
    client.force_login(editor)
    page = reverse("admin:content_guide_preview_guide", args=[draft.pk])
    assert "/guides/preview/" not in client.get(page).content.decode()
    made = client.post(page, {"do": "make"})
    assert "no-store" in made["Cache-Control"]
    link = made.context["link"]
    assert link.startswith("http://testserver/guides/preview/")
    assert link in made.content.decode()
    path = link.removeprefix("http://testserver")
    assert Client().get(path).status_code == 200
    assert link not in client.get(page).content.decode()
    client.post(page, {"do": "revoke"})
    assert Client().get(path).status_code == 404
