"""A reader finds the place."""

from typing import Any

import pytest
from django.test import Client

from content import document, search
from content.models import Revision
from content.renderers import excerpt
from tests.content.page import read

URL = "/guides/tpm-vs-product-vs-project-manager/search/"


@pytest.fixture
def guide(taken: dict[str, Any]) -> document.Document:
    return document.build(taken, phone=document.Phone("+1 (215) 430-2201", "tel:+12154302201"))


def found(guide: document.Document, asked: str) -> list[str]:
    return [one.place.anchor for one in search.find(guide, asked)]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("coding", "faq-coding"),
        ("CODING?", "faq-coding"),
        ("star method", "best-practices"),
        ("budget", "project-manager"),
        ("adoption", "quick-comparison-table"),
        ("step by step", "how-tpm-roles-work"),
        ("kanban", "best-practices"),
        ("cybersec", "faq-industries"),
        ("zebra", ""),
    ],
)
def test_words_lead_to_their_anchor(guide: document.Document, asked: str, first: str) -> None:
    assert (found(guide, asked) or [""])[0] == first


def test_all_words_must_be_there_and_headings_come_first(guide: document.Document) -> None:
    assert found(guide, "blockers unicorn") == []
    assert found(guide, "tpm")[0] == "opening" or found(guide, "challenges")[0] == "challenges"
    assert len(found(guide, "t")) <= search.MOST_FOUND


@pytest.mark.parametrize(
    "asked", ["", " ", "…", "***", "(", "[", "\\", ".*", "%", "\x00", "ß", "İ", "ﬁ", "a" * 5000, "(a+)+$" * 20]
)
def test_anything_can_be_asked(guide: document.Document, asked: str) -> None:
    for one in search.find(guide, asked):
        assert one.place.anchor


def test_an_excerpt_marks_what_was_found_and_loses_nothing_between(guide: document.Document) -> None:
    (one, *_) = search.find(guide, "blockers")
    marked = [piece.text.lower() for piece in one.excerpt if piece.found]
    assert set(marked) == {"blockers"}
    text = "".join(piece.text for piece in one.excerpt).strip("… ")
    assert text in one.place.text


@pytest.mark.django_db
def test_the_page_links_to_the_anchors_and_escapes_what_was_asked(live: Revision, client: Client) -> None:
    page = read(client.get(URL, {"q": "coding"}).content)
    assert page.find("ol", class_="found")[0].find("a")[0].attrs["href"] == f"{URL.removesuffix('search/')}#faq-coding"
    assert page.find("meta", name="robots")[0].attrs["content"] == "noindex"
    none = client.get(URL, {"q": '<script>"x'})
    assert 'Nothing in the guide has “<script>"x”' in read(none.content).text
    assert b'<script>"x' not in none.content
    assert client.get(URL).status_code == 200
    assert client.get(URL, {"q": "x" * 3000}).status_code == 200
    assert client.get("/guides/nope/search/").status_code == 404


@pytest.mark.django_db
def test_a_mail_can_say_what_the_guide_says(live: Revision) -> None:
    told = excerpt.of_first_live()
    assert told is not None
    assert told.url == "http://testserver/guides/tpm-vs-product-vs-project-manager/"
    assert "A Product Manager chooses what to build.\n" in told.text
    assert "Technical Program Manager\n  Focus: Cross-team technical execution\n" in told.text
    assert "Vision & Strategy" in told.text and "Vision &amp; Strategy" in told.html
    assert f'<a href="{told.url}#faqs">FAQs</a>' in told.html
    assert "<script" not in told.html and "style=" not in told.html
