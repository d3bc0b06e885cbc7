"""The sitemap names every public page by SITE_URL."""

import re
from datetime import datetime

import pytest
from django.test import Client

from content.models import Revision


def locations(client: Client) -> list[str]:
    return re.findall(r"<loc>([^<]+)</loc>", client.get("/sitemap.xml").content.decode())


def test_the_sitemap_lists_pages_and_the_live_guide(live: Revision, client: Client) -> None:
    site = "http://testserver"
    pages = [
        "/",
        "/coaches/",
        "/book/",
        "/contact/",
        "/subscribe/",
        "/privacy/",
        "/quiz/",
        "/guides/",
        f"/guides/{live.slug}/",
    ]
    pages += [f"/roles/{slug}/" for slug in ("product-manager", "project-manager", "technical-program-manager")]
    assert sorted(locations(client)) == sorted(site + page for page in pages)
    assert b"<lastmod>2027-01-11</lastmod>" in client.get("/sitemap.xml").content


@pytest.mark.usefixtures("draft")
def test_a_draft_is_not_in_the_sitemap(client: Client) -> None:
    assert [url for url in locations(client) if "/guides/t" in url or "/roles/" in url] == []


def test_addresses_come_from_the_setting(live: Revision, client: Client, settings: object, now: datetime) -> None:
    settings.SITE_URL = "https://institute.example"  # type: ignore[attr-defined]
    assert {url.split("/", 3)[2] for url in locations(client)} == {"institute.example"}
    assert {url.split(":")[0] for url in locations(client)} == {"https"}
