"""Mail as files, for a machine without a mail server."""

import os
import re
import uuid
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from mail.errors import Unreachable


class FileTransport:
    """Writes each message as one .eml file into MAIL_FILE_DIR, named by its Message-ID: sent again, it is the same file."""

    def __init__(self) -> None:
        self._folder = Path(settings.MAIL_FILE_DIR)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise Unreachable(f"The mail folder cannot be made: {error.strerror}") from error

    is_open = True

    def announce(self, *, sender: str, recipient: str, size: int) -> None:
        """Nobody waits for it."""

    def answers_at_once(self) -> bool:
        """A disk is not asked whether it wants a file."""
        return True

    def offer(self, *, sender: str, recipient: str, size: int) -> None:
        """Every recipient has a folder."""

    def data(self, content: bytes, *, message_id: str) -> None:
        """Write under another name and rename, so that no reader ever sees half a message."""
        draft = self._folder / f".{uuid.uuid4().hex}.part"
        try:
            with draft.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._folder / _name(message_id))
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise Unreachable(f"The mail folder cannot be written: {error.strerror}") from error

    def reset(self) -> None:
        """Nothing was promised."""

    def close(self) -> None:
        """Nothing is open."""


def forget(message_ids: Iterable[str]) -> int:
    """Delete the files of these messages, where there are any; how many were deleted."""
    folder, gone = Path(settings.MAIL_FILE_DIR), 0
    for message_id in message_ids:
        path = folder / _name(message_id)
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        gone += 1
    return gone


def _name(message_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", message_id.strip("<>").partition("@")[0]) + ".eml"
