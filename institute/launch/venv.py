"""The .venv: made once, filled from a lock file with hashes, filled again only when that file changes."""
# ruff: noqa: T201, S603  it speaks on the terminal and starts only our own commands

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .errors import LaunchError
from .place import PYTHON, ROOT
from .stamps import Stamp, digest

FOLDER = ROOT / ".venv"
LOCKS = {"run": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}


def _version() -> tuple[int, ...]:
    """The Python that .venv was made with, from its pyvenv.cfg; () when there is none that works."""
    try:
        lines = (FOLDER / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    values = {name.strip(): value.strip() for name, _, value in (line.partition("=") for line in lines)}
    if not PYTHON.exists() or not list(FOLDER.glob("lib/python*/site-packages/pip")):
        return ()
    return tuple(int(part) for part in values.get("version", "0").split(".")[:2] if part.isdigit())


def _make() -> None:
    """A new .venv by the Python that runs this; a broken or too old one is replaced."""
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(FOLDER)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        shutil.rmtree(FOLDER, ignore_errors=True)
        raise LaunchError(
            "Python could not make .venv. On Debian or Ubuntu this helps: apt-get install python3-venv\n"
            + (made.stderr or made.stdout).strip()[-400:]
        )


def _wanted(kind: str) -> str:
    return digest([LOCKS[kind]], ".".join(map(str, _version())))


def _stamp(kind: str) -> Stamp:
    return Stamp(FOLDER / f".installed-{kind}")


def ensure(kind: str, log: Path | None = None) -> bool:
    """Make .venv hold the packages of one lock file ("run" or "dev"); True when something had to be installed.

    The lock for "dev" holds everything of "run" at the same versions, so it serves both.
    """
    if _version() < (3, 11):
        print("Making .venv …", flush=True)
        _make()
    if any(_stamp(each).holds(_wanted(each)) for each in {kind, "dev"}):
        return False
    lock = LOCKS[kind]
    print(f"Installing {lock.name} …", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"]
    with open(log or os.devnull, "ab") as file:
        done = subprocess.run(
            [*pip, "--require-hashes", "-r", str(lock)],
            cwd=ROOT,
            stdout=file,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    if done.returncode:
        raise LaunchError(f"pip could not install {lock.name}:\n{done.stderr.strip()[-1500:]}")
    _stamp(kind).write(_wanted(kind))
    return True
