"""A mail server that takes everything and keeps nothing, quick enough not to be what is measured.

`python -m benchmarks.mail_sink` prints its port on loopback and serves until its standard input ends.
"""
# ruff: noqa: T201  whoever started it reads the port

import socketserver
import sys
import threading


class Session(socketserver.StreamRequestHandler):
    """One connection, as many messages as it brings (RFC 5321)."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Answer every command at once."""
        self._say(b"220 sink")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"EHLO":
                self.wfile.write(b"250-sink\r\n250-8BITMIME\r\n250-PIPELINING\r\n250 SIZE 33554432\r\n")
            elif word == b"DATA":
                self._say(b"354 go on")
                while (line := self.rfile.readline()) and line != b".\r\n":
                    pass
                self._say(b"250 taken")
            elif word == b"QUIT":
                self._say(b"221 bye")
                return
            else:
                self._say(b"250 ok")

    def _say(self, words: bytes) -> None:
        self.wfile.write(words + b"\r\n")


class Sink(socketserver.ThreadingTCPServer):
    """The listening end."""

    allow_reuse_address = daemon_threads = True


def main() -> None:
    """Serve until whoever started it has gone."""
    with Sink(("127.0.0.1", 0), Session) as sink:
        threading.Thread(target=sink.serve_forever, daemon=True).start()
        print(sink.server_address[1], flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
