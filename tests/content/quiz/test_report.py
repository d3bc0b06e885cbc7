"""What a result says for itself and against itself, and where in the guide it stands."""

import random

import pytest
from django.test import Client

from content.models import QuizEdition, Revision
from content.quiz import edition as editions
from content.quiz import report
from content.quiz.edition import Edition, Picks
from content.quiz.lines import index
from content.quiz.pages import document
from content.quiz.publishing import NO_PHONE
from content.quiz.report import Report
from content.quiz.scoring import score
from tests.content.page import by_ids, read
from tests.content.quiz.conftest import PJM, PM, SCORED, TPM
from tests.content.quiz.test_scoring import random_answers


@pytest.fixture
def guide(live: Revision) -> document.Document:
    """The published guide's tree."""
    return document.build(live.snapshot, phone=NO_PHONE)


@pytest.fixture
def said(edition: QuizEdition, guide: document.Document) -> Report:
    """Five answers for TPM, one for each other role, a second pick, one question skipped, both unscored answered."""
    answers: dict[str, Picks] = {f"q{number}": (TPM,) for number in range(1, 6)}
    answers |= {"q6": (PM, TPM), "q7": (PJM,), "q9": ("student",), "q10": ("later",)}
    return report.make(editions.read(edition.snapshot), answers, guide)


def test_every_answer_stands_on_its_side_with_its_line(said: Report) -> None:
    assert [(each.number, each.role, each.points) for each in said.speaks_for] == [
        *((number, TPM, 2) for number in range(1, 6)),
        (6, TPM, 1),
    ]
    assert [(each.number, each.role, each.points) for each in said.speaks_against] == [(6, PM, 2), (7, PJM, 2)]
    (line,) = said.speaks_for[3].matched
    assert (line.text, line.anchor, line.heading) == (
        "Common KPI: Program success",
        "quick-comparison-table",
        "Quick Comparison Table",
    )
    assert [each.text.partition(":")[0] for each in said.speaks_against[1].matched] == [
        "Keeping timelines on track",
        "Managing stakeholder expectations",
    ]


def test_what_was_skipped_is_named(said: Report) -> None:
    assert said.skipped == ("A launch is at risk. What is your first move?",)


def test_hard_parts_and_preparation_are_the_guides(said: Report) -> None:
    (part,) = said.parts
    assert [each.label for each in part.hard] == [
        "Aligning multiple engineering teams",
        "Managing dependencies",
        "Handling deeply technical conversations",
    ]
    assert part.skills == "Engineering knowledge, program leadership"
    assert len(part.tips) == 6
    assert [label for label, _ in said.advice] == ["Student or new graduate", "Later"]
    assert said.step == "email"


def test_a_result_between_two_has_the_parts_of_both(edition: QuizEdition, guide: document.Document) -> None:
    answers = {f"q{number}": (PM if number % 2 else PJM,) for number in range(1, 9)}
    found = report.make(editions.read(edition.snapshot), answers, guide)
    assert found.headline == "Between two roles: Product Manager and Project Manager"
    assert [part.key for part in found.parts] == [PM, PJM]
    assert [len(part.tips) for part in found.parts] == [2, 3]
    assert found.topic.startswith("My quiz result is between Product Manager and Project Manager.")


def test_as_many_other_answers_as_it_says_would_level_the_result(quiz: Edition) -> None:
    dice = random.Random(3)
    tried = 0
    for _ in range(400):
        answers = {key: picks[:1] for key, picks in random_answers(quiz, dice).items()}
        found = report.make(quiz, answers, None)
        if not found.runner_up:
            continue
        tried += 1
        best, runner = found.outcome.ranking[:2]
        wins = [key for key, picks in answers.items() if picks == (best,)]
        fewer = score(quiz, answers | dict.fromkeys(wins[: found.flips - 1], (runner,))).totals
        enough = score(quiz, answers | dict.fromkeys(wins[: found.flips], (runner,))).totals
        assert fewer[best] > fewer[runner]
        assert enough[best] <= enough[runner]
    assert tried > 100


def test_every_line_that_is_quoted_stands_where_its_link_leads(
    client: Client, live: Revision, guide: document.Document
) -> None:
    page = by_ids(read(client.get(f"/guides/{live.slug}/").content))
    known = index(guide)
    facts = {fact for row in SCORED for each in row["options"] for fact in each["facts"]}
    assert facts
    for fact in facts:
        line = known[fact]
        # A cell's column and an entry's label stand apart from its words on the page.
        for piece in line.text.replace(": ", "|").replace("? ", "?|").split("|"):
            assert piece in page[line.anchor].text, (fact, line)


def test_without_a_guide_there_are_figures_and_no_quotes(quiz: Edition) -> None:
    found = report.make(quiz, {f"q{number}": (TPM,) for number in range(1, 9)}, None)
    assert found.summary == (
        "A clear fit: Technical Program Manager"
        " (Technical Program Manager 16, Product Manager 0, Project Manager 0; out of 16)"
    )
    assert [each.matched for each in found.speaks_for] == [()] * 8
    assert (found.parts[0].hard, found.parts[0].tips) == ((), ())
