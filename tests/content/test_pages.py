"""Home, guide and privacy as pages."""

import re
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from content import publishing
from content.models import Guide, Paragraph, Revision
from mail.models import Institute
from tests.content.page import HEADINGS, Element, by_ids, cells, read

GUIDE = "/guides/tpm-vs-product-vs-project-manager/"
ROLE = "/roles/technical-program-manager/"
PAGES = ("/", "/guides/", GUIDE, ROLE, "/privacy/")
CONTENTS = [
    ("What Are TPM Jobs?", "#what-are-tpm-jobs"),
    ("Product Manager vs. Project Manager vs. TPM", "#product-vs-project-vs-tpm"),
    ("Why Understanding These Differences Matters", "#why-differences-matter"),
    ("Key Benefits of Pursuing TPM Jobs", "#key-benefits"),
    ("Challenges in TPM, Product, and Project Roles", "#challenges"),
    ("How TPM Roles Work (Step-by-Step)", "#how-tpm-roles-work"),
    ("Expert Tips to Prepare for a TPM Interview", "#interview-tips"),
    ("FAQs", "#faqs"),
]
OUTLINE = [
    ("h2", "What Are TPM Jobs?"),
    ("h3", "Why TPM Jobs Matter in the USA Tech Industry"),
    ("h2", "Product Manager vs. Project Manager vs. TPM"),
    ("h3", "Product Manager (PM)"),
    ("h3", "Project Manager (PjM)"),
    ("h3", "Technical Program Manager (TPM)"),
    ("h3", "Quick Comparison Table"),
    ("h2", "Why Understanding These Differences Matters"),
    ("h2", "Key Benefits of Pursuing TPM Jobs"),
    ("h3", "Top Advantages"),
    ("h3", "Why Employers Value TPMs"),
    ("h2", "Common Challenges in TPM, Product, and Project Roles"),
    ("h3", "TPM Challenges"),
    ("h3", "Product Manager Challenges"),
    ("h3", "Project Manager Challenges"),
    ("h2", "How TPM Roles Work: Step-by-Step"),
    ("h3", "Technical Scoping"),
    ("h3", "Program Planning"),
    ("h3", "Cross-Functional Execution"),
    ("h3", "Monitoring and Reporting"),
    ("h3", "Program Delivery"),
    ("h2", "Expert Tips for Preparing for a TPM Interview"),
    ("h3", "Best Practices"),
    ("h2", "FAQs About TPM Jobs"),
    ("h3", "Are TPM Jobs more technical than Project Management roles?"),
    ("h3", "Is product management a better career than TPM?"),
    ("h3", "Do TPM Interviews include coding?"),
    ("h3", "Can Project Managers transition into TPM Jobs?"),
    ("h3", "What industries hire TPMs in the USA?"),
    ("h2", "Choose Your Role, Then Prepare for It"),
    ("h2", "Questions from readers"),
]


@pytest.fixture
def read_guide(live: Revision, client: Client) -> Element:
    """The guide's page."""
    return read(client.get(GUIDE).content)


def headings(page: Element) -> list[Element]:
    return [element for element in page.walk() if element.tag in HEADINGS]


# --- What the guide's page is made of --------------------------------------------------------------------------------------


def test_the_guide_has_its_headings_as_given(read_guide: Element) -> None:
    page = read_guide
    (article,) = page.find("article")
    assert [(heading.tag, heading.text) for heading in headings(article)] == OUTLINE
    assert [h1.text for h1 in page.find("h1")] == ["How TPM Jobs Compare to Product and Project Management Roles"]


def test_the_contents_list_has_its_labels_in_order_and_leads_to_the_chapters(read_guide: Element) -> None:
    page = read_guide
    (toc,) = page.find("nav", aria_labelledby="contents-title")
    assert [(a.text, a.attrs["href"]) for a in toc.find("a")] == CONTENTS
    ids = by_ids(page)
    assert [ids[href[1:]].tag for _, href in CONTENTS] == ["section"] * len(CONTENTS)


def test_the_answer_comes_before_everything_else_in_three_lines(read_guide: Element) -> None:
    page = read_guide
    (main,) = page.find("main")
    text = main.text
    assert text.index("The short answer") < text.index("Contents") < text.index("Anyone drawn to")
    (answer,) = page.find("div", class_="answer")
    assert len(answer.find("p")) == 1 + 3


