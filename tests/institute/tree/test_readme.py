"""The README says what is true of the tree."""

import re

from django.core.management import get_commands

from tests.institute.tree.files import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ALL = README + "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md")))
CODE = re.findall(r"`([^`\n]+)`", ALL) + re.findall(r"^    (\S.*)$", ALL, re.MULTILINE)


def section(title: str) -> str:
    """The text below a heading, to the next of its level."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_table_of_settings_is_complete() -> None:
    told = {
        name
        for row in re.findall(r"^\| (`[A-Z].*?) \|", section("Settings"), re.MULTILINE)
        for name in re.findall(r"`([A-Z_]+)`", row)
    }
    code = (ROOT / "institute" / "settings.py").read_text()
    read = set(re.findall(r"read_\w+\(\s*\"([A-Z_]+)\"", code))
    assert told == read | {"HOST", "PORT"}


def test_the_table_of_test_settings_is_complete() -> None:
    told = set(re.findall(r"^\| `(TEST_[A-Z_]+)` \|", section("Test it"), re.MULTILINE))
    code = "".join((ROOT / "tests" / name).read_text() for name in ("__main__.py", "services.py"))
    assert told == set(re.findall(r"\"(TEST_[A-Z_]+)\"", code))


def test_the_commands_they_name_are_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {match[1] for span in CODE if (match := re.match(r"make ([a-z]+)", span))}
    assert {"run", "test", "manage"} <= named <= targets


def test_the_files_and_folders_it_names_are_there() -> None:
    named = re.findall(r"^\| (`[a-z].*?/`.*?) \|", section("Where things live"), re.MULTILINE)
    folders = [name for row in named for name in re.findall(r"`([^`]+)`", row)]
    linked = re.findall(r"\]\(([^)#]+)\)", README)
    assert len(folders) >= 8
    assert [name for name in folders + linked if not (ROOT / name).exists()] == []


def test_the_management_commands_they_name_exist() -> None:
    named = {name for span in CODE for name in re.findall(r'(?:make manage ARGS="|manage\.py )([a-z_]+)', span)}
    assert {"demo_data", "changepassword"} <= named <= set(get_commands())
