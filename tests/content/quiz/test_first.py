"""The first edition says what its source says, is seeded once, and then belongs to the editors."""

from datetime import datetime

import pytest
from django.core.management import call_command

from content.errors import GateClosed
from content.models import QuizEdition, QuizOption, QuizQuestion, Revision
from content.quiz import edition as editions
from content.quiz import first
from content.quiz.edition import Rule
from tests.content.quiz.conftest import SOURCE


def test_the_first_edition_is_its_source_word_for_word(edition: QuizEdition) -> None:
    said = [
        {
            "id": question.key,
            "prompt": question.prompt,
            "scored": question.scored,
            "options": [
                {"key": each.key, "role": each.role, "label": each.label, "facts": list(each.facts)}
                if question.scored
                else each.label
                for each in question.options
            ],
        }
        for question in editions.read(edition.snapshot).questions
    ]
    assert said == [
        {
            "id": row["id"],
            "prompt": row["prompt"].removesuffix(" (not scored)"),
            "scored": row["scored"],
            "options": row["options"],
        }
        for row in SOURCE["questions"]
    ]


def test_the_rule_is_the_sources_rule() -> None:
    rule, (clear, leaning, _) = Rule(), SOURCE["bands"]
    assert (rule.clear, rule.leaning, rule.least_answered) == (
        clear["min_gap"],
        leaning["min_gap"],
        SOURCE["min_answered"],
    )
    words = f"first pick = {rule.first} points, optional second pick = {rule.second} point"
    assert SOURCE["rule"].startswith(words)
    assert SOURCE["bands"][2]["label"].endswith(f"or all three when within {rule.all_within}")


def test_every_unscored_answer_has_advice_of_its_own(edition: QuizEdition) -> None:
    advice = [each.advice for question in editions.read(edition.snapshot).unscored for each in question.options]
    assert len(advice) == len(set(advice)) == 10
    assert min(map(len, advice)) > 60


def test_seeding_again_changes_nothing_that_editors_wrote(edition: QuizEdition, now: datetime) -> None:
    QuizQuestion.objects.filter(key="q1").update(prompt="What would you rather own?")
    assert first.ensure(now=now) is None
    assert first.seed() is False
    assert QuizQuestion.objects.get(key="q1").prompt == "What would you rather own?"
    assert (QuizEdition.objects.count(), QuizOption.objects.count()) == (1, 8 * 3 + 6 + 4)


def test_without_a_guide_the_rows_wait_and_are_published_once_it_is_there(
    db: None, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    from content import first_guide

    call_command("first_quiz")
    assert "which the published guide does not state" in capsys.readouterr().err
    assert (QuizEdition.objects.count(), QuizQuestion.objects.count()) == (0, 10)
    with pytest.raises(GateClosed):
        first.ensure(now=now)
    first_guide.ensure(now=now)
    call_command("first_quiz")
    assert capsys.readouterr().out == "Published Edition 1.\n"
    call_command("first_quiz")
    assert capsys.readouterr().out == "There is an edition already; nothing was changed.\n"


def test_every_answer_points_at_lines_of_the_first_guide(edition: QuizEdition, live: Revision) -> None:
    from content.quiz.publishing import known_facts

    named = {fact for row in SOURCE["questions"][:8] for each in row["options"] for fact in each["facts"]}
    assert named - known_facts() == set()
    assert len(named) == 32
