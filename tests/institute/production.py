"""The settings as production reads them: the file run anew under another environment."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
KEY = "k3y-9f2b7c1d8e4a6053-b1e7d9c2a4f6083517-zQwErTyUiOp-ASdfGh"
ENVIRONMENT = {
    "SECRET_KEY": KEY,
    "SITE_URL": "https://coaching.example.org",
    "DATABASE_URL": "postgres://site:secret@127.0.0.1:5432/site",
    "REDIS_URL": "redis://:secret@127.0.0.1:6379/0",
    "EMAIL_URL": "smtp+tls://user:secret@smtp.example.org:587",
    "DEFAULT_FROM_EMAIL": "hello@coaching.example.org",
    "TRUSTED_PROXIES": "127.0.0.1",
    "DJANGO_SETTINGS_MODULE": "institute.settings",
}


def environment(*, without: str = "", **changed: str) -> dict[str, str]:
    """The production environment, less one name, with some changed; nothing of this process but where programs lie."""
    outer = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    return {name: value for name, value in {**outer, **ENVIRONMENT, **changed}.items() if name != without}


def settings(*, without: str = "", **changed: str) -> dict[str, Any]:
    """Every setting, by name."""
    with mock.patch.dict(os.environ, environment(without=without, **changed), clear=True):
        return runpy.run_path(str(ROOT / "institute" / "settings.py"))


def refusal(**changed: str) -> str:
    """What the settings say when they refuse to start; "" when they start."""
    try:
        settings(**changed)
    except ImproperlyConfigured as error:
        return str(error)
    return ""


def manage(*words: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """`manage.py …` in a process of its own."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment(**changed),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
