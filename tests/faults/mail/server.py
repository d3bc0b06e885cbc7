"""A mail server that misbehaves on order and writes down what was offered, when DATA began and what it accepted."""

import asyncio
import contextlib
import hashlib
import random
import re
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

DROP, HANG, GARBAGE, REFUSE = "drop", "hang", "garbage", "refuse"
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.MULTILINE | re.IGNORECASE)
_LINK = re.compile(rb"/booking/[\w-]{20,}/")


@dataclass(frozen=True, slots=True)
class Manner:
    """How it behaves: what to answer at `connect`, `tls`, `auth`, `mail`, `rcpt`, `data` and `content`.

    An answer is an SMTP reply, DROP (the connection), HANG (nothing for ever) or GARBAGE; `connect` may be REFUSE. At
    `content` the whole message has come: DROP and HANG there keep it, so that its sender cannot know that it arrived.
    Each happens in this `share` of the cases. `pauses` are seconds before the answer, with as much again at random.
    """

    answers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    share: float = 1.0
    pauses: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


OK = Manner()
REFUSED = Manner({"connect": REFUSE})
SILENT = Manner({"connect": HANG})
SILENT_AT_THE_END = Manner({"content": HANG})
DROPS_AFTER_DATA = Manner({"data": DROP})
DROPS_BEFORE_250 = Manner({"content": DROP})
BUSY_421 = Manner({"connect": "421 4.3.2 Too busy"})
LATER_451 = Manner({"rcpt": "451 4.7.1 Try again later"})
NEVER_550 = Manner({"rcpt": "550 5.1.1 No such mailbox"})
SIGN_IN_535 = Manner({"auth": "535 5.7.8 Wrong user or password"})
TLS_BROKEN = Manner({"tls": GARBAGE})


@dataclass(slots=True)
class Delivery:
    """One message on its way in; `accepted` is None until the whole of it has come."""

    recipient: str
    began: float
    message_id: str = ""
    digest: str = ""
    accepted: float | None = None
    told: bool = False  # its sender heard 250
    ticks: float = field(default_factory=time.monotonic)  # when it began, by the machine's own count
    link: str = ""  # the path of the first link to a booking


