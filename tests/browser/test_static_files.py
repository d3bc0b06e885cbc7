"""Our style sheets and scripts keep to the strict policy; no browser is needed to read them."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "static"
SHEETS = sorted(STATIC.rglob("*.css"))
SCRIPTS = sorted(STATIC.rglob("*.js"))


@pytest.mark.parametrize("path", SHEETS + SCRIPTS, ids=lambda path: path.name)
def test_no_data_image_no_source_map_and_no_other_host(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    assert re.findall(r"data:[a-z]+/|sourceMappingURL|url\(\s*[\"']?(?:https?:)?//|@import", text) == []
    assert "sourceMappingURL" not in path.read_text()


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_every_file_a_style_sheet_names_exists(path: Path) -> None:
    names = re.findall(r"url\([\"']?([^\"')]+)", path.read_text())
    assert [name for name in names if not (path.parent / name).is_file()] == []


def test_what_others_wrote_lies_beside_its_licence() -> None:
    folders = sorted(folder for folder in (STATIC / "vendor").iterdir() if folder.is_dir())
    assert [folder.name for folder in folders if not re.fullmatch(r"[a-z0-9-]+-\d+\.\d+\.\d+", folder.name)] == []
    assert [folder.name for folder in folders if not (folder / "LICENSE").is_file()] == []
    assert len(folders) >= 3


def test_templates_hold_no_inline_style_script_or_handler() -> None:
    inline = re.compile(
        r"<style|<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)|\sstyle=|\son[a-z]+=|javascript:|data:[a-z]+/"
    )
    pages = [path for path in (STATIC.parent / "templates").rglob("*.html") if "emails" not in path.parts]
    found = {path.name: inline.findall(path.read_text()) for path in pages}
    assert {name: hits for name, hits in found.items() if hits} == {}
