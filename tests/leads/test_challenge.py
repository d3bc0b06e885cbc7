"""The proof of work: ours, fresh, used once."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from leads import challenge

pytestmark = pytest.mark.django_db


def changed(answer: str, *path: str, to: Any) -> str:
    """The answer with one value changed, as a cheat would send it."""
    data = json.loads(base64.b64decode(answer))
    place = data
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = to
    return base64.b64encode(json.dumps(data).encode()).decode()


def test_an_answer_is_good_once(now: datetime) -> None:
    answer = challenge.solve(challenge.fresh(now=now))
    assert [challenge.solved(answer, now=now) for _ in range(3)] == [True, False, False]


@pytest.mark.parametrize(
    ("after", "good"),
    [
        (timedelta(), True),
        (timedelta(hours=1), True),
        (timedelta(hours=1, seconds=1), False),
        (-timedelta(seconds=1), False),
    ],
)
def test_an_answer_is_good_for_an_hour(now: datetime, after: timedelta, good: bool) -> None:
    assert challenge.solved(challenge.solve(challenge.fresh(now=now)), now=now + after) is good


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("challenge", "parameters", "cost"), 1),
        (("challenge", "parameters", "keyPrefix"), "00"),
        (("challenge", "parameters", "data"), {"made": 4102444800}),
        (("challenge", "signature"), "00"),
        (("solution", "derivedKey"), "00" * 32),
        (("solution", "derivedKey"), None),
        (("solution", "counter"), "x"),
    ],
)
def test_a_changed_answer_is_none(now: datetime, path: tuple[str, ...], value: Any) -> None:
    answer = challenge.solve(challenge.fresh(now=now))
    if path[-1] == "counter":  # the key alone is what is proven; the counter is only a hint how it was found
        assert challenge.solved(changed(answer, *path, to=value), now=now)
    else:
        assert not challenge.solved(changed(answer, *path, to=value), now=now)


def test_another_sites_answer_is_none(now: datetime, settings: Settings) -> None:
    answer = challenge.solve(challenge.fresh(now=now))
    settings.SECRET_KEY = "y" * 50
    assert not challenge.solved(answer, now=now)


@pytest.mark.parametrize(
    "junk",
    [
        "",
        "x",
        "\x00",
        "ä",
        "=" * 10,
        "x" * 5000,
        *(
            base64.b64encode(json.dumps(data).encode()).decode()
            for data in (
                {},
                [],
                None,
                7,
                {"challenge": {}, "solution": {}},
                {"challenge": {"parameters": []}, "solution": {"counter": 1, "derivedKey": ""}},
                {
                    "challenge": {
                        "parameters": {"algorithm": "x", "nonce": "", "salt": "", "cost": 1, "data": {"made": 1e300}}
                    },
                    "solution": {"counter": 1, "derivedKey": ""},
                },
            )
        ),
        base64.b64encode(b"[" * 2900).decode(),
    ],
)
def test_junk_is_no_answer_and_no_error(now: datetime, junk: str) -> None:
    assert challenge.solved(junk, now=now) is False
