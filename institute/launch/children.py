"""The processes of a running site: started in groups of their own, watched, and ended together."""
# ruff: noqa: S603  it speaks on the terminal and starts only our own commands

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from .place import ROOT

GRACE = 10.0  # seconds a child has to finish what it is doing


class Child:
    """One process in a session of its own, so that Ctrl-C reaches only the launcher, which ends all in order."""

    def __init__(self, name: str, command: Sequence[str], env: dict[str, str], log: Path) -> None:
        self.name, self.log = name, log
        if log.exists():
            log.replace(log.with_suffix(".old.log"))
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def signal(self, number: int, *, group: bool = False) -> None:
        """Tell the process, or its whole group, whose leader it is even after its death."""
        try:
            if group:
                os.killpg(self.process.pid, number)
            elif self.process.poll() is None:
                self.process.send_signal(number)
        except (ProcessLookupError, PermissionError):  # nobody left; macOS says EPERM for a group of zombies
            pass

    def obituary(self) -> str:
        """How it ended, with the last lines it wrote."""
        code = self.process.poll()
        how = f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with exit code {code}"
        last = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        return "\n".join([f"The {self.name} {how}. The end of {self.log}:", *(f"    {line}" for line in last)])


def first_dead(children: Sequence[Child]) -> Child | None:
    """The first child that has ended by itself, if any."""
    return next((child for child in children if child.process.poll() is not None), None)


def end(children: Sequence[Child], *, grace: float = GRACE) -> None:
    """SIGTERM to each, `grace` seconds to finish, then SIGKILL to what is left of their groups."""
    for child in children:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + grace
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(timeout=max(0.0, deadline - time.monotonic()))
        child.signal(signal.SIGKILL, group=True)
        child.process.wait()
