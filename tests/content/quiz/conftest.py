"""The first edition, as plain values and published; answers as a visitor's form brings them."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from content.models import QuizEdition, QuizResult, Revision
from content.quiz import first, links
from content.quiz.edition import Edition, Option, Question, Rule
from leads import abuse
from mail import clock

SOURCE: dict[str, Any] = json.loads((Path(__file__).parents[2] / "data" / "quiz.json").read_text("utf-8"))
SCORED = [row for row in SOURCE["questions"] if row["scored"]]
COUNTS_FOR = {(row["id"], each["key"]): each["role"] for row in SCORED for each in row["options"]}
PM, PJM, TPM = ROLES = ("product_manager", "project_manager", "tpm")
Give = Callable[..., dict[str, str]]
Take = Callable[..., str]


class Clock:
    """The one clock of the site, standing where a test puts it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def forward(self, **by: float) -> datetime:
        """Move on and return the new time."""
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Clock:
    """mail.clock.now() answers with `stopped.now`."""
    held = Clock(now)
    monkeypatch.setattr(clock, "now", lambda: held.now)
    return held


@pytest.fixture(scope="session")
def quiz() -> Edition:
    """The first edition, read from the tests' own copy of its source."""
    return Edition(
        Rule(),
        tuple(
            Question(
                row["id"],
                row["prompt"],
                row["scored"],
                tuple(
                    Option(each["key"], each["label"], each["role"], tuple(each["facts"]))
                    if isinstance(each, dict)
                    else Option(f"o{place}", each)
                    for place, each in enumerate(row["options"])
                ),
            )
            for row in SOURCE["questions"]
        ),
    )


@pytest.fixture
def edition(live: Revision, now: datetime) -> QuizEdition:
    """The first guide and the first edition, published."""
    published = first.ensure(now=now)
    assert published is not None
    return published


@pytest.fixture
def give(now: datetime) -> Give:
    """A filled form, a minute after it was opened: one role a question, in order, "" for a skipped one."""

    def fill(roles: list[str] | None = None, **other: str) -> dict[str, str]:
        picks = {f"pick-q{number}": role for number, role in enumerate(roles or [], start=1) if role}
        return {
            "form_time": abuse.form_time(now - timedelta(minutes=1)),
            "company_website": "",
            "edition": "1",
            "seed": "0123456789abcdef",
            **picks,
            **{name.replace("__", "-"): value for name, value in other.items()},
        }

    return fill


@pytest.fixture
def take(edition: QuizEdition, stopped: Clock, client: Client, give: Give) -> Take:
    """Take the quiz and return the address of the result."""

    def run(roles: list[str], **other: str) -> str:
        answer = client.post("/quiz/", give(roles, **other))
        assert answer.status_code == 303, answer.content.decode()[-3000:]
        return str(answer["Location"])

    return run


def by_hand(answers: Mapping[str, list[str]]) -> dict[str, int]:
    """Totals by the sentence that visitors read, straight from the source: 2 for the first pick, 1 for the second."""
    points = dict.fromkeys(ROLES, 0)
    for question, picks in answers.items():
        for worth, pick in zip((2, 1), picks, strict=False):
            if (question, pick) in COUNTS_FOR:
                points[COUNTS_FOR[question, pick]] += worth
    return points


def behind(place: str, now: datetime) -> QuizResult:
    """The result at an address."""
    return links.result_of(place.split("/")[3], now=now)


def stored() -> QuizResult:
    """The only result there is."""
    return QuizResult.objects.get()
