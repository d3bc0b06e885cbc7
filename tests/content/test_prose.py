"""Rich text: what an editor means is kept, what an attacker sends comes out as words or not at all."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from content import inline, prose
from content.admin.prose import ProseField
from content.inline import SAFE
from content.models import Guide, Paragraph
from content.renderers import html

ATTACKS: list[str] = json.loads((Path(__file__).parents[1] / "data" / "rich_text_attacks.json").read_text())


class Tags(HTMLParser):
    """Every tag with its attributes, and whatever is no element and no words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.other: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def faults(text: str, *tags: str) -> list[object]:
    """What is neither words nor an allowed element with an allowed address."""
    read = Tags(text)
    wrong: list[object] = list(read.other)
    for tag, attrs in read.found:
        address = attrs.get("href") or ""
        safe = tag != "a" or SAFE.match(address) or address == ""
        if tag not in tags or set(attrs) - {"href"} or not safe:
            wrong.append((tag, attrs))
    return wrong


def shown(markup: str) -> str:
    return "".join(html.spans(inline.parse(line)) for line in markup.splitlines())


def test_there_are_enough_attacks() -> None:
    assert len(ATTACKS) == len(set(ATTACKS)) >= 150


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_an_attack_is_cleaned_on_save_and_on_render(attack: str) -> None:
    for lines in (False, True):
        kept = prose.from_html(attack, lines=lines)
        assert faults(shown(kept), "strong", "a") == []
        # What goes back into the editor is as harmless, and saving it again changes nothing more.
        assert faults(prose.to_html(kept), "p", "strong", "a") == []
    # Rows that no form has seen: an import, an older release, somebody at the database.
    assert faults(shown(attack), "strong", "a") == []
    assert faults(prose.to_html(attack), "p", "strong", "a") == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<p>One <strong>two</strong> three</p>", "One **two** three"),
        ("<p>One<strong> two </strong>three</p>", "One **two** three"),
        ('<p>See <a href="#faqs">the questions</a>.</p>', "See [the questions](#faqs)."),
        ('<p><a href="/book/"><strong>Book</strong></a></p>', "[Book](/book/)"),
        ('<p><strong>Go <a href="/book/">book</a> now</strong></p>', "**Go** [book](/book/) now"),
        ('<p><a href="https://x.example/a(b)">x [1]</a></p>', "[x (1)](https://x.example/a%28b%29)"),
        ("<p>5 * 3 &lt; 20 &amp; true</p>", "5 * 3 < 20 & true"),
        ("<p>a</p><p></p><p>b<br>c</p>", "a\nb\nc"),
        ("<p>Call {phone} now</p>", "Call {phone} now"),
        ("New words.", "New words."),
        ("<p></p>", ""),
        ("<p><em>soft</em> <u>under</u> <h2>big</h2></p>", "soft under\nbig"),
        ("<p><strong>**</strong>a</p>", "**a"),
    ],
)
def test_what_an_editor_means_is_kept(sent: str, kept: str) -> None:
    assert prose.from_html(sent, lines=True) == kept


@pytest.mark.parametrize(
    "markup",
    [
        "One **two** three",
        "See [the questions](#faqs), [book](/book/) & [read](https://x.example/?a=1&b=2).",
        "**Strong** [link](#x)**strong**",
        "First line\nSecond **line**",
        "Call {phone}: 5 < 6 > 4 \"quoted\" 'single'",
        "",
    ],
)
def test_opening_and_saving_changes_nothing(markup: str) -> None:
    assert prose.from_html(prose.to_html(markup), lines=True) == markup
    assert not ProseField(lines=True, required=False).has_changed(markup, prose.to_html(markup))


@pytest.mark.django_db
def test_every_text_of_the_first_guide_survives_the_editor(draft: Guide) -> None:
    for paragraph in Paragraph.objects.all():
        assert prose.from_html(prose.to_html(paragraph.text), lines=True) == " ".join(paragraph.text.split())


@pytest.mark.django_db
def test_the_admin_shows_the_editor_and_keeps_markup(draft: Guide, editor: object, client: Client) -> None:
    client.force_login(editor)  # type: ignore[arg-type]
    paragraph = Paragraph.objects.get(facts="F080")
    address = reverse("admin:content_paragraph_change", args=[paragraph.pk])
    page = client.get(address).content.decode()
    assert "data-django-prose-editor-configurable" in page
    assert "django_prose_editor/configurable" in page
    sent = '<p>New <strong>words</strong> <a href="javascript:alert(1)">here</a><img src=x onerror=alert(1)></p>'
    client.post(address, {"section": paragraph.section_id, "text": sent, "facts": "F080", "order": 1})
    paragraph.refresh_from_db()
    assert paragraph.text == "New **words** here"
