"""From answers to totals and from totals to a result: the whole rule, in the open. No Django, no clock, no weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from content.quiz.edition import ROLES, Answers, Edition, Rule


class Band(StrEnum):
    """How far the roles lie apart."""

    CLEAR = "clear"
    LEANING = "leaning"
    BETWEEN = "between"
    ALL = "all"


@dataclass(frozen=True)
class Outcome:
    """`roles` are those the result names, the highest total first; `ranking` is all of them; `gap` is first to second."""

    totals: Mapping[str, int]
    ranking: tuple[str, ...]
    roles: tuple[str, ...]
    band: Band
    gap: int


def totals(edition: Edition, answers: Answers) -> dict[str, int]:
    """Points of each role: the first pick counts two, a second pick one, a skipped question nothing."""
    points = dict.fromkeys(ROLES, 0)
    for question in edition.scored:
        for worth, option in zip(worths(edition.rule), edition.chosen(answers, question), strict=False):
            points[option.role] += worth
    return points


def worths(rule: Rule) -> tuple[int, int]:
    """What the first and the second pick of a question count."""
    return rule.first, rule.second


def outcome(points: Mapping[str, int], rule: Rule) -> Outcome:
    """The result of three totals: one role when it leads by enough, else two, or all three when none stands apart."""
    ranking = tuple(sorted(ROLES, key=lambda role: (-points[role], ROLES.index(role))))
    first, second, third = (points[role] for role in ranking)
    gap = first - second
    if gap >= rule.leaning:
        band = Band.CLEAR if gap >= rule.clear else Band.LEANING
        named = ranking[:1]
    elif first - third <= rule.all_within:
        band, named = Band.ALL, ranking
    else:
        band, named = Band.BETWEEN, ranking[:2]
    return Outcome(totals=dict(points), ranking=ranking, roles=named, band=band, gap=gap)


def score(edition: Edition, answers: Answers) -> Outcome:
    """The result of a set of answers."""
    return outcome(totals(edition, answers), edition.rule)


def answered(edition: Edition, answers: Answers) -> int:
    """How many scored questions have an answer."""
    return sum(bool(edition.chosen(answers, question)) for question in edition.scored)
