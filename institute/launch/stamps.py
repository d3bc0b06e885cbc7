"""Content hashes that say what has not changed since the last start."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest(paths: Iterable[Path], *words: str) -> str:
    """One SHA-256 over the words and over every file below the paths: names and bytes, never times."""
    total = hashlib.sha256("\0".join(words).encode())
    for path in sorted(paths):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if "__pycache__" in file.parts or not file.is_file():
                continue
            total.update(f"\0{file}\0".encode())
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


class Stamp:
    """A small file that holds the digest of what a step was last done for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def holds(self, value: str) -> bool:
        """Whether the step was done for exactly this digest."""
        try:
            return self.path.read_text(encoding="ascii").strip() == value
        except (OSError, UnicodeDecodeError):
            return False

    def write(self, value: str) -> None:
        """Remember that the step was done; called after it, so that a broken step is done again."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(value + "\n", encoding="ascii")
