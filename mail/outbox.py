"""What a claimed row becomes: rendered outside any transaction, kept as bytes with the tokens it minted."""

from datetime import datetime

from mail import compose, identity, registry, tokens
from mail.models import LinkToken, Message
from mail.registry import Later, Skip


class Written:
    """A message as it will go out, its masked copy, and the link rows that must be stored with it."""

    def __init__(self, raw: bytes, masked: bytes, links: list[LinkToken]) -> None:
        self.raw, self.masked, self.links = raw, masked, links


def write(message: Message, *, now: datetime) -> Written | Skip | Later:
    """Render and compose one message; raises whatever its renderer raises, and CannotCompose."""
    with identity.held():
        return _write(message, now)


def _write(message: Message, now: datetime) -> Written | Skip | Later:
    raws: list[str] = []
    links: list[LinkToken] = []

    def mint(purpose: str, subject: str, expires_at: datetime | None, detail: str = "") -> str:
        raw, row = tokens.fresh(purpose=purpose, subject=subject, expires_at=expires_at, now=now, detail=detail)
        raws.append(raw)
        links.append(row)
        return raw

    answer = registry.get(message.kind).render(message, mint, now)
    if isinstance(answer, Skip | Later):
        return answer
    raw = compose.build(message, answer, now=now)
    masked = compose.build(message, compose.masked(answer, raws), now=now) if raws else raw
    return Written(raw, masked, links)
