"""What a quarter needs of a site, wherever it runs: its clock, its visitors, its mail."""

import email
import email.policy
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from tests.journeys.visitor import Visitor


class World(Protocol):
    """A site in which days pass as fast as people are done with them."""

    mail: "Mailbox"
    limit: int  # forms an hour from one network

    def now(self) -> datetime:
        """What the site's clock says."""

    def go_to(self, at: datetime) -> None:
        """Set the site's clock forward."""

    def visitor(self, address: str, agent: str) -> Visitor:
        """A browser without script."""

    def staff(self) -> Visitor:
        """An owner who is signed in."""

    def deliver(self) -> None:
        """Wait until the mail that is due lies in the boxes."""

    def count_readers(self) -> None:
        """Wait until what was read today is counted."""

    def each(self, acts: Sequence[Callable[[], Any]]) -> list[Any]:
        """Let all of them act, one after the other or a few at once."""


class Mailbox:
    """Mail as files: the links that each address was sent, read once a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: set[str] = set()
        self._links: defaultdict[str, list[str]] = defaultdict(list)
        self.number = 0

    def look(self) -> None:
        """Read what is new, in the order in which it came."""
        fresh = [file for file in self.folder.glob("*.eml") if file.name not in self._seen]
        for file in sorted(fresh, key=lambda each: each.stat().st_mtime_ns):
            self._seen.add(file.name)
            self.number += 1
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.SMTP)
            text = message.get_body(("plain",)).get_content()
            address = message["To"].addresses[0].addr_spec
            self._links[address] += re.findall(r"https?://[^/\s]+(/[\w/-]+)", text)

    def links(self, address: str, path: str) -> list[str]:
        """The paths below `path` that this address was sent, oldest first."""
        return [link for link in self._links[address] if link.startswith(path)]