def test_the_table_is_one_a_screen_reader_can_walk(read_guide: Element) -> None:
    page = read_guide
    (region,) = page.find("div", role="region")
    (table,) = region.find("table")
    (caption,) = table.find("caption")
    assert region.attrs["tabindex"] == "0"
    assert region.attrs["aria-labelledby"] == caption.attrs["id"]
    assert caption.text == "The three roles side by side"
    assert [th.text for th in table.find("th", scope="col")] == ["Role", "Focus", "Skills Required", "Common KPI"]
    assert len(cells(table)) == 9
    assert cells(table)["Project Manager", "Common KPI"] == "On-time delivery"


def test_questions_are_details_with_anchors_of_their_own(read_guide: Element) -> None:
    page = read_guide
    faqs = by_ids(page)["faqs"]
    assert [details.attrs["id"] for details in faqs.find("details")] == [
        "faq-more-technical",
        "faq-better-career",
        "faq-coding",
        "faq-transition",
        "faq-industries",
    ]


def test_anchors_stay_when_headings_and_order_change(live: Revision, client: Client, now: datetime) -> None:
    before = set(by_ids(read(client.get(GUIDE).content)))
    for section in live.guide.sections.filter(level=2):
        section.heading, section.order = f"{section.heading} Anew", section.order
        section.save()
    publishing.publish(guide=live.guide, by=None, now=now + timedelta(hours=1))
    assert set(by_ids(read(client.get(GUIDE).content))) == before


def test_the_page_leads_to_booking_to_the_guide_by_email_and_to_the_telephone(read_guide: Element) -> None:
    page = read_guide
    (main,) = page.find("main")
    amber = [a for a in main.find("a") if "btn-main" in a.attrs.get("class", "")]
    assert [(a.text, a.attrs["href"]) for a in amber] == [("Book a coaching call", "/book/")]
    mailed = [a.text for a in main.find("a", href=f"/subscribe/?from={GUIDE}")]
    assert mailed == ["Get the guide by email", "Get it as a PDF by email"]
    assert [a.text for a in main.find("a", href="tel:+12154302201")] == ["+1 (215) 430-2201"]


def test_the_number_in_the_prose_is_the_institutes_of_today(live: Revision, client: Client) -> None:
    Institute.objects.create(pk=1, phone="+12155550123")
    main = read(client.get(GUIDE).content).find("main")[0]
    assert [a.attrs["href"] for a in main.find("a") if a.attrs["href"].startswith("tel:")] == ["tel:+12155550123"]


def test_the_quiz_is_offered_above_the_contents_and_after_the_table(live: Revision, client: Client) -> None:
    html = client.get(GUIDE).content.decode()
    above, after = (place.start() for place in re.finditer('class="quiz-offer"', html))
    assert (
        above < html.index('id="contents-title"') < html.index("</table>") < after < html.index('id="why-differences')
    )
    assert read(client.get(ROLE).content).find("main")[0].find("a", href="/quiz/") != []


def test_the_prose_counts_nothing_down_and_names_no_money(live: Revision, client: Client) -> None:
    (article,) = read(client.get(GUIDE).content).find("article")
    assert re.findall(r"[$€£%]|\b20\d\d\b", article.text) == []


# --- What search engines and previews read ---------------------------------------------------------------------------------


def test_the_head_of_the_guide_says_what_it_is(read_guide: Element) -> None:
    page = read_guide
    (head,) = page.find("head")
    url = "http://testserver" + GUIDE
    assert [link.attrs["href"] for link in head.find("link", rel="canonical")] == [url]
    (title,) = head.find("title")
    assert title.children == ["How TPM Jobs Compare to Product and Project Management Roles · Tpm Institute"]
    (description,) = head.find("meta", name="description")
    assert 120 < len(description.attrs["content"]) <= 160
    graph = {meta.attrs["property"]: meta.attrs["content"] for meta in head.find("meta") if "property" in meta.attrs}
    assert graph["og:type"] == "article"
    assert graph["og:url"] == url
    assert graph["og:title"] == "How TPM Jobs Compare to Product and Project Management Roles"
    assert graph["og:description"] == description.attrs["content"]
    assert graph["og:image"].startswith("http://testserver/static/content/card")


