"""Guide pages as kept bytes: the same page in every encoding, one tag each, new as soon as something is published."""

import gzip
from datetime import datetime, timedelta
from typing import Any

import brotli
import pytest
from django.db import DatabaseError
from django.test import Client

from content import kept, publishing
from content.kept import encoding_for
from content.models import Guide, Paragraph, Revision
from mail.models import Institute
from tests.content.page import read

GUIDE = "/guides/tpm-vs-product-vs-project-manager/"
ROLE = "/roles/technical-program-manager/"
KEPT = ["/guides/", GUIDE, ROLE]
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}


@pytest.mark.parametrize("path", KEPT)
def test_every_encoding_holds_the_same_page_and_has_a_tag_of_its_own(live: Revision, client: Client, path: str) -> None:
    answers = {name: client.get(path, headers={"accept-encoding": name or "identity"}) for name in UNPACK}
    assert len({UNPACK[name](answer.content) for name, answer in answers.items()}) == 1
    assert len({answer["ETag"] for answer in answers.values()}) == 3
    for name, answer in answers.items():
        assert answer.get("Content-Encoding", "") == name
        assert answer["Content-Length"] == str(len(answer.content))
        assert answer["Vary"] == "Accept-Encoding"
        assert answer["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.0", ""),
        ("gzip;q=x", ""),
        ("brotli, *", ""),
        ("identity", ""),
        ("", ""),
        (",;,q=1", ""),
    ],
)
def test_an_encoding_is_sent_only_where_it_is_welcome(accepted: str, encoding: str) -> None:
    assert encoding_for(accepted) == encoding


def test_a_reader_who_has_the_page_gets_no_body(live: Revision, client: Client) -> None:
    tag = client.get(GUIDE)["ETag"]
    again = client.get(GUIDE, headers={"if-none-match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert client.get(GUIDE, headers={"if-none-match": '"other"'}).status_code == 200
    # Another encoding is another representation: its tag does not stand for this one.
    assert client.get(GUIDE, headers={"if-none-match": tag, "accept-encoding": "gzip"}).status_code == 200


def test_head_says_what_get_would_without_a_body(live: Revision, client: Client) -> None:
    got, head = client.get(GUIDE), client.head(GUIDE)
    assert (head.status_code, head.content) == (200, b"")
    assert {name: head[name] for name in ("ETag", "Content-Length", "Content-Type")} == {
        name: got[name] for name in ("ETag", "Content-Length", "Content-Type")
    }


@pytest.mark.parametrize("path", KEPT)
def test_a_kept_page_has_the_headers_of_every_page(live: Revision, client: Client, path: str) -> None:
    kept_page, home = client.get(path), client.get("/")
    for name in (
        "Content-Security-Policy",
        "X-Frame-Options",
        "X-Content-Type-Options",
        "Referrer-Policy",
        "Permissions-Policy",
        "Cross-Origin-Opener-Policy",
        "Content-Type",
    ):
        assert kept_page[name] == home[name], name


def test_a_kept_page_is_for_our_own_hosts_only(live: Revision, client: Client) -> None:
    assert client.get(GUIDE, headers={"host": "evil.example"}).status_code == 400


def test_what_is_kept_is_answered_without_the_pages_own_queries(
    live: Revision, client: Client, settings: Any, django_assert_num_queries: Any
) -> None:
    client.get(GUIDE)
    with django_assert_num_queries(3):  # the stamp
        client.get(GUIDE)
    settings.GUIDE_FRESH_SECONDS = 60
    client.get(GUIDE)
    with django_assert_num_queries(0):
        client.get(GUIDE)


def test_a_new_revision_is_out_with_the_next_look(live: Revision, client: Client, now: datetime) -> None:
    before = client.get(GUIDE)
    Paragraph.objects.filter(text__startswith="Picture moving").update(text="Picture a bridge.")
    assert client.get(GUIDE)["ETag"] == before["ETag"]
    publishing.publish(guide=live.guide, by=None, now=now + timedelta(hours=1))
    after = client.get(GUIDE, headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert b"Picture a bridge." in after.content


def test_the_process_that_publishes_need_not_wait_for_its_next_look(
    live: Revision, client: Client, now: datetime, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.GUIDE_FRESH_SECONDS = 3600
    client.get(GUIDE)
    Paragraph.objects.filter(text__startswith="Picture moving").update(text="Picture a bridge.")
    with django_capture_on_commit_callbacks(execute=True):
        publishing.publish(guide=live.guide, by=None, now=now + timedelta(hours=1))
    assert b"Picture a bridge." in client.get(GUIDE).content


@pytest.mark.parametrize("name", ["RELEASE", "SITE_URL"])
def test_another_release_or_address_is_another_page(live: Revision, client: Client, settings: Any, name: str) -> None:
    client.get(GUIDE)
    old = kept.shelf.find(GUIDE, build=kept.build)
    setattr(settings, name, "https://institute.example")
    assert kept.shelf.find(GUIDE, build=kept.build) is not old


def test_another_set_of_static_files_is_another_page(live: Revision, client: Client, monkeypatch: Any) -> None:
    old = kept.shelf.find(GUIDE, build=kept.build)
    monkeypatch.setattr(kept.staticfiles_storage, "manifest_hash", "abc", raising=False)
    assert kept.shelf.find(GUIDE, build=kept.build) is not old


def test_the_institutes_new_number_is_on_the_kept_page(live: Revision, client: Client) -> None:
    assert b"(215) 430-2201" in client.get(GUIDE).content
    Institute.objects.create(pk=1, phone="+12155550123")
    assert b"(215) 430-2201" not in client.get(GUIDE).content


def test_what_is_kept_is_served_while_the_database_is_away(live: Revision, client: Client, monkeypatch: Any) -> None:
    body = client.get(GUIDE).content

    def away() -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(kept, "stamp", away)
    assert client.get(GUIDE).content == body


def test_a_guide_that_is_no_longer_live_is_gone_at_once(live: Revision, client: Client) -> None:
    assert client.get(GUIDE).status_code == 200
    Guide.objects.update(live=None)
    assert client.get(GUIDE).status_code == 404
    assert client.get(ROLE).status_code == 404
    assert "No guide is published at the moment." in read(client.get("/guides/").content).text


@pytest.mark.parametrize("query", ["?utm_source=x", "?%00", "?q=" + "a" * 3000])
def test_a_query_changes_nothing(live: Revision, client: Client, query: str) -> None:
    assert client.get(GUIDE + query).content == client.get(GUIDE).content


def test_a_process_that_warms_up_keeps_every_page(live: Revision, monkeypatch: Any) -> None:
    monkeypatch.setattr(kept.connections, "close_all", lambda: None)
    kept._warm()
    assert set(kept.shelf._pages) == {
        *KEPT,
        "/roles/product-manager/",
        "/roles/project-manager/",
    }
    assert all(set(page.forms) == {"br", "gzip", ""} for page in kept.shelf._pages.values())
