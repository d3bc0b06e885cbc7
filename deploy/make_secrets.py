"""Writes the secret files that docker-compose.yml names; a file that exists is kept. Standard library only.

EMAIL_URL=smtp+tls://user:password@smtp.example.org:587 python3 deploy/make_secrets.py
"""
# ruff: noqa: T201  the terminal is where this speaks

import os
import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "secrets"


def fill(folder: Path, email_url: str) -> list[str]:
    """The names of the files that were missing and are written now."""
    # Only the folder is closed: Compose hands the files to users of other numbers inside the containers.
    folder.mkdir(mode=0o700, exist_ok=True)
    new: list[str] = []

    def keep(name: str, value: str) -> str:
        path = folder / name
        if not path.exists():
            path.write_text(value + "\n", encoding="ascii")
            path.chmod(0o644)
            new.append(name)
        return path.read_text(encoding="ascii").strip()

    keep("secret_key", secrets.token_urlsafe(50))
    keep("postgres_password", secrets.token_hex(24))
    database = keep("database_password", secrets.token_hex(24))
    keep("database_url", f"postgres://site:{database}@postgres:5432/site")
    redis = keep("redis_password", secrets.token_hex(24))
    keep("redis_url", f"redis://:{redis}@redis:6379/0")
    if email_url:
        keep("email_url", email_url)
    return new


if __name__ == "__main__":
    written = fill(FOLDER, os.environ.get("EMAIL_URL", ""))
    print("Written: " + (", ".join(written) or "nothing, all were there"))
    absent = [name for name in ("email_url", "tls_certificate.pem", "tls_key.pem") if not (FOLDER / name).exists()]
    if absent:
        sys.exit(f"Still to be put into {FOLDER}: {', '.join(absent)}")
