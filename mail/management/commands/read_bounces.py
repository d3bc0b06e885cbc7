"""Read what came back by mail: reports of delivery (RFC 3464) and complaints (RFC 5965), from files, folders or a pipe."""

import mailbox
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from mail import clock, incoming
from mail.reports import LARGEST, read

SOURCE = "file"
# What a mail server takes for "not now, keep it and ask again" (sysexits.h).
TRY_AGAIN = 75


class Command(BaseCommand):
    help = "Notes the mail that came back. Reading the same report twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "places", nargs="+", metavar="FILE|DIR|-", help="a message, an mbox, a folder, or - for a pipe"
        )

    def handle(self, *args: Any, places: list[str], **options: Any) -> None:
        counted: Counter[str] = Counter()
        try:
            for place in places:
                for content in self._messages(place):
                    self._one(content, counted)
        except OperationalError as error:
            raise CommandError(
                "The database is away. Nothing is lost: read it again later.", returncode=TRY_AGAIN
            ) from error
        noted = ", ".join(f"{counted[word]} {word}" for word in (*incoming.Noted, "no report") if counted[word])
        self.stdout.write(f"{noted or 'nothing there'}")

    def _one(self, content: bytes, counted: Counter[str]) -> None:
        reports = read(content)
        counted["no report"] += not reports
        for report in reports:
            counted[incoming.note(report, source=SOURCE, now=clock.now())] += 1

    def _messages(self, place: str) -> Iterator[bytes]:
        if place == "-":
            yield sys.stdin.buffer.read(LARGEST)
            return
        path = Path(place)
        if path.is_dir():
            # A Maildir's mail lies in new/ and cur/; tmp/ holds what is not there yet.
            inside = [path / "new", path / "cur"] if (path / "new").is_dir() else [path]
            for file in sorted(each for folder in inside if folder.is_dir() for each in folder.iterdir()):
                if file.is_file() and not file.name.startswith("."):
                    yield from self._file(file)
        elif path.is_file():
            yield from self._file(path)
        else:
            raise CommandError(f"There is no file and no folder {place}.")

    def _file(self, path: Path) -> Iterator[bytes]:
        try:
            with path.open("rb") as file:
                start = file.read(LARGEST)
            if not start.startswith(b"From "):
                yield start
                return
            # An mbox: Python splits it at its "From " lines and reads one message at a time.
            box = mailbox.mbox(path, create=False)
            for key in box.iterkeys():
                yield box.get_bytes(key)[:LARGEST]
        except OSError as error:
            self.stderr.write(f"{path} could not be read: {error.strerror}")
