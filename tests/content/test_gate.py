"""What keeps a guide from being published, in sentences."""

from typing import Any

import pytest

from content import gate
from content.errors import GateProblem

Json = dict[str, Any]


def section(taken: Json, anchor: str) -> Json:
    return next(row for row in taken["sections"] if row["anchor"] == anchor)


def sentences(taken: Json) -> list[str]:
    return [problem.sentence for problem in gate.problems(taken)]


def test_the_first_guide_is_sound(taken: Json) -> None:
    assert gate.problems(taken) == ()


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("title", "The guide has no title."),
        ("slug", "The guide has no address."),
        ("description", "The guide has no description for search engines."),
    ],
)
def test_an_empty_field_of_the_guide_is_named(taken: Json, field: str, sentence: str) -> None:
    taken["guide"][field] = ""
    assert gate.problems(taken) == (GateProblem(sentence, ("guide", taken["guide"]["row"]), field),)


def test_a_missing_cell_is_named_with_its_role_and_column(taken: Json) -> None:
    taken["cells"] = [c for c in taken["cells"] if (c["role"], c["column"]) != ("project_manager", "kpi")]
    column = next(column for column in taken["columns"] if column["key"] == "kpi")
    sentence = "The comparison table says nothing for Project Manager under “Common KPI”."
    assert gate.problems(taken) == (GateProblem(sentence, ("comparisoncolumn", column["row"])),)


def test_an_empty_cell_counts_as_missing(taken: Json) -> None:
    next(c for c in taken["cells"] if (c["role"], c["column"]) == ("tpm", "focus"))["text"] = ""
    assert sentences(taken) == [
        "The comparison table says nothing for Technical Program Manager under “Focus”.",
    ]


def test_a_table_without_columns_is_no_table(taken: Json) -> None:
    taken["columns"] = taken["cells"] = []
    assert sentences(taken) == ["The comparison table has no columns."]


def test_a_skipped_heading_level_is_named_with_both_levels(taken: Json) -> None:
    row = section(taken, "top-advantages")
    row["level"] = 4
    sentence = "“Top Advantages” is a level 4 heading right after level 2: a level is skipped."
    assert gate.problems(taken) == (GateProblem(sentence, ("section", row["row"]), "level"),)


def test_going_up_several_levels_at_once_is_no_skip(taken: Json) -> None:
    section(taken, "product-manager")["level"] = 2
    section(taken, "quick-comparison-table")["level"] = 4
    section(taken, "technical-program-manager")["level"] = 3
    assert sentences(taken) == []


def test_the_first_heading_must_be_a_chapter(taken: Json) -> None:
    section(taken, "what-are-tpm-jobs")["level"] = 3
    assert "“What Are TPM Jobs?” is a level 3 heading right after level 1: a level is skipped." in sentences(taken)


def test_a_heading_without_words_is_named_by_its_anchor(taken: Json) -> None:
    section(taken, "faqs")["heading"] = ""
    assert sentences(taken) == ["The section #faqs has no heading."]


def test_the_opening_comes_first_and_has_no_heading(taken: Json) -> None:
    opening = taken["sections"].pop(0)
    opening["heading"] = "Hello"
    taken["sections"].insert(3, opening)
    assert sentences(taken) == [
        "“Hello” stands under the title, so it must be the first section.",
        "“Hello” stands under the title, so it has no heading of its own.",
    ]


@pytest.mark.parametrize(
    ("anchor", "kind", "field", "sentence"),
    [
        ("what-are-tpm-jobs", "paragraphs", "text", "Paragraph 1 of “What Are TPM Jobs?” has no text."),
        ("top-advantages", "points", "label", "Point 1 of “Top Advantages” has no label."),
        ("how-tpm-roles-work", "steps", "text", "Step 1 of “How TPM Roles Work: Step-by-Step” has no text."),
        ("best-practices", "tips", "label", "Tip 1 of “Best Practices” has no label."),
        ("faqs", "faqs", "answer", "Question 1 of “FAQs About TPM Jobs” has no answer."),
        ("opening", "callouts", "text", "Callout 1 of “#opening” has no text."),
    ],
)
def test_a_row_without_words_is_named(taken: Json, anchor: str, kind: str, field: str, sentence: str) -> None:
    section(taken, anchor)[kind][0][field] = ""
    assert sentences(taken) == [sentence]


