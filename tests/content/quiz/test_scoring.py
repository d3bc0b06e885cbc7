"""Two points, one point, none: and nobody is favored."""

import random
from collections import Counter

import pytest

from content.quiz.edition import Edition, Picks, Rule
from content.quiz.scoring import Band, answered, outcome, score, totals
from tests.content.quiz.conftest import PJM, PM, ROLES, TPM, by_hand


def test_a_first_pick_counts_two_a_second_one_a_skipped_question_nothing(quiz: Edition) -> None:
    answers = {"q1": (TPM,), "q2": (TPM, PM), "q5": (PJM, PM)}
    assert totals(quiz, answers) == {PM: 2, PJM: 2, TPM: 4}
    assert answered(quiz, answers) == 3


@pytest.mark.parametrize(
    ("picks", "expected"),
    [
        ((TPM, TPM), {PM: 0, PJM: 0, TPM: 2}),
        ((TPM, PM, PJM), {PM: 1, PJM: 0, TPM: 2}),
        (("nobody",), {PM: 0, PJM: 0, TPM: 0}),
        (("nobody", PM), {PM: 2, PJM: 0, TPM: 0}),
        ((), {PM: 0, PJM: 0, TPM: 0}),
    ],
)
def test_a_pick_counts_once_and_what_is_no_answer_not_at_all(
    quiz: Edition, picks: Picks, expected: dict[str, int]
) -> None:
    assert totals(quiz, {"q1": picks}) == expected


def test_unscored_questions_never_change_the_result(quiz: Edition) -> None:
    answers = {f"q{number}": (TPM,) for number in range(1, 7)}
    for start in quiz.unscored[0].options:
        for when in quiz.unscored[1].options:
            assert score(quiz, {**answers, "q9": (start.key,), "q10": (when.key,)}) == score(quiz, answers)


@pytest.mark.parametrize(
    ("points", "band", "named"),
    [
        ((16, 0, 0), Band.CLEAR, [PM]),
        ((10, 5, 1), Band.CLEAR, [PM]),
        ((5, 10, 1), Band.CLEAR, [PJM]),
        ((9, 5, 2), Band.LEANING, [PM]),
        ((3, 3, 6), Band.LEANING, [TPM]),
        ((8, 6, 2), Band.BETWEEN, [PM, PJM]),
        ((2, 8, 8), Band.BETWEEN, [PJM, TPM]),
        ((4, 5, 7), Band.BETWEEN, [TPM, PJM]),
        ((5, 5, 6), Band.ALL, [TPM, PM, PJM]),
        ((4, 6, 5), Band.ALL, [PJM, TPM, PM]),
        ((6, 4, 4), Band.ALL, [PM, PJM, TPM]),
        ((5, 5, 5), Band.ALL, [PM, PJM, TPM]),
    ],
)
def test_bands(points: tuple[int, int, int], band: Band, named: list[str]) -> None:
    found = outcome(dict(zip(ROLES, points, strict=True)), Rule())
    assert (found.band, list(found.roles)) == (band, named)


def random_answers(quiz: Edition, dice: random.Random) -> dict[str, Picks]:
    """A visitor who picks blindly: six to eight questions, now and then a second pick."""
    asked = dice.sample(quiz.scored, dice.randint(quiz.rule.least_answered, len(quiz.scored)))
    return {
        question.key: tuple(each.key for each in dice.sample(question.options, 2 if dice.random() < 0.3 else 1))
        for question in asked
    }


def test_each_role_wins_within_one_percentage_point_of_the_others(quiz: Edition) -> None:
    runs, dice = 20_000, random.Random(7)
    won: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for _ in range(runs):
        answers = random_answers(quiz, dice)
        found = score(quiz, answers)
        assert found.totals == by_hand({key: list(picks) for key, picks in answers.items()})
        named.update(found.roles)
        if len(found.roles) == 1:
            won.update(found.roles)
    for counted in (won, named):
        shares = [100 * counted[role] / runs for role in ROLES]
        assert max(shares) - min(shares) < 1, shares
    assert sum(won.values()) > runs / 4


def test_whoever_always_takes_the_first_answer_shown_favors_no_role(quiz: Edition) -> None:
    runs, dice = 6_000, random.Random(11)
    points: Counter[str] = Counter()
    for _ in range(runs):
        seed = f"{dice.getrandbits(64):016x}"
        points.update(question.shown(seed)[0].role for question in quiz.scored)
    shares = [100 * points[role] / (runs * len(quiz.scored)) for role in ROLES]
    assert max(shares) - min(shares) < 1, shares
