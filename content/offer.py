"""What the pages of this room invite to, in the words that structured data repeats."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    name: str
    text: str


COACHING_CALL = Offer(
    "One-to-one coaching call",
    "Talk through your background, the role that fits it and the interview ahead. You pick the coach and the time.",
)
