"""Words that must not stand in the tree."""

import ast
import re

import pytest

from tests.institute.tree.files import ROOMS, ROOT, tracked

TEXT = (
    ".py",
    ".html",
    ".txt",
    ".md",
    ".toml",
    ".yml",
    ".conf",
    ".sh",
    ".css",
    ".js",
    "Makefile",
    "Dockerfile",
    ".ci/run",
)
HOSTS = re.compile(r"\b(?:files\.pythonhosted|pypi|registry\.npmjs)\.org\b|\bdeb\.debian\.org\b")
PATHS = re.compile(r"(?<![\w.])/(?:work|home|root|farm|Users)/\w")


def hits(pattern: re.Pattern[str], *endings: str) -> list[str]:
    """file:line of every match, but for the file that holds the pattern itself."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in tracked(*endings)
        if path.name != "test_words.py"
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_registry_is_named() -> None:
    assert hits(HOSTS, *TEXT) == []


def test_no_path_of_somebodys_machine_is_named() -> None:
    assert hits(PATHS, *TEXT) == []


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_is_scheduled_in_the_broker(room: str) -> None:
    """An ETA lives in Redis only: a reminder scheduled there is lost with it."""
    found = []
    for path in tracked(".py"):
        if path.relative_to(ROOT).parts[0] != room:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found += [f"{path}:{node.lineno}" for word in node.keywords if word.arg in {"eta", "countdown"}]
            if isinstance(node, ast.Dict):
                keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
                found += [f"{path}:{node.lineno}" for word in keys & {"eta", "countdown"}]
    assert found == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"\bpickle\b",
        r"\byaml\.(?:unsafe_)?load\(",
        r"(?<![\w.])eval\(",
        r"(?<![\w.])exec\(",
        r"\bmark_safe\(.*(?:request|\.GET|\.POST)",
    ],
)
def test_no_input_is_ever_run(pattern: str) -> None:
    assert [hit for hit in hits(re.compile(pattern), ".py") if not hit.startswith("tests/")] == []


def test_templates_hold_no_inline_script_style_or_handler() -> None:
    """The strict content security policy would silently switch them off."""
    inline = re.compile(
        r"<style|\sstyle=|<script(?![^>]*(?:\ssrc=|application/ld\+json))|\son[a-z]+=|javascript:|data:[a-z]+/",
        re.IGNORECASE,
    )
    found = [hit for hit in hits(inline, ".html") if "/emails/" not in hit and not hit.startswith("tests/")]
    assert found == []


def test_our_files_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in tracked(".py", ".html", ".css", ".js")
        if "migrations" not in path.parts and (count := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert long == {}
