"""Structured data says nothing that the page does not show."""

import json
from collections.abc import Iterator
from typing import Any

from django.test import Client

from content.models import Paragraph, Revision
from content.renderers import jsonld
from tests.content.page import Element, read

# Addresses, types and machine dates are not words.
SILENT = {"@context", "@id", "@type", "url", "item", "mainEntityOfPage", "inLanguage", "datePublished", "dateModified"}


def data(page: Element) -> dict[str, Any]:
    (script,) = page.find("script", type="application/ld+json")
    return json.loads("".join(str(child) for child in script.children))


def words(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in SILENT:
                yield from words(value)
    elif isinstance(node, list):
        for value in node:
            yield from words(value)
    elif isinstance(node, str):
        yield node


def test_every_sentence_of_the_data_stands_on_the_page(live: Revision, client: Client) -> None:
    page = read(client.get(f"/guides/{live.slug}/").content)
    said = list(words(data(page)))
    assert len(said) > 20
    assert [sentence for sentence in said if sentence not in page.text] == []


def test_the_data_holds_every_question_with_its_answer(live: Revision, client: Client) -> None:
    page = read(client.get(f"/guides/{live.slug}/").content)
    (faq,) = [node for node in data(page)["@graph"] if node["@type"] == "FAQPage"]
    shown = {
        details.find("summary")[0].text: details.find("p")[0].text
        for section in page.find("section", id="faqs")
        for details in section.find("details")
    }
    assert {q["name"]: q["acceptedAnswer"]["text"] for q in faq["mainEntity"]} == shown
    assert len(shown) == 5


def test_the_data_names_the_kinds_of_things_it_should(live: Revision, client: Client) -> None:
    page = read(client.get(f"/guides/{live.slug}/").content)
    kinds = [node["@type"] for node in data(page)["@graph"]]
    assert kinds == ["EducationalOrganization", "Article", "BreadcrumbList", "Service", "FAQPage"]


def test_dates_are_those_of_the_first_and_the_live_revision(live: Revision, client: Client, now: Any) -> None:
    from datetime import timedelta

    from content import publishing

    Paragraph.objects.filter(text__startswith="Picture").delete()
    publishing.publish(guide=live.guide, by=None, now=now + timedelta(days=3))
    page = read(client.get(f"/guides/{live.slug}/").content)
    (article,) = [node for node in data(page)["@graph"] if node["@type"] == "Article"]
    assert (article["datePublished"], article["dateModified"]) == (
        "2027-01-11T15:00:00+00:00",
        "2027-01-14T15:00:00+00:00",
    )
    assert [time.attrs["datetime"] for time in page.find("time")] == ["2027-01-11", "2027-01-14"]


def test_text_cannot_end_the_data_block() -> None:
    out = jsonld.script({"name": "</script><script>alert(1)</script>&\u2028"})
    assert out.count("</script>") == 1
    assert out.count("<script") == 1
    assert json.loads(out.removeprefix('<script type="application/ld+json">').removesuffix("</script>")) == {
        "name": "</script><script>alert(1)</script>&\u2028"
    }
