"""Each thing that keeps an edition from being published, in the sentence an editor reads."""

from collections.abc import Callable
from typing import Any

import pytest

from content.models import QuizEdition
from content.quiz import gate, publishing

Json = dict[str, Any]


@pytest.fixture
def problems(edition: QuizEdition) -> Callable[[Callable[[Json], None]], list[str]]:
    """What the gate says of the first edition after something was done to it."""

    def ask(change: Callable[[Json], None]) -> list[str]:
        snapshot = edition.snapshot
        change(snapshot)
        return [problem.sentence for problem in gate.problems(snapshot, facts=publishing.known_facts())]

    return ask


def question(snapshot: Json, key: str) -> Json:
    return next(row for row in snapshot["questions"] if row["key"] == key)


def set_option(key: str, place: int, **values: Any) -> Callable[[Json], None]:
    return lambda s: question(s, key)["options"][place].update(values)


def test_the_first_edition_passes(problems: Any) -> None:
    assert problems(lambda snapshot: None) == []


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        (lambda s: s["questions"].pop(0), ["The quiz promises 8 scored questions and has 7."]),
        (
            lambda s: s["questions"].append(dict(question(s, "q9"), key="q11")),
            ["The quiz has 3 questions that are not scored; at most 2 fit."],
        ),
        (lambda s: question(s, "q1").update(prompt=""), ["The question q1 has no words."]),
        (
            lambda s: question(s, "q4")["options"].pop(2),
            [
                "“Which result would you be proudest to be measured by?” needs exactly one answer for"
                " Technical Program Manager, and has none."
            ],
        ),
        (
            set_option("q4", 2, role="product_manager"),
            [
                "“Which result would you be proudest to be measured by?” needs exactly one answer for"
                " Product Manager, and has 2.",
                "“Which result would you be proudest to be measured by?” needs exactly one answer for"
                " Technical Program Manager, and has none.",
            ],
        ),
        (
            lambda s: question(s, "q4")["options"].append(
                {"key": "x", "label": "None", "role": "", "facts": ["F040"], "advice": "", "step": ""}
            ),
            ["The answer “None” of “Which result would you be proudest to be measured by?” counts for no role."],
        ),
        (set_option("q4", 0, label=""), ["“Which result would you be proudest to be measured by?” has an answer without words."]),
        (
            set_option("q4", 0, label="the work lands on time"),
            ["“Which result would you be proudest to be measured by?” has two answers that say the same."],
        ),
        (set_option("q4", 0, facts=[]), ["The answer “People adopt the product” names no fact of the guide."]),
        (
            set_option("q4", 0, facts=["F040", "F999"]),
            ["The answer “People adopt the product” points at F999, which the published guide does not state."],
        ),
        (lambda s: question(s, "q10").update(options=[]), ["“When would you like to interview?” needs at least two answers."]),
        (set_option("q10", 2, role="tpm"), ["The answer “Later” is not scored, so it counts for no role."]),
        (set_option("q10", 2, advice=""), ["The answer “Later” has no advice for the result page."]),
    ],
)  # fmt: skip
def test_what_is_in_the_way_is_said(problems: Any, change: Any, sentences: list[str]) -> None:
    assert problems(change) == sentences
