"""Imports go down only, and the linter that says so is awake."""

import shutil
import tomllib
from pathlib import Path

import pytest

from tests.institute.tree.files import ROOMS, ROOT, tool


def test_imports_go_down_only() -> None:
    done = tool("lint-imports", "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("room", "line", "contract"),
    [
        ("mail", "import leads.models", "Rooms import downwards only"),
        ("bookings", "import content.models", "Rooms import downwards only"),
        ("bookings/models", "import bookings.services", "Inside bookings"),
        ("bookings/scheduling", "import django.utils.timezone", "The scheduling core knows neither"),
    ],
)
def test_an_import_that_goes_up_is_refused(tmp_path: Path, room: str, line: str, contract: str) -> None:
    for name in ROOMS:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / room / "__init__.py").open("a", encoding="utf-8").write(f"\n{line}\n")
    done = tool("lint-imports", "--no-cache", cwd=tmp_path)
    broken = [row for row in done.stdout.splitlines() if "BROKEN" in row]
    assert done.returncode == 1, done.stdout
    assert [row for row in broken if row.startswith(contract)], done.stdout


def test_every_package_is_behind_a_door() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    linted = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    assert packages == set(ROOMS) == set(linted)
