"""Reading returned mail from files, folders and a pipe."""

import io
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from mail import clock, incoming
from mail.models import Bounce, Message
from mail.sender import drain
from tests.mail.dsn import complaint, report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def message(write: Callable[..., Message], now: datetime) -> Message:
    row = write()
    drain(clock=lambda: now)
    return Message.objects.get(pk=row.pk)


def run(*places: Path | str) -> str:
    out = io.StringIO()
    call_command("read_bounces", *map(str, places), stdout=out, stderr=out)
    return out.getvalue().strip()


def test_a_file_is_read_and_reading_it_twice_changes_nothing(message: Message, tmp_path: Path) -> None:
    file = tmp_path / "bounce.eml"
    file.write_bytes(report(message_id=message.message_id))
    assert [run(file), run(file)] == ["1 new", "1 known already"]
    assert Message.objects.get(pk=message.pk).needs_attention


def test_a_folder_and_a_maildir_are_read(message: Message, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "one").write_bytes(report(message_id=message.message_id))
    (folder / "note").write_bytes(b"Subject: hello\n\nhello\n")
    (folder / ".hidden").write_bytes(report(message_id=message.message_id, own="<hidden@mx>"))
    box = tmp_path / "Maildir"
    for name in ("new", "cur", "tmp"):
        (box / name).mkdir(parents=True)
        (box / name / "1").write_bytes(complaint(message_id=message.message_id).replace(b"arf-1", name.encode()))
    assert run(folder, box) == "3 new, 1 no report"


def test_an_mbox_is_read_one_by_one(message: Message, tmp_path: Path) -> None:
    box = tmp_path / "mbox"
    each = b"From MAILER-DAEMON Mon Jan 11 15:00:00 2027\n%b\n"
    whole = (
        report(message_id=message.message_id),
        complaint(message_id=message.message_id),
        report(recipient="x@y.example"),
    )
    box.write_bytes(b"".join(each % content for content in whole))
    assert run(box) == "2 new, 1 not about mail of ours"


def test_a_pipe_is_read(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = SimpleNamespace(buffer=io.BytesIO(report(message_id=message.message_id)))
    monkeypatch.setattr(sys, "stdin", pipe)
    assert run("-") == "1 new"


def test_hostile_files_end_nothing(message: Message, tmp_path: Path) -> None:
    from tests.mail.test_reports import HOSTILE

    for number, content in enumerate(HOSTILE):
        (tmp_path / f"{number:02}").write_bytes(content)
        (tmp_path / f"{number:02}.mbox").write_bytes(b"From x\n" + content)
    (tmp_path / "zz").write_bytes(report(message_id=message.message_id, own="<last@mx>"))
    run(tmp_path)
    assert Bounce.objects.filter(message=message, kind="hard").exists()


def test_a_place_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no file and no folder"):
        run(tmp_path / "nowhere")


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    assert run(tmp_path) == "nothing there"


def test_while_the_database_is_away_the_mail_server_keeps_it(
    message: Message, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(incoming, "note", away)
    (tmp_path / "one").write_bytes(report())
    with pytest.raises(CommandError) as raised:
        run(tmp_path / "one")
    assert raised.value.returncode == 75  # what Postfix takes for "keep it"
