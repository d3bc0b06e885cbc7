"""What a link once led to, it leads to still."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from content import printing, publishing
from content.models import FAQ, Guide, Revision, Role, Section
from tests.content.page import Element, by_ids, read

GUIDE = "/guides/tpm-vs-product-vs-project-manager/"


def again(guide: Guide, now: datetime, hours: int = 1) -> Revision:
    return publishing.publish(guide=guide, by=None, now=now + timedelta(hours=hours))


def holder(page: Element, anchor: str) -> str:
    """The section or question that an anchor stands in."""
    (found,) = (
        e.attrs["id"]
        for e in page.walk()
        if e.tag in {"section", "details"}
        and anchor in {a.attrs.get("id") for a in e.find("span", class_="was")}
        and not any(
            inner is not e
            and inner.tag in {"section", "details"}
            and any(a.attrs.get("id") == anchor for a in inner.find("span"))
            for inner in e.walk()
        )
    )
    return found


def test_an_anchor_that_was_renamed_leads_to_its_section_and_question(
    live: Revision, client: Client, now: datetime
) -> None:
    Section.objects.filter(anchor="key-benefits").update(anchor="benefits")
    FAQ.objects.filter(anchor="faq-coding").update(anchor="faq-code")
    again(live.guide, now)
    Section.objects.filter(anchor="benefits").update(anchor="why-tpm")
    again(live.guide, now, 2)
    page = read(client.get(GUIDE).content)
    ids = by_ids(page)
    assert {"why-tpm", "benefits", "key-benefits", "faq-code", "faq-coding"} <= set(ids)
    assert holder(page, "key-benefits") == holder(page, "benefits") == "why-tpm"
    assert holder(page, "faq-coding") == "faq-code"


def test_an_old_anchor_gives_way_to_one_that_is_used_anew(live: Revision, client: Client, now: datetime) -> None:
    Section.objects.filter(anchor="key-benefits").update(anchor="benefits")
    again(live.guide, now)
    Section.objects.filter(anchor="challenges").update(anchor="key-benefits")
    again(live.guide, now, 2)
    page = read(client.get(GUIDE).content)
    assert by_ids(page)["key-benefits"].tag == "section"
    assert holder(page, "challenges") == "key-benefits"


def test_a_link_inside_the_guide_may_still_name_the_old_anchor(live: Revision, client: Client, now: datetime) -> None:
    Section.objects.filter(anchor="how-tpm-roles-work").update(anchor="steps")
    again(live.guide, now)  # the gate knows that the old one still leads there
    assert client.get(GUIDE).status_code == 200


def test_an_old_address_of_a_role_leads_to_the_new_one_once(live: Revision, client: Client, now: datetime) -> None:
    for hours, slug in enumerate(["tpm", "tech-program-manager"], start=1):
        Role.objects.filter(key="tpm").update(slug=slug)
        again(live.guide, now, hours)
    for old in ("technical-program-manager", "tpm"):
        answer = client.get(f"/roles/{old}/")
        assert (answer.status_code, answer["Location"]) == (301, "/roles/tech-program-manager/")
    assert client.get("/roles/tech-program-manager/").status_code == 200


@pytest.mark.parametrize("slug", ["nope", "x" * 300, "..%2f"])
def test_a_role_that_never_was_is_not_found(live: Revision, client: Client, slug: str) -> None:
    assert client.get(f"/roles/{slug}/").status_code == 404


def test_there_may_be_several_guides_and_the_index_lists_them_in_order(
    live: Revision, client: Client, now: datetime
) -> None:
    other = Guide.objects.create(slug="second", title="A second guide", description="More.", order=0)
    Guide.objects.filter(pk=live.guide_id).update(order=1)
    section = Section.objects.create(guide=other, level=2, heading="One", anchor="one")
    section.paragraphs.create(text="Words.")
    section.callouts.create(kind="answer", text="Yes.")
    publishing.publish(guide=other, by=None, now=now)
    page = read(client.get("/guides/").content)
    assert [h2.text for h2 in page.find("h2")] == ["A second guide", live.title]
    assert "Words." in read(client.get("/guides/second/").content).text
    assert printing.ensure(other.revisions.get(), now=now).content[:5] == b"%PDF-"
