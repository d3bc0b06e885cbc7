"""Where the mail of a running site arrives, and what its messages say."""

import email
import email.policy
import re
from email.message import EmailMessage
from pathlib import Path

from tests.journeys.stack import Stack, wait_until


class Post:
    """Where this run's mail arrives: the mail server, or the folder of files."""

    def __init__(self, site: Stack) -> None:
        self.site = site

    def to(self, address: str, *, with_link: str = "") -> list[EmailMessage]:
        """All messages for an address, or those that link to a path of the site, oldest first."""
        return [each for each in self._all(address) if not with_link or f"{self.site.site}{with_link}" in text_of(each)]

    def _all(self, address: str) -> list[EmailMessage]:
        if self.site.sink is not None:
            return self.site.sink.to(address)
        files = sorted(
            Path(self.site.environment["DATA_DIR"], "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime
        )
        messages = [email.message_from_bytes(file.read_bytes(), policy=email.policy.SMTP) for file in files]
        return [message for message in messages if message["To"].addresses[0].addr_spec == address]

    def next(self, address: str, *, seen: int, with_link: str = "", seconds: float = 40) -> EmailMessage:
        """The message after those already seen; letters come in between, by day only, so ask for the link that is wanted."""
        wait_until(
            lambda: len(self.to(address, with_link=with_link)) > seen,
            seconds=seconds,
            saying=f"mail {seen + 1} to {address}: {self.site.log('worker')[-2000:]}",
        )
        return self.to(address, with_link=with_link)[seen]


def text_of(message: EmailMessage) -> str:
    """The part written for people, with its lines unfolded."""
    part = message.get_body(("plain",))
    assert part is not None
    return part.get_content()


def link(message: EmailMessage, site: str, path: str) -> str:
    """The first link of the message that begins with the site's address and that path."""
    found = re.search(re.escape(f"{site}{path}") + r"[\w/-]+", text_of(message))
    assert found, text_of(message)
    return found[0]
