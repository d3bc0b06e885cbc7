"""The PDF says what the page says, and says to a screen reader what is what."""

import io
import re
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pypdf import PdfReader

from content import document, printing, publishing
from content.models import Guide, Paragraph, Revision, RevisionPdf
from content.renderers import pdf
from tests.content.test_facts import FACTS, without

Json = dict[str, Any]
PATH = "/guides/tpm-vs-product-vs-project-manager.pdf"
IMPRINT = pdf.Imprint(
    publisher="Tpm Institute",
    site_url="https://institute.example",
    url="https://institute.example/guides/x/",
    number=3,
    published_on=date(2027, 1, 11),
    updated_on=date(2027, 2, 3),
)


def made(snapshot: Json) -> PdfReader:
    tree = document.build(snapshot, phone=document.Phone("+1 (215) 430-2201", "tel:+12154302201"))
    return PdfReader(io.BytesIO(pdf.render(tree, IMPRINT)))


def squeezed(text: str) -> str:
    """Words without the blanks between them: where a line breaks, a PDF has none or one too many."""
    return re.sub(r"\s+", "", text)


def text_of(reader: PdfReader) -> str:
    return squeezed("".join(re.sub(r"\n[^\n]*\d+ / \d+$", "", page.extract_text()) for page in reader.pages))


def missing(reader: PdfReader) -> set[str]:
    """Ids of the facts that the PDF does not state."""
    text = text_of(reader)
    gone = set()
    for name, fact in FACTS.items():
        # A label ends with a colon, unless it is a question.
        label = f"{fact.get('label')}:".replace("?:", "?")
        phrases = [label] if "label" in fact else [fact["cell"][2]] if "cell" in fact else fact["phrases"]
        if not all(squeezed(phrase) in text for phrase in phrases):
            gone.add(name)
    return gone


def tags(reader: PdfReader) -> list[str]:
    """The structure tree in reading order."""
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif hasattr(node, "get"):
            if "/S" in node:
                found.append(str(node["/S"])[1:])
            walk(node.get("/K"))

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    return found


@pytest.fixture
def reader(taken: Json) -> PdfReader:
    return made(taken)


def test_the_pdf_states_every_fact(reader: PdfReader) -> None:
    assert missing(reader) == set()


# One of each kind of row and of each section; setting the whole guide ninety times would only take longer.
SOME = ["F001", "F010", "F013", "F020", "F039", "F058", "F063", "F072", "F077", "F081", "F088", "F097", "F101"]


@pytest.mark.parametrize("name", SOME)
def test_a_fact_taken_out_of_the_snapshot_is_missed(name: str, taken: Json) -> None:
    assert missing(made(without(taken, name))) == {name}


def test_title_language_and_marks_are_set_for_a_screen_reader(reader: PdfReader) -> None:
    root = reader.trailer["/Root"]
    assert reader.metadata and reader.metadata.title == "How TPM Jobs Compare to Product and Project Management Roles"
    assert reader.metadata.author == "Tpm Institute"
    assert root["/Lang"] == "en-US"
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value is True
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"]) is True
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_object().get_data().replace(b" ", b"")


