"""What is installed is known to the byte, and from no named place."""

import re

import pytest

from tests.institute.tree.files import ROOT

FLAGS = "--universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-emit-index-url"


def entries(name: str) -> dict[str, tuple[str, int]]:
    """Package with its marker → version and number of hashes."""
    text = (ROOT / name).read_text()
    line = re.compile(r"^([^\s=#]+)==([^\s;]+)( ; [^\\\n]+)? \\\n((?:    --hash=[^\n]+\n)*)", re.MULTILINE)
    return {
        package + (marker or "").rstrip(): (version, hashes.count("--hash=sha256:"))
        for package, version, marker, hashes in line.findall(text)
    }


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_has_a_version_and_a_hash(name: str) -> None:
    text = (ROOT / name).read_text()
    starts = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert starts
    assert [line for line in starts if "==" not in line] == []
    assert len(entries(name)) == len(starts)
    assert [package for package, (_, hashes) in entries(name).items() if hashes == 0] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    assert FLAGS in text
    assert re.findall(r"https?://|file://|^--(?:extra-)?index|^--find-links|^-f ", text, re.MULTILINE) == []


def test_the_test_lock_holds_what_runs_at_the_same_versions() -> None:
    run, dev = entries("requirements.txt"), entries("requirements-dev.txt")
    assert {package: dev.get(package) for package in run} == run
