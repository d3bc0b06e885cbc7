"""A proof of work for forms that look like a robot's: the browser computes for a second, nobody has to read a picture.

The vendored altcha widget solves it; the site checks the answer without asking anybody else. It is set only after a
suspicion, so people never meet it, and who has no script is not refused: their form waits for a person.
"""

import base64
import binascii
import hashlib
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
from django import forms
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from leads.limits_storage import DatabaseStorage

# So many derivations, each of settings.CHALLENGE_ROUNDS rounds: about a second on a phone.
ALGORITHM = "PBKDF2/SHA-256"
FEWEST, MOST = 100, 300
LASTS = timedelta(hours=1)
LONGEST = 4000


def fresh(*, now: datetime) -> str:
    """A new challenge as JSON for the widget, signed, good for an hour."""
    made = altcha.create_challenge(
        ALGORITHM,
        settings.CHALLENGE_ROUNDS,
        counter=FEWEST + secrets.randbelow(MOST - FEWEST),
        # Our own time inside the signed part: the library's expiry would read another clock than the site's.
        data={"made": int(now.timestamp())},
        hmac_secret=_key("challenge"),
        hmac_key_secret=_key("solution"),
    )
    return json.dumps(made.to_dict())


def solved(answer: str, *, now: datetime) -> bool:
    """Whether this is the answer to a challenge of ours of the last hour that has not been used before."""
    if not answer or len(answer) > LONGEST or not answer.isascii():
        return False
    try:
        payload = altcha.Payload.from_base64(answer)
        made = datetime.fromtimestamp(int((payload.challenge.parameters.data or {})["made"]), UTC)
        proof = altcha.verify_solution(payload, _key("challenge"), hmac_key_secret=_key("solution"))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, OSError, binascii.Error):
        return False
    if not proof.verified or not timedelta() <= now - made <= LASTS:
        return False
    used = hashlib.sha256(str(payload.challenge.signature).encode()).hexdigest()
    return DatabaseStorage(now).incr(f"challenge:{used}", int(LASTS.total_seconds())) == 1


def _key(purpose: str) -> str:
    return hashlib.sha256(f"leads.challenge.{purpose}:{settings.SECRET_KEY}".encode()).hexdigest()


class Proof(forms.Widget):
    """Nothing, until a form asks for a proof; then the widget that computes it."""

    challenge = ""
    input_type = "hidden"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        if not self.challenge:
            return SafeString("")
        return render_to_string("leads/_challenge.html", {"name": name, "challenge": self.challenge})


def solve(challenge: str) -> str:
    """The answer, computed as a browser would: for tests and for anybody with a second to spare."""
    asked = altcha.Challenge.from_dict(json.loads(challenge))
    found = altcha.solve_challenge(asked)
    if found is None:
        raise ValueError("This challenge has no answer.")
    answer = {"challenge": asked.to_dict(), "solution": found.to_dict()}
    return base64.b64encode(json.dumps(answer).encode()).decode()
