"""An edition as plain frozen values: what is asked, what each answer counts for, and by which rule. No Django here."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from content.quiz.errors import EditionUnreadable

FORMAT = 1
PRODUCT_MANAGER, PROJECT_MANAGER, TPM = ROLES = ("product_manager", "project_manager", "tpm")
# The first answer of a question, then perhaps the second: option keys. A question that was skipped is not in it.
Picks = tuple[str, ...]
Answers = Mapping[str, Picks]


@dataclass(frozen=True)
class Rule:
    """How answers become totals and totals a result; every edition carries its own, so old results stay as they were."""

    first: int = 2
    second: int = 1
    least_answered: int = 6
    clear: int = 5
    leaning: int = 3
    all_within: int = 2


@dataclass(frozen=True)
class Option:
    """One answer. `role` and `facts` are of scored questions; `advice` and `step` of the others."""

    key: str
    label: str
    role: str = ""
    facts: tuple[str, ...] = ()
    advice: str = ""
    step: str = ""


@dataclass(frozen=True)
class Question:
    """One question with its answers in the order in which staff wrote them."""

    key: str
    prompt: str
    scored: bool
    options: tuple[Option, ...]

    def option(self, key: str) -> Option | None:
        """The answer of that key."""
        return next((option for option in self.options if option.key == key), None)

    def shown(self, seed: str) -> tuple[Option, ...]:
        """The answers as one visitor sees them: shuffled by the seed where they are scored, so that no role stands first."""
        if not self.scored:
            return self.options

        # By hash, not by a random generator, whose order another release of Python need not repeat.
        def place(option: Option) -> bytes:
            return hashlib.sha256(f"{seed}:{self.key}:{option.key}".encode()).digest()

        return tuple(sorted(self.options, key=place))


@dataclass(frozen=True)
class Edition:
    """The whole quiz in one version."""

    rule: Rule
    questions: tuple[Question, ...]

    @property
    def scored(self) -> tuple[Question, ...]:
        """The questions that count."""
        return tuple(question for question in self.questions if question.scored)

    @property
    def unscored(self) -> tuple[Question, ...]:
        """The questions that only choose the advice."""
        return tuple(question for question in self.questions if not question.scored)

    @property
    def most(self) -> int:
        """The highest total a role can reach."""
        return self.rule.first * len(self.scored)

    def chosen(self, answers: Answers, question: Question) -> tuple[Option, ...]:
        """The picked answers of one question, the first pick first; a pick that is not there, or stands twice, is none."""
        found = (question.option(key) for key in dict.fromkeys(answers.get(question.key, ())))
        return tuple(option for option in found if option is not None)[:2]


def read(snapshot: Mapping[str, Any]) -> Edition:
    """The edition that was stored; raises EditionUnreadable for a format this release does not know."""
    if snapshot.get("format") != FORMAT:
        raise EditionUnreadable(f"Edition format {snapshot.get('format')!r}, expected {FORMAT}.")
    return Edition(
        rule=Rule(**snapshot["rule"]),
        questions=tuple(
            Question(
                key=row["key"],
                prompt=row["prompt"],
                scored=row["scored"],
                options=tuple(
                    Option(
                        **{name: each[name] for name in ("key", "label", "role", "advice", "step")},
                        facts=tuple(each["facts"]),
                    )
                    for each in row["options"]
                ),
            )
            for row in snapshot["questions"]
        ),
    )
