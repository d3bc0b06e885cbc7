"""The site as separate processes on loopback: gunicorn, Celery worker, beat, and a mail server that keeps what it accepts."""

import contextlib
import email
import email.policy
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what: Callable[[], object], *, seconds: float, saying: str) -> None:
    """Ask again and again until it is true; fail with the sentence when time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} s: {saying}")


@dataclass
class Sink:
    """A mail server that accepts everything and remembers it with the time of DATA."""

    port: int
    accepted: list[tuple[float, str, EmailMessage]] = field(default_factory=list)

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
        content = email.message_from_bytes(envelope.content, policy=email.policy.SMTP)  # type: ignore[attr-defined]
        self.accepted.append((time.time(), envelope.rcpt_tos[0], content))  # type: ignore[attr-defined,arg-type]
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """Every message accepted for an address, oldest first."""
        return [message for _, recipient, message in self.accepted if recipient == address]


@dataclass
class Stack:
    """A running site and the handles to steer it."""

    site: str
    environment: dict[str, str]
    folder: Path
    sink: Sink | None = None
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)

    def manage(self, *words: str) -> str:
        """Run a management command in the site's environment and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str, *words: str) -> None:
        """Start one more process of the site; its output goes to a file of its name."""
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def log(self, name: str) -> str:
        """What a process has written so far."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def serve(self, *, workers: int = 2, threads: int = 8) -> None:
        """Start gunicorn and wait until it answers."""
        bind = self.site.removeprefix("http://")
        self.start(
            "web", "gunicorn", "institute.wsgi:application", "--bind", bind, "--worker-class", "gthread",
            "--workers", str(workers), "--threads", str(threads), "--timeout", "60", "--backlog", "2048",
        )  # fmt: skip
        wait_until(self.answers, seconds=30, saying=f"the site answers: {self.log('web')[-2000:]}")

    def answers(self) -> bool:
        """Whether the readiness page says yes."""
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.site}/readyz", timeout=5) as answer:
            return answer.status == 200
        return False

    def shift_clock(self, seconds: float) -> None:
        """Move the one clock of web, worker and beat."""
        path = Path(self.environment["CLOCK_SHIFT_FILE"])
        fresh = path.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.replace(path)

    def stop(self) -> None:
        """End every process that this stack started, by id."""
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=5)


@contextlib.contextmanager
def running_sink() -> Iterator[Sink]:
    """A mail server on a free loopback port."""
    sink = Sink(port=free_port())
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


@contextlib.contextmanager
def fresh_postgres(server: str) -> Iterator[str]:
    """A database of its own on the server of a URL, dropped afterwards."""
    import psycopg

    base, _, _ = server.rpartition("/")
    name = f"test_journey_{secrets.token_hex(4)}"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{base}/{name}"
    finally:
        with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextlib.contextmanager
def stack(
    *, database_url: str = "", redis_url: str = "", sink: Sink | None = None, **environment: str
) -> Iterator[Stack]:
    """A migrated and seeded site, not yet serving; everything it writes lies in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="institute-stack-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "shift").write_text("0")
        site = f"http://127.0.0.1:{free_port()}"
        env = {
            key: value
            for key, value in os.environ.items()
            if key
            not in {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE", "DATA_DIR", "DEBUG", "SITE_URL"}
        }
        env |= {
            "DATA_DIR": str(folder / "data"),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "SITE_URL": site,
            "ALLOWED_HOSTS": "127.0.0.1",
            "DEBUG": "0",
            "CLOCK_SHIFT_FILE": str(folder / "shift"),
            "TRUSTED_PROXIES": "127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "institute.settings",
            "PYTHONUNBUFFERED": "1",
        }
        if database_url:
            env["DATABASE_URL"] = database_url
        if redis_url:
            env["REDIS_URL"] = redis_url
        if sink:
            env["EMAIL_URL"] = f"smtp://127.0.0.1:{sink.port}"
        env |= environment
        (folder / "data").mkdir()
        made = Stack(site, env, folder, sink)
        try:
            made.manage("migrate", "--verbosity", "0")
            made.manage("collectstatic", "--noinput", "--verbosity", "0")
            made.manage("first_guide")
            made.manage("demo_data")
            yield made
        finally:
            made.stop()
