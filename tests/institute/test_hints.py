"""Hints as files: a reader never meets a half-written one, and never falls over one that cannot be read."""

from pathlib import Path
from queue import Empty
from threading import Event, Thread
from typing import Any

import pytest
from kombu import Connection
from kombu.transport import filesystem
from kombu.utils.json import loads

from institute import hints


def channel(folder: Path, transport: Any) -> Any:
    for name in ("queue", "control"):
        (folder / name).mkdir(exist_ok=True)
    options = {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "control_folder": str(folder / "control"),
    }
    return Connection("filesystem://", transport=transport, transport_options=options).channel()


def torn(folder: Path, transport: Any, *, messages: int) -> int:
    """How often somebody who reads all along meets a message that is not whole."""
    writing, met = Event(), [0]
    put = channel(folder, transport)._put

    def read() -> None:
        while not writing.is_set():
            for path in (folder / "queue").glob("*.msg"):
                try:
                    loads(path.read_text())
                except ValueError:
                    met[0] += 1
                path.unlink()

    reader = Thread(target=read)
    reader.start()
    for number in range(messages):
        put("celery", {"body": "x" * 4000, "number": number})
    writing.set()
    reader.join()
    return met[0]


def test_every_filesystem_url_is_ours() -> None:
    assert isinstance(Connection("filesystem://").transport, hints.Transport)


def test_a_message_appears_whole(tmp_path: Path) -> None:
    assert torn(tmp_path, hints.Transport, messages=500) == 0


def test_the_librarys_own_channel_shows_messages_before_they_are_written(tmp_path: Path) -> None:
    """The proof that the test above can fail."""
    assert any(torn(tmp_path, filesystem.Transport, messages=500) for _ in range(20))


@pytest.mark.parametrize("content", ["", '{"body": "x', "\0"])
def test_what_cannot_be_read_is_taken_away_and_no_trouble(tmp_path: Path, content: str) -> None:
    ours = channel(tmp_path, hints.Transport)
    (tmp_path / "queue" / "1_a.celery.msg").write_text(content)
    with pytest.raises(Empty):
        ours._get("celery")
    ours._put("celery", {"body": "good"})
    assert ours._get("celery") == {"body": "good"}
    assert list((tmp_path / "queue").iterdir()) == []


def test_a_table_that_is_being_written_has_no_queues_yet(tmp_path: Path) -> None:
    ours = channel(tmp_path, hints.Transport)
    (tmp_path / "control" / "celeryev.exchange").write_text("")
    assert ours.get_table("celeryev") == []


def test_a_table_whose_writer_was_killed_is_begun_anew(tmp_path: Path) -> None:
    ours = channel(tmp_path, hints.Transport)
    (tmp_path / "control" / "celery.exchange").write_text("")
    ours._queue_bind("celery", "celery", "", "celery")
    assert [each.queue for each in ours.get_table("celery")] == ["celery"]
