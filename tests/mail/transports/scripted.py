"""A server that says a fixed list of lines, whatever it is told: for the answers no decent server gives."""

import contextlib
import socket
import threading
from types import TracebackType


class Scripted:
    """Says the first line at once and one more after each line it reads; None closes the connection."""

    def __init__(self, script: list[str | None]) -> None:
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.heard: list[str] = []
        self._client: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "Scripted":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        if self._client is not None:
            with contextlib.suppress(OSError):  # the other side was quicker
                self._client.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def _serve(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:
            return
        self._client = client
        with contextlib.suppress(ConnectionError), client, client.makefile("rb") as lines:
            for number, say in enumerate(self._script):
                if number:
                    line = lines.readline()
                    if not line:
                        return
                    self.heard.append(line.decode("latin-1").strip())
                if say is None:
                    return
                client.sendall(say.encode() + b"\r\n")
            while line := lines.readline():
                self.heard.append(line.decode("latin-1").strip())
                if line.upper().startswith(b"QUIT"):
                    return
