"""A client that costs next to nothing: raw sockets kept alive, requests written beforehand, in a process of its own."""

import selectors
import socket
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle, islice
from multiprocessing import get_context

# Which worker takes a connection is chance; new ones again and again make both sides' workers equally busy.
RENEW_AFTER = 20
LONGEST_WAIT = 30.0


@dataclass(slots=True)
class Load:
    """What came back: answers a second, and how many of each status."""

    rate: float
    statuses: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Line:
    """One connection and what it is waiting for."""

    port: int
    wire: socket.socket = field(init=False)
    asked: int = 0
    received: bytes = b""

    def __post_init__(self) -> None:
        self.connect()

    def connect(self) -> None:
        self.wire = socket.create_connection(("127.0.0.1", self.port), timeout=LONGEST_WAIT)
        self.wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.asked = 0

    def read(self) -> str | None:
        """The status of the answer once it is here whole, None before."""
        piece = self.wire.recv(1 << 18)
        if not piece:
            raise ConnectionError("The server closed a connection in the middle of an answer.")
        self.received += piece
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self.received[:end].lower()
        status = head[9:12].decode()
        if status != "304":
            at = head.find(b"content-length: ")
            if at < 0:
                raise ConnectionError("An answer without Content-Length cannot be measured here.")
            if len(self.received) - end - 4 < int(head[at + 16 :].split(b"\r\n", 1)[0]):
                return None
        self.received = b""
        return status


def request(path: str, port: int, **headers: str) -> bytes:
    """A GET as it goes over the wire."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def _drive(port: int, requests: Sequence[bytes], clients: int, seconds: float, first: int) -> Load:
    asks = islice(cycle(requests), first % len(requests), None)
    statuses: Counter[str] = Counter()
    with selectors.DefaultSelector() as waiting:
        for _ in range(clients):
            line = _Line(port)
            waiting.register(line.wire, selectors.EVENT_READ, line)
            line.wire.sendall(next(asks))
        began = time.perf_counter()
        over = began + seconds
        while (now := time.perf_counter()) < over:
            ready = waiting.select(timeout=LONGEST_WAIT)
            if not ready:
                raise TimeoutError(f"No answer within {LONGEST_WAIT:.0f} s.")
            for key, _ in ready:
                line = key.data
                status = line.read()
                if status is None:
                    continue
                statuses[status] += 1
                line.asked += 1
                if line.asked >= RENEW_AFTER:
                    waiting.unregister(line.wire)
                    line.wire.close()
                    line.connect()
                    waiting.register(line.wire, selectors.EVENT_READ, line)
                line.wire.sendall(next(asks))
        for key in list(waiting.get_map().values()):
            key.data.wire.close()
    return Load(statuses.total() / (now - began), statuses)


class Clients:
    """So many clients at once, in one process that is there before anything is measured."""

    def __init__(self, clients: int = 8) -> None:
        self._clients = clients
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        self._first = 0

    def load(self, port: int, requests: Sequence[bytes], seconds: float) -> Load:
        """Ask as fast as answers come; the list goes on where the last round stopped."""
        found = self._pool.submit(_drive, port, requests, self._clients, seconds, self._first).result()
        self._first += found.statuses.total() + self._clients
        return found

    def close(self) -> None:
        """End the process."""
        self._pool.shutdown()


def one_by_one(port: int, requests: Sequence[bytes]) -> list[float]:
    """Ask each request once, one after the other, over one connection: milliseconds from the question to its last byte."""
    line = _Line(port)
    took = []
    for each in requests:
        began = time.perf_counter()
        line.wire.sendall(each)
        while (status := line.read()) is None:
            pass
        if status not in ("200", "304"):
            raise ConnectionError(f"Status {status} for {each[:200]!r}")
        took.append((time.perf_counter() - began) * 1000)
    line.wire.close()
    return took