def test_an_empty_section_is_named(taken: Json) -> None:
    section(taken, "best-practices").update(tips=[], paragraphs=[])
    assert sentences(taken) == ["“Best Practices” is empty."]


def test_a_chapter_may_consist_of_its_parts(taken: Json) -> None:
    section(taken, "key-benefits").update(paragraphs=[])
    assert sentences(taken) == []


def test_there_is_exactly_one_short_answer(taken: Json) -> None:
    answer = section(taken, "opening")["callouts"].pop()
    assert sentences(taken) == ["The guide has no short answer; it needs exactly one."]
    section(taken, "opening")["callouts"] = [answer, answer]
    assert sentences(taken) == ["The guide has 2 short answers; it needs exactly one."]


def test_a_role_card_without_a_role_is_named(taken: Json) -> None:
    section(taken, "product-manager")["role"] = None
    assert sentences(taken) == ["“Product Manager (PM)” shows a role, but no role is chosen."]


def test_a_role_that_the_guide_does_not_compare_is_named(taken: Json) -> None:
    section(taken, "product-manager")["role"] = "designer"
    assert sentences(taken) == ["“Product Manager (PM)” shows a role that this guide does not compare."]


def test_a_role_needs_a_focus_and_its_lists(taken: Json) -> None:
    taken["roles"][0]["aspects"] = []
    assert sentences(taken) == [
        "Product Manager needs exactly one focus, and has 0.",
        "Product Manager has no responsibilities.",
        "Product Manager has no challenges.",
    ]


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        ("[there](#nowhere)", "links to #nowhere, an anchor that this guide does not have."),
        ("[there](/nowhere/)", "links to /nowhere/, a page that this site does not have."),
        (
            "[there](javascript:void)",
            "has a link to “javascript:void”, which is neither #anchor, /path/ nor https://.",
        ),
        (
            "[there](//evil.example)",
            "has a link to “//evil.example”, which is neither #anchor, /path/ nor https://.",
        ),
        ("**never closed", "has two stars ** without their partner."),
        ("[there] (#faqs) and [](#faqs)", "has a link that is not written as [words](#anchor)."),
    ],
)
def test_broken_markup_and_dead_links_are_named(taken: Json, markup: str, complaint: str) -> None:
    row = section(taken, "interview-tips")
    row["paragraphs"][0]["text"] = markup
    problems = gate.problems(taken)
    name = "“Expert Tips for Preparing for a TPM Interview”"
    where = ("paragraph", row["paragraphs"][0]["row"])
    assert GateProblem(f"{name} {complaint}", where, "text") in problems


@pytest.mark.parametrize(
    "markup", ["[x](#faq-coding)", "[x](/privacy/#cookies)", "[x](https://example.org/a)", "{phone}"]
)
def test_links_that_lead_somewhere_pass(taken: Json, markup: str) -> None:
    section(taken, "interview-tips")["paragraphs"][0]["text"] = markup
    assert sentences(taken) == []


@pytest.mark.parametrize(
    ("anchor", "other", "sentence"),
    [
        ("faqs", "challenges", "The anchor #challenges is used twice."),
        ("faqs", "faq-coding", "The anchor #faq-coding is used twice."),
        ("faqs", "challenges-h", "The anchor #challenges-h is used twice."),
        ("faqs", "main", "The anchor #main is kept for the page itself."),
        ("faqs", "", "A section or question has no anchor."),
    ],
)
def test_an_anchor_leads_to_one_place(taken: Json, anchor: str, other: str, sentence: str) -> None:
    section(taken, anchor)["anchor"] = other
    assert sentence in sentences(taken)
