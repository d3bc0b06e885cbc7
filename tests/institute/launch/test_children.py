"""Children end together, the stubborn and the orphaned among them too."""

import os
import sys
import time
from pathlib import Path

import pytest

from institute.launch import children

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
PARENT = (
    "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    " print(child.pid, flush=True); time.sleep(60)"
)


def start(tmp_path: Path, code: str, name: str = "worker") -> children.Child:
    """A child that runs a line of Python."""
    return children.Child(name, [sys.executable, "-c", code], dict(os.environ), tmp_path / f"{name}.log")


def wait_for_words(child: children.Child) -> str:
    """The first line of its log."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if words := child.log.read_text().strip():
            return words
        time.sleep(0.02)
    raise AssertionError("it said nothing")


def lives(pid: int) -> bool:
    """Whether a process runs (a zombie that nobody has collected yet does not)."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc").exists()


def test_a_child_that_dies_is_named_with_its_last_words(tmp_path: Path) -> None:
    child = start(tmp_path, "import sys; print('no database'); sys.exit(3)")
    child.process.wait(timeout=10)
    assert children.first_dead([child]) is child
    assert child.obituary().splitlines() == [
        f"The worker ended with exit code 3. The end of {child.log}:",
        "    no database",
    ]


def test_a_killed_child_is_named_with_its_signal(tmp_path: Path) -> None:
    child = start(tmp_path, "import time; time.sleep(60)")
    child.process.kill()
    child.process.wait(timeout=10)
    assert child.obituary().startswith("The worker was ended by signal 9.")


def test_a_child_that_will_not_go_is_killed_when_its_time_is_over(tmp_path: Path) -> None:
    child = start(tmp_path, STUBBORN)
    wait_for_words(child)
    children.end([child], grace=0.2)
    assert child.process.returncode == -9


@pytest.mark.parametrize("already_dead", [False, True])
def test_a_grandchild_never_stays_behind(tmp_path: Path, already_dead: bool) -> None:
    child = start(tmp_path, PARENT)
    grandchild = int(wait_for_words(child))
    if already_dead:
        child.process.kill()
        child.process.wait(timeout=10)
    children.end([child], grace=2)
    end = time.monotonic() + 5
    while lives(grandchild) and time.monotonic() < end:
        time.sleep(0.02)
    assert not lives(grandchild)


def test_the_log_of_the_last_start_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    start(tmp_path, "print('first')").process.wait(timeout=10)
    second = start(tmp_path, "print('second')")
    second.process.wait(timeout=10)
    assert (tmp_path / "worker.old.log").read_text() == "first\n"
    assert second.log.read_text() == "second\n"
