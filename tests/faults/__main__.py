"""`make faults`: every fault in full on SQLite, then on PostgreSQL and Redis where they answer; prints a table at the end.

`make faults ARGS="F3 F6"` chooses; what does not begin with F goes to pytest. SEEDS, SECONDS, CLIENTS, ROUNDS, FORMS,
KILLS, MAILS and BACKLOG in the environment make a test longer or shorter. F3 alone takes SEEDS × SECONDS, usually 20
minutes a database; F12 takes as long.
"""
# ruff: noqa: T201  the terminal is where this speaks

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.__main__ import ROOT, answering_postgres, answering_redis, own_redis, passes
from tests.faults import figures


def table(found: Sequence[figures.Figure]) -> str:
    """One line a figure: id, what, reached, limit, held."""
    lines = [("id", "what", "reached", "limit", "held")]
    lines += [(each.id, each.what, each.reached, each.limit, "yes" if each.held else "NO") for each in found]
    widths = [min(90, max(len(line[column]) for line in lines)) for column in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def order(figure: figures.Figure) -> int:
    """F9 before F10."""
    return int(figure.id.removeprefix("F"))


def main(arguments: Sequence[str]) -> int:
    """0 when every figure was held and every test of a guard saw what it must."""
    ids = [word.lower() for word in arguments if re.fullmatch(r"[Ff]\d+", word)]
    others = [word for word in arguments if word.lower() not in ids]
    chosen = ["-k", " or ".join(f"test_{each}_" for each in ids)] if ids else []
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} | {"FAULTS": "full"}
    postgres, redis = answering_postgres(env), answering_redis(env)
    codes = []
    with contextlib.ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True)))
        file = folder / "figures"
        if redis:
            cleanup.enter_context(own_redis(redis))
        for one in cleanup.enter_context(contextlib.closing(passes(postgres, redis, env))):
            print(f"\n=== {one.name} ===", flush=True)
            command = [sys.executable, "-m", "pytest", "tests/faults", "-p", "no:randomly", "-v", "--tb=short"]
            environment = {**one.environment, figures.FILE: str(file), "TMPDIR": str(folder)}
            codes.append(
                subprocess.run([*command, *chosen, *others], cwd=ROOT, env=environment, check=False).returncode
            )
        found = figures.read(file)
    print("\n" + table(sorted(found, key=order)))
    if not postgres:
        print("PostgreSQL did not answer: only SQLite was tested. TEST_DATABASE_URL names a server.")
    missed = [each for each in found if not each.held]
    print(f"\n{len(found) - len(missed)} of {len(found)} figures held.")
    return 1 if missed or not found or any(codes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
