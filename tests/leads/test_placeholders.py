"""Staff's text is filled in by names alone; whatever else looks like code is text."""

import pytest
from django.db import transaction

from leads import emails, first_sequence, letters, placeholders
from leads.models import Lead, SequenceStep

VALUES = {"name": "Alice {phone}", "phone": "+1 215", "secret": "no"}


@pytest.mark.parametrize(
    ("text", "filled", "reported"),
    [
        ("Hello {name}, call {phone}.", "Hello Alice {phone}, call +1 215.", []),
        ("{{ settings.SECRET_KEY }}", "{{ settings.SECRET_KEY }}", ["{ settings.SECRET_KEY }}"]),
        ("{x.__class__}", "{x.__class__}", ["{x.__class__}"]),
        ("%(x)s", "%(x)s", ["%(x)s"]),
        ("{% load x %}", "{% load x %}", ["{% load x %}"]),
        ("{0.__init__.__globals__}", "{0.__init__.__globals__}", ["{0.__init__.__globals__}"]),
        ("{secret} {nmae} {secret}", "{secret} {nmae} {secret}", ["{secret}", "{nmae}"]),
        ("{name!r} {name:>9999999}", "{name!r} {name:>9999999}", ["{name!r}", "{name:>9999999}"]),
        ("50% { or } {}", "50% { or } {}", ["{ or }", "{}"]),
    ],
)
def test_only_known_names_are_filled_and_the_rest_is_kept_and_reported(
    text: str, filled: str, reported: list[str]
) -> None:
    assert placeholders.fill(text, VALUES) == filled
    assert placeholders.unknown(text) == reported


def test_a_letter_has_paragraphs_lists_headings_and_a_button() -> None:
    body = "Hello {name},\nhow are you?\n\n## Next\n- one\n- two\nAnd more.\n\n[Book {phone}]({phone})\n\n[Go](https://a.example/x)"
    filled = {"name": "- not a list", "phone": "https://b.example/"}
    assert [(block.kind, block.lines, block.url) for block in letters.blocks(body, filled)] == [
        ("text", ("Hello - not a list,", "how are you?"), ""),
        ("heading", ("Next",), ""),
        ("list", ("one", "two"), ""),
        ("text", ("And more.",), ""),
        ("button", ("Book https://b.example/",), "https://b.example/"),
        ("button", ("Go",), "https://a.example/x"),
    ]


def test_a_button_leads_nowhere_but_to_a_web_page() -> None:
    for body in ("[x](javascript:alert(1))", "[x]({name})", "[x](data:text/html,x)"):
        assert [block.kind for block in letters.blocks(body, {"name": "javascript:alert(1)"})] == ["text"]


@pytest.mark.django_db
def test_the_five_first_letters_use_only_what_is_known() -> None:
    assert [first_sequence.write(), first_sequence.write()] == [True, False]
    steps = list(SequenceStep.objects.all())
    assert len(steps) == 5
    assert [placeholders.unknown(step.subject + step.body) for step in steps] == [[]] * 5
    for step in steps:
        mail = emails.preview(step)
        assert "Hello there," in mail.text
        assert "{" not in mail.text.replace("{first_name}", "")


@pytest.mark.django_db
def test_a_hostile_name_is_a_name_in_a_letter() -> None:
    with transaction.atomic():
        first_sequence.write()
    lead = Lead(name="<b>Click</b> http://evil.example", email="a@example.org")
    mail = emails.preview(SequenceStep(subject="{first_name}", body="{name}", position=1), lead)
    assert "http://evil.example" not in mail.text + mail.html
    assert "<b>Click" not in mail.html