class Server:
    """Listens on a loopback port in a thread of its own; `manner` can be changed at any moment."""

    def __init__(self, *, clock: Callable[[], float] = time.time, certificate: tuple[str, str] | None = None) -> None:
        self.clock = clock
        self.deliveries: list[Delivery] = []
        self.connections: list[float] = []
        self.offered: list[str] = []
        self.patience: list[float] = []  # seconds until somebody gave up who heard nothing
        self.held_at = ""  # the stage at which everybody waits until it is another
        self.dice = random.Random(12)
        self._manner = OK
        self._tls = None
        if certificate:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(*certificate)
        self._loop = asyncio.new_event_loop()
        self._listener: asyncio.Server | None = None
        self._closed: socket.socket | None = None
        self._open: set[asyncio.Task] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail-server", daemon=True)
        self._thread.start()
        self.port = 0
        self._run(self._listen())

    @property
    def manner(self) -> Manner:
        """How it behaves at the moment."""
        return self._manner

    @manner.setter
    def manner(self, manner: Manner) -> None:
        self._manner = manner
        self._run(self._refuse() if manner.answers.get("connect") == REFUSE else self._listen())

    @property
    def taken(self) -> list[Delivery]:
        """What came in whole."""
        return [each for each in self.deliveries if each.accepted is not None]

    @property
    def ids(self) -> list[str]:
        """The Message-ID of everything that came in whole, copies included."""
        return [each.message_id for each in self.taken]

    @property
    def copies(self) -> dict[str, int]:
        """How many copies too many of which message."""
        return {key: number - 1 for key, number in Counter(self.ids).items() if number > 1}

    def forget(self) -> None:
        """Behave, and know of nothing."""
        self.manner, self.held_at = OK, ""
        self.deliveries, self.connections, self.offered, self.patience = [], [], [], []

    def close(self) -> None:
        """Hang up on everybody and end."""
        self._run(self._refuse())
        if self._closed is not None:
            self._closed.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _run(self, work: object) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)  # type: ignore[arg-type]

    async def _listen(self) -> None:
        if self._listener is None:
            if self._closed is not None:
                self._closed.close()
            here = socket.socket()
            here.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            here.bind(("127.0.0.1", self.port))
            self.port = here.getsockname()[1]
            self._listener = await asyncio.start_server(self._serve, sock=here, backlog=512)

    async def _refuse(self) -> None:
        """The port stays ours, and whoever knocks is refused by the kernel."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
            self._closed = socket.socket()
            self._closed.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._closed.bind(("127.0.0.1", self.port))
        for each in list(self._open):
            each.cancel()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(self.clock())
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await _Talk(self, reader, writer).go()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError, TimeoutError):
            pass
        except asyncio.CancelledError:
            pass  # refused from now on: hang up as a server does that goes down
        finally:
            self._open.discard(task)
            with contextlib.suppress(Exception):
                writer.transport.abort()


class _HungUpError(ConnectionError):
    """It was our turn to hang up."""


class _Talk:
    """One conversation."""

    def __init__(self, server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.recipient = ""

    async def go(self) -> None:
        if not await self.answer("connect", "220 mail.example ready"):
            return
        while line := await self.reader.readline():
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if not await self.obey(verb.upper(), rest):
                return

    async def obey(self, verb: str, rest: str) -> bool:
        """One command; False after the last."""
        if verb in ("EHLO", "HELO"):
            offers = [
                "mail.example",
                "PIPELINING",
                "SIZE 33554432",
                *(["STARTTLS"] if self.server._tls else []),
                "AUTH PLAIN LOGIN",
            ]
            lines = [f"250{'-' if each != offers[-1] else ' '}{each}\r\n" for each in offers]
            await self.say("".join(lines).rstrip("\r\n"))
        elif verb == "STARTTLS":
            return await self.encrypt()
        elif verb == "AUTH":
            return await self.answer("auth", "235 2.7.0 Welcome")
        elif verb == "MAIL":
            return await self.answer("mail", "250 2.1.0 OK")
        elif verb == "RCPT":
            self.server.offered.append(rest)
            self.recipient = rest.partition("<")[2].rpartition(">")[0]
            return await self.answer("rcpt", "250 2.1.5 OK")
        elif verb == "DATA":
            return await self.take()
        elif verb == "QUIT":
            await self.say("221 2.0.0 Bye")
            return False
        else:
            await self.say("250 2.0.0 OK")
        return True

    async def encrypt(self) -> bool:
        """STARTTLS, or what a broken one looks like."""
        await self.say("220 2.0.0 Go ahead")
        if self.server.manner.answers.get("tls") == GARBAGE:
            await self.say("this is no TLS at all" * 20)
            return False
        assert self.server._tls is not None
        await self.writer.start_tls(self.server._tls)
        return True

    async def take(self) -> bool:
        """DATA: when it began, what it was, and the last word."""
        delivery = Delivery(self.recipient, self.server.clock())
        self.server.deliveries.append(delivery)
        if not await self.answer("data", "354 Go on", wanted="354"):
            return self.last_word.startswith(("4", "5"))
        content = await self._content()
        found = _MESSAGE_ID.search(content)
        delivery.message_id = found[1].decode() if found else ""
        found = _LINK.search(content.replace(b"=\r\n", b""))
        delivery.link = found[0].decode() if found else ""
        delivery.digest = hashlib.sha256(content).hexdigest()
        reply = self.chosen("content", "250 2.0.0 Taken")
        if reply.startswith(("4", "5")):
            return await self.answer("content", reply)
        await self.pause("content")
        delivery.accepted = self.server.clock()
        delivery.told = reply not in (DROP, HANG)
        return await self._do(reply)

    async def _content(self) -> bytes:
        """Everything up to the line with a dot alone; first dots undoubled (RFC 5321, 4.5.2)."""
        lines = []
        while (line := await self.reader.readuntil(b"\n")) != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def chosen(self, stage: str, usual: str) -> str:
        """What the manner says for this stage, in its share of the cases."""
        manner = self.server.manner
        ordered = manner.answers.get(stage)
        return ordered if ordered is not None and self.server.dice.random() < manner.share else usual

    async def pause(self, stage: str) -> None:
        """A slow server's time to think."""
        while self.server.held_at == stage:
            await asyncio.sleep(0.02)
        if seconds := self.server.manner.pauses.get(stage, 0.0):
            await asyncio.sleep(seconds * (1 + self.server.dice.random()))

    async def answer(self, stage: str, usual: str, *, wanted: str = "2") -> bool:
        """Answer a command; whether the conversation goes on."""
        await self.pause(stage)
        self.last_word = self.chosen(stage, usual)
        alive = await self._do(self.last_word)
        return alive and (stage != "data" or self.last_word.startswith(wanted))

    async def _do(self, reply: str) -> bool:
        if reply in (DROP, REFUSE):
            raise _HungUpError
        if reply == HANG:
            began = time.monotonic()
            await self.reader.read()
            self.server.patience.append(time.monotonic() - began)
            raise _HungUpError
        await self.say(reply)
        return not reply.startswith("421")

    async def say(self, reply: str) -> None:
        self.writer.write(reply.encode() + b"\r\n")
        await self.writer.drain()


@contextlib.contextmanager
def running(*, clock: Callable[[], float] = time.time, certificate: tuple[str, str] | None = None) -> Iterator[Server]:
    """A mail server on a free loopback port."""
    server = Server(clock=clock, certificate=certificate)
    try:
        yield server
    finally:
        server.close()
