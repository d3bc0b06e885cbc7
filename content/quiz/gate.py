"""What keeps an edition of the quiz from being published, in plain sentences."""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from content.errors import GateProblem
from content.quiz.edition import ROLES
from content.quiz.report import NAMES

Json = dict[str, Any]
# Totals, bands and every page say so: "8 questions", "out of 16".
SCORED, UNSCORED_MOST = 8, 2


def problems(snapshot: Json, *, facts: Collection[str]) -> tuple[GateProblem, ...]:
    """Every reason not to publish; `facts` are those that the published guide states."""
    return (*counts(snapshot), *words(snapshot), *scored(snapshot, facts), *unscored(snapshot))


def counts(snapshot: Json) -> Iterator[GateProblem]:
    """Eight questions that count, at most two that do not."""
    number = Counter(bool(row["scored"]) for row in snapshot["questions"])
    if number[True] != SCORED:
        yield GateProblem(f"The quiz promises {SCORED} scored questions and has {number[True]}.")
    if number[False] > UNSCORED_MOST:
        yield GateProblem(f"The quiz has {number[False]} questions that are not scored; at most {UNSCORED_MOST} fit.")


def words(snapshot: Json) -> Iterator[GateProblem]:
    """Every question and every answer says something, and no two answers say the same."""
    for row in snapshot["questions"]:
        where = ("quizquestion", row["row"])
        if not row["prompt"]:
            yield GateProblem(f"The question {row['key']} has no words.", where)
        labels = Counter(each["label"].casefold() for each in row["options"])
        for label, count in labels.items():
            if not label:
                yield GateProblem(f"“{row['prompt']}” has an answer without words.", where)
            elif count > 1:
                yield GateProblem(f"“{row['prompt']}” has two answers that say the same.", where)


def scored(snapshot: Json, facts: Collection[str]) -> Iterator[GateProblem]:
    """Exactly one answer for each role, so that no role is favored, and each can show the line it is drawn from."""
    for row in snapshot["questions"]:
        if not row["scored"]:
            continue
        where, prompt = ("quizquestion", row["row"]), row["prompt"]
        roles = Counter(each["role"] for each in row["options"])
        for role in ROLES:
            if roles[role] != 1:
                found = "none" if not roles[role] else str(roles[role])
                yield GateProblem(f"“{prompt}” needs exactly one answer for {NAMES[role]}, and has {found}.", where)
        for each in row["options"]:
            if each["role"] not in ROLES:
                yield GateProblem(f"The answer “{each['label']}” of “{prompt}” counts for no role.", where)
            if not each["facts"]:
                yield GateProblem(f"The answer “{each['label']}” names no fact of the guide.", where)
            for fact in each["facts"]:
                if fact not in facts:
                    sentence = (
                        f"The answer “{each['label']}” points at {fact}, which the published guide does not state."
                    )
                    yield GateProblem(sentence, where)


def unscored(snapshot: Json) -> Iterator[GateProblem]:
    """Answers that do not count choose the advice, so each has some, and none has a role."""
    for row in snapshot["questions"]:
        if row["scored"]:
            continue
        where, prompt = ("quizquestion", row["row"]), row["prompt"]
        if len(row["options"]) < 2:
            yield GateProblem(f"“{prompt}” needs at least two answers.", where)
        for each in row["options"]:
            if each["role"]:
                yield GateProblem(f"The answer “{each['label']}” is not scored, so it counts for no role.", where)
            if not each["advice"]:
                yield GateProblem(f"The answer “{each['label']}” has no advice for the result page.", where)
