"""Calendars on loopback: a server whose every answer a test decides, and the files that it serves."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

LOOPBACK = (ip_network("127.0.0.0/8"),)


def ics(*events: str, head: str = "") -> bytes:
    """A calendar of these events, each given as its lines without BEGIN and END."""
    inside = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n{head}{inside}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def free_busy(*lines: str) -> str:
    """A list of busy times (RFC 5545, 3.6.4) of these lines, for the head of a calendar."""
    return "BEGIN:VFREEBUSY\nUID:busy@example.org\nDTSTAMP:20270101T000000Z\n" + "\n".join([*lines, "END:VFREEBUSY\n"])


@dataclass
class Feed:
    """A server that is running: its port, and what it was asked."""

    port: int
    host: str = "127.0.0.1"
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str = "/private-0123456789/basic.ics") -> str:
        return f"http://{self.host}:{self.port}{path}"


Reply = Callable[[BaseHTTPRequestHandler], None]


def answer(body: bytes = b"", status: int = 200, kind: str = "text/calendar", **headers: str) -> Reply:
    """A whole answer."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def dripping(beginning: bytes, seconds: float = 0.2) -> Reply:
    """Bytes that come one by one, without end."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(beginning)
        while True:
            handler.wfile.write(b"X")
            handler.wfile.flush()
            time.sleep(seconds)

    return reply


def endless(head: bytes, piece: bytes) -> Reply:
    """As much as the reader takes, as fast as it can."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        while True:
            handler.wfile.write(piece)

    return reply


@contextmanager
def serving(
    reply: Reply | dict[str, Reply], host: str = "127.0.0.1", port: int = 0, context: Any = None
) -> Iterator[Feed]:
    """Serve one answer, or one for each path, on loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            feed.asked.append((self.path, dict(self.headers.items())))
            self.close_connection = True
            with suppress(OSError):
                (reply[self.path] if isinstance(reply, dict) else reply)(self)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    server = Server((host, port), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    feed = Feed(server.server_address[1], host)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield feed
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
