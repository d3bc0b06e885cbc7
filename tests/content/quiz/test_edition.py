"""An edition as plain values."""

import pytest

from content.quiz.edition import Edition, read
from content.quiz.errors import EditionUnreadable
from tests.content.quiz.conftest import PJM, PM, TPM


def test_one_seed_gives_one_order_on_every_release(quiz: Edition) -> None:
    # Written down once: a stored seed must show the order that its visitor saw, for as long as the result is kept.
    shown = [[option.key for option in question.shown("0123456789abcdef")] for question in quiz.scored[:3]]
    assert shown == ORDER


ORDER = [[PJM, PM, TPM], [PM, PJM, TPM], [TPM, PJM, PM]]


def test_every_question_has_an_order_of_its_own_and_another_seed_another(quiz: Edition) -> None:
    orders = {tuple(option.key for option in question.shown(seed)) for question in quiz.scored for seed in ("a", "b")}
    assert len(orders) > 3


def test_answers_that_have_an_order_of_their_own_keep_it(quiz: Edition) -> None:
    assert [option.label for option in quiz.unscored[1].shown("0123456789abcdef")] == [
        "In the next month",
        "In 1 to 3 months",
        "Later",
        "Just exploring",
    ]


def test_a_snapshot_of_another_format_is_refused() -> None:
    with pytest.raises(EditionUnreadable):
        read({"format": 2})
