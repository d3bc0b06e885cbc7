"""A step is done again when, and only when, what it works on has other names or other bytes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from institute.launch.stamps import Stamp, digest


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small folder."""
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "a.py").write_text("a")
    (tmp_path / "room" / "b.py").write_text("b")
    return tmp_path / "room"


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: (tree / "a.py").write_text("A"),
        lambda tree: (tree / "c.py").write_text(""),
        lambda tree: (tree / "b.py").unlink(),
        lambda tree: (tree / "b.py").rename(tree / "c.py"),
    ],
    ids=["bytes", "a new file", "a file less", "a name"],
)
def test_a_change_of_content_changes_the_digest(tree: Path, change: Callable[[Path], object]) -> None:
    before = digest([tree])
    change(tree)
    assert digest([tree]) != before


def test_times_and_compiled_files_do_not_count(tree: Path) -> None:
    before = digest([tree], "word")
    (tree / "__pycache__").mkdir()
    (tree / "__pycache__" / "a.pyc").write_bytes(b"\0")
    (tree / "a.py").touch()
    assert digest([tree], "word") == before
    assert digest([tree], "other") != before


def test_a_stamp_holds_for_exactly_what_was_written(tmp_path: Path) -> None:
    stamp = Stamp(tmp_path / "stamps" / "static")
    assert not stamp.holds("")
    stamp.write("abc")
    assert stamp.holds("abc")
    assert not stamp.holds("abd")
