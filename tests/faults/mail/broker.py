"""A Redis of our own that may be emptied, stopped and silenced."""

import contextlib
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator

import redis

from tests.journeys.stack import free_port, wait_until


def here() -> str | None:
    """The path of redis-server, or None."""
    return shutil.which("redis-server")


class Broker:
    """One redis-server on a loopback port."""

    def __init__(self, folder: str) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen | None = None
        self.start()

    def start(self) -> None:
        """Start it, empty."""
        words = [
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            self._folder,
        ]
        self._process = subprocess.Popen(
            [here() or "redis-server", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(self.answers, seconds=10, saying="Redis answers")

    def answers(self) -> bool:
        """Whether it says PONG."""
        with contextlib.suppress(redis.RedisError):
            return bool(self.client().ping())
        return False

    def client(self) -> redis.Redis:
        """A client of our own."""
        return redis.Redis.from_url(self.url, socket_timeout=1, socket_connect_timeout=1)

    def stop(self) -> None:
        """End it at once, with all it knew."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def silence(self) -> None:
        """It accepts, and never answers: the kernel goes on taking connections for a stopped process."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def speak(self) -> None:
        """It answers again."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def empty(self) -> None:
        """FLUSHALL."""
        self.client().flushall()


@contextlib.contextmanager
def running() -> Iterator[Broker]:
    """A Redis on a free port, ended afterwards."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        broker = Broker(folder)
        try:
            yield broker
        finally:
            broker.speak()
            broker.stop()
