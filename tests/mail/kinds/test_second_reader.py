"""The same mails read by mailparser, which shares no line with Python's email: both must read what was meant."""

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import services
from tests.mail.kinds.reading import Letter, batches, letter, soil
from tests.mail.kinds.scenes import STORIES

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parents[2] / "parsers"
KINDS = sorted({kind for kind, _ in STORIES})


def read(letters: list[Letter]) -> list[dict[str, Any]]:
    """What mailparser makes of them."""
    node = shutil.which("node") if (HERE / "node_modules" / "mailparser").is_dir() else None
    services.need("mailparser", there=node)
    given = "".join(base64.b64encode(each.raw).decode() + "\n" for each in letters)
    done = subprocess.run(
        [str(node), "read.cjs"], cwd=HERE, input=given, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.split("\n") if line]  # JSON leaves U+2028 as it is


def agrees(made: Letter, found: dict[str, Any]) -> None:
    """What mailparser read is what was meant, and what Python read."""
    meant, mail = made.rendered, made.mail
    assert found["headers"] == [name.lower() for name in mail.keys()], made.name  # noqa: SIM118 - a list, with repeats
    assert (found["to"], found["cc"], found["bcc"]) == ([made.message.recipient], [], [])
    assert found["from"] == [each.addr_spec for each in mail["From"].addresses]
    assert found["replyTo"] == ([each.addr_spec for each in mail["Reply-To"].addresses] if mail["Reply-To"] else [])
    assert (found["subject"], found["messageId"]) == (meant.subject, made.message.message_id)
    assert found["text"].rstrip("\n") == meant.text.rstrip("\n"), made.name
    assert found["html"].rstrip("\n") == meant.html.rstrip("\n"), made.name
    calendar = meant.calendar
    expected = (
        [{"type": "text/calendar", "method": calendar.method, "content": calendar.content.decode()}] if calendar else []
    )
    assert [{key: part[key] for key in ("type", "method", "content")} for part in found["attachments"]] == expected


@pytest.mark.parametrize("which", sorted(STORIES), ids=lambda which: ": ".join(filter(None, which)))
def test_mailparser_reads_every_mail_as_it_was_meant(which: tuple[str, str]) -> None:
    read([])  # skip before the work where it is not here
    kind, name = which
    told = STORIES[which]()
    letters = [letter(": ".join(which), told)]
    if not name:
        for words in batches(KINDS.index(kind), len(KINDS)):
            soil(words)
            letters.append(letter(f"{kind} with {words[:17]}", told))
    for made, found in zip(letters, read(letters), strict=True):
        agrees(made, found)
