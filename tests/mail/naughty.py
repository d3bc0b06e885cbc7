"""Strings that have broken software before, ours and other people's."""

import json
from pathlib import Path

from django.conf import settings

HERE = Path(settings.BASE_DIR)
LISTS = (
    HERE / "tests" / "data" / "hostile.json",
    HERE / "tests" / "data" / "blns.json",
    HERE.parent / "shared" / "corpora" / "blns.json",
)
NAUGHTY: list[str] = [text for path in LISTS if path.exists() for text in json.loads(path.read_text("utf-8"))]