def test_headings_go_down_one_level_at_a_time(reader: PdfReader) -> None:
    levels = [int(tag[1]) for tag in tags(reader) if re.fullmatch(r"H\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert [(a, b) for a, b in pairwise(levels) if b > a + 1] == []
    assert Counter(levels)[2] == 10  # contents and nine chapters


def test_the_table_has_headers_and_the_lists_are_lists(reader: PdfReader) -> None:
    counted = Counter(tags(reader))
    assert (counted["Table"], counted["THead"], counted["TH"], counted["TD"], counted["Caption"]) == (1, 1, 4, 12, 1)
    assert counted["LI"] == counted["LBody"] > 50
    assert counted["Link"] > 10


def test_version_and_dates_stand_in_the_file(reader: PdfReader) -> None:
    said = "Tpm Institute · Version 3 · Published January 11, 2027 · Updated February 3, 2027"
    assert squeezed(said) in text_of(reader)
    assert "Version 3 · February 3, 2027" in reader.pages[-1].extract_text()


HOSTILE = '"#]}) #panic() *x* _y_ <main> @ref $x$ \\ `raw` // /* https://x.example \u0000\u2028\u202e'


def test_whatever_an_editor_types_stays_words(taken: Json) -> None:
    for section in taken["sections"]:
        section["heading"] = section["heading"] and section["heading"] + HOSTILE
        for item in (*section["paragraphs"], *section["points"], *section["callouts"]):
            item["text"] += HOSTILE
    text = text_of(made(taken))
    assert text.count("#panic()") > 30
    assert squeezed("<main> @ref $x$") in text


def test_a_link_to_an_anchor_that_is_gone_is_words(taken: Json) -> None:
    taken["sections"][0]["paragraphs"][0]["text"] = "See [there](#gone) and [evil](javascript:alert) [own](/book/)."
    reader = made(taken)
    assert "Seethereandevilown." in text_of(reader)
    targets = {
        str(a.get_object().get("/A", {}).get("/URI", "")) for page in reader.pages for a in page.get("/Annots", [])
    }
    assert "https://institute.example/book/" in targets
    assert not any("javascript" in target for target in targets)


# --- Made once, served again and again ------------------------------------------------------------------------------------------


def test_it_is_made_with_the_publication_and_served_from_there(
    draft: Guide, client: Client, editor: User, now: datetime, django_capture_on_commit_callbacks: Any, monkeypatch: Any
) -> None:
    client.force_login(editor)
    with django_capture_on_commit_callbacks(execute=True):
        revision = publishing.publish(guide=draft, by=None, now=now)
    kept = RevisionPdf.objects.get(revision=revision)
    assert kept.made_at == now
    monkeypatch.setattr(printing, "of", lambda revision: pytest.fail("made anew"))
    answer = client.get(PATH)
    assert answer.content == bytes(kept.content)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'inline; filename="tpm-vs-product-vs-project-manager.pdf"'
    assert answer["Cache-Control"] == "private, no-store"


def test_a_reader_is_shown_the_way_to_have_it_mailed(live: Revision, client: Client) -> None:
    answer = client.get(PATH)
    assert (answer.status_code, answer["Location"]) == (302, f"/subscribe/?from={PATH.removesuffix('.pdf')}/")


def test_the_next_revision_has_a_pdf_of_its_own(live: Revision, client: Client, editor: User, now: datetime) -> None:
    client.force_login(editor)
    first = client.get(PATH).content
    Paragraph.objects.filter(text__startswith="Picture moving").update(text="Picture a bridge.")
    publishing.publish(guide=live.guide, by=None, now=now + timedelta(days=1))
    second = client.get(PATH).content
    assert "Pictureabridge." in text_of(PdfReader(io.BytesIO(second)))
    assert "Pictureabridge." not in text_of(PdfReader(io.BytesIO(first)))


def test_one_that_was_not_made_is_made_later(live: Revision, now: datetime) -> None:
    assert printing.catch_up(now=now) == 1
    assert printing.catch_up(now=now) == 0


def test_the_address_of_old_leads_to_the_new_one(live: Revision, client: Client, now: datetime) -> None:
    Guide.objects.update(slug="second")
    publishing.publish(guide=Guide.objects.get(), by=None, now=now + timedelta(hours=1))
    answer = client.get(PATH)
    assert (answer.status_code, answer["Location"]) == (301, "/guides/second.pdf")


@pytest.mark.parametrize("slug", ["nope", "..%2f", "x" * 400])
def test_a_pdf_that_is_not_there_is_not_found(live: Revision, client: Client, slug: str) -> None:
    assert client.get(f"/guides/{slug}.pdf").status_code == 404
