"""A mail server for tests: keeps what it accepts and misbehaves as it is told."""

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's own, not our room's

OK = "250 OK"
DROP = "drop"
HANG = "hang"


@dataclass
class Sink:
    """`rcpt` and `data` answer each command: an SMTP reply, DROP (the connection) or HANG; a list is used up one by one."""

    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    on_rcpt: Callable[[], Any] | None = None
    on_data: Callable[[], Any] | None = None
    accepted: list[Envelope] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    connections: int = 0
    pipelining: bool = False
    controller_options: dict[str, Any] = field(default_factory=dict)

    def start(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._controller = Controller(
            _Handler(self), hostname="127.0.0.1", port=self.port, ready_timeout=10, **self.controller_options
        )
        self._controller.start()
        self.connections = 0  # the controller knocks once itself

    def stop(self) -> None:
        self._controller.stop(no_assert=True)

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(bytes(e.content or b""), policy=policy.default) for e in self.accepted]  # type: ignore[misc]

    @property
    def recipients(self) -> list[str]:
        return [recipient for envelope in self.accepted for recipient in envelope.rcpt_tos]


class _Handler:
    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.sink.connections += 1
        session.host_name = hostname
        return [*responses[:-1], *["250-PIPELINING"] * self.sink.pipelining, *responses[-1:]]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.sink.offered.append(address)
        await _run(self.sink.on_rcpt)
        answer = await _answer(self.sink.rcpt, server)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await _run(self.sink.on_data)
        answer = self.sink.data.pop(0) if self.sink.data else OK
        if answer in (OK, DROP, HANG):
            # DROP and HANG come after the content was taken in: the sender cannot know that it arrived.
            self.sink.accepted.append(envelope)
        return await _answer([answer], server)


async def _run(hook: Callable[[], Any] | None) -> None:
    if hook is not None:
        await asyncio.get_running_loop().run_in_executor(None, hook)


async def _answer(answers: list[str], server: SMTP) -> str:
    answer = answers.pop(0) if answers else OK
    if answer == DROP and server.transport is not None:
        server.transport.abort()
    elif answer == HANG:
        await asyncio.sleep(2)
    return OK if answer in (DROP, HANG) else answer
