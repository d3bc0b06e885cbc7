"""What the result page and the result mail say: why, what argues against it, what is hard, how to prepare."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from content.document import Document, Entry, EntryList
from content.document import Role as GuideRole
from content.inline import plain
from content.quiz import lines, scoring
from content.quiz.edition import PRODUCT_MANAGER, PROJECT_MANAGER, TPM, Answers, Edition, Option
from content.quiz.lines import Line
from content.quiz.scoring import Band, Outcome

NAMES = {PRODUCT_MANAGER: "Product Manager", PROJECT_MANAGER: "Project Manager", TPM: "Technical Program Manager"}
SHORTS = {PRODUCT_MANAGER: "PM", PROJECT_MANAGER: "PjM", TPM: "TPM"}
COLORS = {PRODUCT_MANAGER: "pm", PROJECT_MANAGER: "pjm", TPM: "tpm"}
# The guide's tips are written for TPM interviews; these carry over to the others.
TIPS = {
    TPM: ("F081", "F082", "F083", "F084", "F085", "F086"),
    PROJECT_MANAGER: ("F082", "F084", "F085"),
    PRODUCT_MANAGER: ("F082", "F085"),
}


@dataclass(frozen=True)
class Score:
    """One role in the table."""

    key: str
    name: str
    short: str
    color: str
    total: int
    named: bool


@dataclass(frozen=True)
class Reason:
    """One picked answer: to which question, for whom it counted how much, and the guide's lines it matches."""

    number: int
    prompt: str
    label: str
    role: str
    short: str
    color: str
    points: int
    second: bool
    matched: tuple[Line, ...]


@dataclass(frozen=True)
class Said:
    """A label of the guide with the words beside it, without links: they lead to places of the guide's own page."""

    label: str
    words: str


@dataclass(frozen=True)
class RolePart:
    """What is said about one role that the result names."""

    key: str
    name: str
    color: str
    hard: tuple[Said, ...]
    skills: str
    tips: tuple[Said, ...]


@dataclass(frozen=True)
class Report:
    """A result, explained."""

    outcome: Outcome
    most: int
    scores: tuple[Score, ...]
    speaks_for: tuple[Reason, ...]
    speaks_against: tuple[Reason, ...]
    skipped: tuple[str, ...]
    parts: tuple[RolePart, ...]
    runner_up: str
    flips: int
    advice: tuple[tuple[str, str], ...]
    step: str

    @property
    def band(self) -> Band:
        """How far the roles lie apart."""
        return self.outcome.band

    @property
    def names(self) -> str:
        """The roles that the result names, in words."""
        return joined([NAMES[role] for role in self.outcome.roles])

    @property
    def headline(self) -> str:
        """The result in one line."""
        return {
            Band.CLEAR: "A clear fit: {}",
            Band.LEANING: "Leaning toward {}",
            Band.BETWEEN: "Between two roles: {}",
            Band.ALL: "Close to all three roles",
        }[self.band].format(self.names)

    @property
    def summary(self) -> str:
        """The result with its figures, for one line of a timeline."""
        figures = ", ".join(f"{score.name} {score.total}" for score in self.scores)
        return f"{self.headline} ({figures}; out of {self.most})"

    @property
    def topic(self) -> str:
        """What a coaching call about this result would be about."""
        if self.band == Band.ALL:
            return "My quiz result is close to all three roles. I would like to find out which one fits me."
        if self.band == Band.BETWEEN:
            return f"My quiz result is between {self.names}. I would like to talk through which one fits me."
        return (
            f"My quiz result points to {self.names}. I would like to talk through whether it fits, and how to prepare."
        )


def make(edition: Edition, answers: Answers, guide: Document | None) -> Report:
    """The report of one set of answers; without a published guide it has its figures but none of the guide's words."""
    outcome = scoring.score(edition, answers)
    known = lines.index(guide) if guide else {}
    reasons = tuple(_reasons(edition, answers, known))
    return Report(
        outcome=outcome,
        most=edition.most,
        scores=tuple(
            Score(role, NAMES[role], SHORTS[role], COLORS[role], outcome.totals[role], role in outcome.roles)
            for role in outcome.ranking
        ),
        speaks_for=tuple(each for each in reasons if each.role in outcome.roles),
        speaks_against=tuple(each for each in reasons if each.role not in outcome.roles),
        skipped=tuple(each.prompt for each in edition.scored if not edition.chosen(answers, each)),
        parts=tuple(_part(role, guide) for role in outcome.roles),
        runner_up=NAMES[outcome.ranking[1]] if len(outcome.roles) == 1 else "",
        # One first pick that goes to the second role instead takes two from the one and gives two to the other.
        flips=math.ceil(outcome.gap / (2 * edition.rule.first)),
        advice=tuple((each.label, each.advice) for each in _unscored(edition, answers)),
        step=next((each.step for each in _unscored(edition, answers) if each.step), ""),
    )


def _reasons(edition: Edition, answers: Answers, known: Mapping[str, Line]) -> list[Reason]:
    worths = scoring.worths(edition.rule)
    return [
        Reason(
            number=number,
            prompt=question.prompt,
            label=option.label,
            role=option.role,
            short=SHORTS[option.role],
            color=COLORS[option.role],
            points=worth,
            second=place == 1,
            matched=lines.of(option.facts, known),
        )
        for number, question in enumerate(edition.scored, start=1)
        for place, (worth, option) in enumerate(zip(worths, edition.chosen(answers, question), strict=False))
    ]


def _unscored(edition: Edition, answers: Answers) -> list[Option]:
    return [option for question in edition.unscored for option in edition.chosen(answers, question)[:1]]


def _part(role: str, guide: Document | None) -> RolePart:
    row: GuideRole | None = next((each for each in guide.roles if each.key == role), None) if guide else None
    skills = row.cell("skills") if row else None
    return RolePart(
        key=role,
        name=NAMES[role],
        color=COLORS[role],
        hard=tuple(map(_said, row.challenges)) if row else (),
        skills=skills.text if skills else "",
        tips=tuple(_said(each) for each in _tips(guide) if set(each.facts) & set(TIPS[role])),
    )


def _said(row: Entry) -> Said:
    return Said(row.label, plain(row.spans))


def _tips(guide: Document | None) -> list[Entry]:
    if guide is None:
        return []
    blocks = (block for section in guide.walk() for block in section.blocks)
    return [each for block in blocks if isinstance(block, EntryList) and block.kind == "tips" for each in block.entries]


def joined(words: list[str]) -> str:
    """Words as a sentence lists them."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