@pytest.mark.parametrize("path", PAGES)
def test_addresses_in_the_head_come_from_the_setting(live: Revision, client: Client, settings: Any, path: str) -> None:
    settings.SITE_URL = "https://institute.example"
    settings.ALLOWED_HOSTS = ["other.example"]
    page = read(client.get(path, headers={"host": "other.example"}).content)
    (link,) = page.find("link", rel="canonical")
    assert link.attrs["href"] == f"https://institute.example{path}"
    assert "other.example" not in client.get(path, headers={"host": "other.example"}).content.decode()


# --- What is true of every page of the room -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_h1_and_never_skips_a_heading_level(live: Revision, client: Client, path: str) -> None:
    levels = [int(heading.tag[1]) for heading in headings(read(client.get(path).content))]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert [(a, b) for a, b in pairwise(levels) if b > a + 1] == []


@pytest.mark.parametrize("path", PAGES)
def test_every_anchor_of_a_page_is_there_once(live: Revision, client: Client, path: str) -> None:
    page = read(client.get(path).content)
    ids = by_ids(page)  # asserts that each stands once
    inner = {a.attrs["href"][1:] for a in page.find("a") if a.attrs.get("href", "").startswith("#")}
    named = {
        name
        for element in page.walk()
        for key in ("aria-labelledby", "aria-describedby", "for")
        for name in element.attrs.get(key, "").split()
    }
    assert (inner | named) - set(ids) == set()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_sets_no_cookie_and_never_reads_the_session(live: Revision, client: Client, path: str) -> None:
    client.cookies["sessionid"] = "x" * 32
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    assert response.status_code == 200
    assert response.cookies == {}
    assert "Cookie" not in response.get("Vary", "")
    # Kept pages are answered before there is a session at all.
    assert path.startswith(("/guides/", "/roles/")) or response.wsgi_request.session.accessed is False
    assert [query["sql"] for query in queries if "session" in query["sql"] or "auth_user" in query["sql"]] == []
    assert b"csrfmiddlewaretoken" not in response.content


@pytest.mark.parametrize(("path", "number"), [("/", 2), (GUIDE, 6), ("/privacy/", 1)])
def test_a_page_takes_the_same_few_queries_however_much_there_is(
    live: Revision, client: Client, path: str, number: int, now: datetime
) -> None:
    with CaptureQueriesContext(connection) as first:
        client.get(path)
    section = live.guide.sections.get(anchor="interview-tips")
    for step in range(3):
        Paragraph.objects.create(section=section, text=f"More {step}.", order=10 + step)
        publishing.publish(guide=live.guide, by=None, now=now + timedelta(hours=step + 1))
    with CaptureQueriesContext(connection) as later:
        client.get(path)
    assert len(first) == len(later) == number


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_nothing_that_the_strict_policy_forbids(live: Revision, client: Client, path: str) -> None:
    html = client.get(path).content.decode()
    page = read(html)
    for element in page.walk():
        assert "style" not in element.attrs, element
        assert [name for name in element.attrs if name.startswith("on")] == []
        for name in ("href", "src"):
            assert not element.attrs.get(name, "").startswith(("data:", "javascript:", "//"))
    run = [script for script in page.find("script") if script.attrs.get("type") != "application/ld+json"]
    assert [script for script in run if script.children or not script.attrs.get("src")] == []
    assert page.find("style") == []


@pytest.mark.parametrize("path", PAGES)
def test_pages_answer_get_and_head_only(live: Revision, client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
    assert client.head(path).status_code == 200


# --- Addresses -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", ["nope", "tpm", "x" * 500, "%00", "%FF", "..%2f", "<script>", "1'OR'1"])
def test_an_unknown_guide_is_not_found(live: Revision, client: Client, slug: str) -> None:
    assert client.get(f"/guides/{slug}/").status_code == 404


def test_a_draft_is_not_found(draft: Guide, client: Client) -> None:
    assert client.get(GUIDE).status_code == 404


def test_an_old_address_leads_to_the_new_one_once(live: Revision, client: Client, now: datetime) -> None:
    for hours, slug in enumerate(["second", "third"], start=1):
        Guide.objects.update(slug=slug)
        publishing.publish(guide=Guide.objects.get(), by=None, now=now + timedelta(hours=hours))
    for old in (live.slug, "second"):
        response = client.get(f"/guides/{old}/")
        assert (response.status_code, response["Location"]) == (301, "/guides/third/")
    assert client.get("/guides/third/").status_code == 200
