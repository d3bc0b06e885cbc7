"""What `make lint` runs, so that `make test` says it too."""

import pytest

from tests.institute.tree.files import ROOMS, tool


@pytest.mark.parametrize(
    "words",
    [
        ("ruff", "check", "--no-cache", "."),
        ("ruff", "format", "--check", "--no-cache", "."),
        ("djlint", "templates", "--lint"),
    ],
    ids=" ".join,
)
def test_the_tool_has_nothing_to_say(words: tuple[str, ...]) -> None:
    done = tool(*words)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_types_fit() -> None:
    done = tool("mypy", *ROOMS)
    assert done.returncode == 0, done.stdout + done.stderr
