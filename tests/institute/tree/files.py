"""The files of the project, and the tools that judge them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
ROOMS = ("institute", "content", "bookings", "leads", "mail")


def tracked(*endings: str) -> list[Path]:
    """The files that belong to the project: those git knows or would take, but not what others wrote."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [name for name in listed.stdout.decode().split("\0") if name and "/vendor/" not in name]
    return [ROOT / name for name in sorted(names) if name.endswith(endings or ("",)) and (ROOT / name).is_file()]


def tool(*words: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    """Run one of the tools in .venv and keep what it says."""
    import os

    return subprocess.run(
        [str(BIN / words[0]), *words[1:]],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **env},
    )
