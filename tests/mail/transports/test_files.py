"""Mail as files."""

from pathlib import Path
from typing import Any

import pytest

from mail.errors import Unreachable
from mail.transports.files import FileTransport


def test_a_message_is_one_file_named_by_its_message_id(settings: Any) -> None:
    FileTransport().data(b"Subject: x\r\n\r\nx\r\n", message_id="<abc.1@example.org>")
    folder = Path(settings.MAIL_FILE_DIR)
    assert [(file.name, file.read_bytes()) for file in folder.iterdir()] == [("abc.1.eml", b"Subject: x\r\n\r\nx\r\n")]


def test_the_same_message_again_is_the_same_file(settings: Any) -> None:
    for _ in range(2):
        FileTransport().data(b"x", message_id="<abc@example.org>")
    assert len(list(Path(settings.MAIL_FILE_DIR).iterdir())) == 1


def test_a_name_cannot_leave_the_folder(settings: Any) -> None:
    FileTransport().data(b"x", message_id="<../../evil/..@example.org>")
    assert [file.name for file in Path(settings.MAIL_FILE_DIR).iterdir()] == [".._.._evil_...eml"]


def test_a_folder_that_cannot_be_written_is_trouble_of_the_house(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where the folder should be")
    with pytest.raises(Unreachable):
        FileTransport()


def test_a_full_disk_leaves_no_half_message(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    transport = FileTransport()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mail.transports.files.os.fsync", full)
    with pytest.raises(Unreachable, match="No space left"):
        transport.data(b"x", message_id="<abc@example.org>")
    assert list(Path(settings.MAIL_FILE_DIR).iterdir()) == []
