"""Celery's filesystem transport, made fit for several processes: where no Redis is, hints to the worker are files.

kombu opens a message's file and then writes it, so that a worker can meet it empty, take it away and fall over what it
cannot read. Here a message appears whole under its name, and what cannot be read is a hint that was lost: no fact hangs
on it.
"""

import os
import uuid
from pathlib import Path
from queue import Empty
from time import monotonic, sleep
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps

PATIENCE = 25  # looks at a table that somebody else is just writing


class Channel(filesystem.Channel):
    """One connection's view of the folders."""

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # type: ignore[override]  # `_put_fanout` gives more
        """Write beside the queue, then put it there in one step."""
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        fresh = folder / f"{name}.new"
        try:
            fresh.write_bytes(str_to_bytes(dumps(message)))
            os.replace(fresh, folder / name)
        except OSError as error:
            raise ChannelError(f"Cannot add {name} to {folder}") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest message that can be read; raises Empty."""
        try:
            return super()._get(queue)
        except ValueError:  # torn by a writer of another release, or by a full disk
            raise Empty from None

    def get_table(self, exchange: str) -> Any:
        """Which queues an exchange has; none while another process is writing that down."""
        try:
            return super().get_table(exchange)
        except ValueError:
            return []

    def _queue_bind(self, exchange: str, *binding: Any) -> None:
        """Note a queue of an exchange; a table that stays unreadable (its writer was killed) is begun anew."""
        for _ in range(PATIENCE):
            try:
                super()._queue_bind(exchange, *binding)
                return
            except ValueError:
                sleep(0.02)
        Path(self.control_folder, f"{exchange}.exchange").unlink(missing_ok=True)
        super()._queue_bind(exchange, *binding)


class Transport(filesystem.Transport):
    """`filesystem://` with the channel above."""

    Channel = Channel


def register() -> None:
    """Let every `filesystem://` of this process be ours."""
    TRANSPORT_ALIASES["filesystem"] = "institute.hints:Transport"
