"""The site as separate processes on loopback: gunicorn, Celery worker, beat, and a mail server that keeps what it accepts."""

import contextlib
import email
import email.policy
import os
import secrets
import shutil
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

import psycopg
from aiosmtpd.controller import Controller

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what: Callable[[], object], *, seconds: float, saying: str | Callable[[], str]) -> None:
    """Ask again and again until it is true; fail with the sentence, as it is then, when time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} s: {saying if isinstance(saying, str) else saying()}")


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
        return manage(self.environment, *words)

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

    def serve(
        self,
        *,
        workers: int = 2,
        threads: int = 8,
        ready: str = "/readyz",
        application: str = "institute.wsgi:application",
    ) -> None:
        """Start gunicorn and wait until the page says yes."""
        bind = self.site.removeprefix("http://")
        self.start(
            "web", "gunicorn", application, "--bind", bind, "--worker-class", "gthread",
            "--workers", str(workers), "--threads", str(threads), "--timeout", "60", "--backlog", "2048",
        )  # fmt: skip
        wait_until(
            lambda: self.answers(ready), seconds=90, saying=lambda: f"the site answers: {self.log('web')[-2000:]}"
        )

    def answers(self, path: str = "/readyz") -> bool:
        """Whether a page answers 200."""
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.site}{path}", timeout=5) as answer:
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


def manage(environment: dict[str, str], *words: str) -> str:
    """Run a management command in that environment and return what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass
class Seed:
    """A migrated and seeded database with collected static files, made once and copied for every site."""

    folder: Path
    name: str
    postgres: str = ""  # URL of a server; empty for the embedded default

    @property
    def environment(self) -> dict[str, str]:
        """What every site's environment begins with."""
        ours = {
            "DATABASE_URL",
            "REDIS_URL",
            "EMAIL_URL",
            "DJANGO_SETTINGS_MODULE",
            "DATA_DIR",
            "DEBUG",
            "ALLOWED_HOSTS",
        }
        env = {key: value for key, value in os.environ.items() if key not in ours}
        return env | {
            "DATA_DIR": str(self.folder),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "SITE_URL": "http://127.0.0.1:8000",
            "DEBUG": "0",
            "TRUSTED_PROXIES": "127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "institute.settings",
            "PYTHONUNBUFFERED": "1",
        }

    @property
    def server(self) -> str:
        """The server part of the PostgreSQL URL."""
        return self.postgres.rpartition("/")[0]

    def sql(self, statement: str) -> None:
        """Tell the PostgreSQL server to make or drop a database."""
        with psycopg.connect(f"{self.server}/postgres", autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def make(self) -> None:
        """Migrate, seed and collect, into the database of that name or the folder."""
        env = self.environment
        if self.postgres:
            self.sql(f'CREATE DATABASE "{self.name}"')
            env["DATABASE_URL"] = f"{self.server}/{self.name}"
        manage(env, "prepare", "--first", "--verbosity", "0")
        uncompressed = {"DJANGO_SETTINGS_MODULE": "tests.settings_seed"}
        manage(env | uncompressed, "collectstatic", "--noinput", "--verbosity", "0")


@contextlib.contextmanager
def seeded(postgres: str = "") -> Iterator[Seed]:
    """The seed of all sites of a test session; its database is dropped afterwards."""
    name = f"test_seed_{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory(prefix="institute-seed-") as folder:
        seed = Seed(Path(folder), name, postgres)
        try:
            seed.make()
            yield seed
        finally:
            if postgres:
                seed.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextlib.contextmanager
def stack(seed: Seed, *, redis_url: str = "", sink: Sink | None = None, **environment: str) -> Iterator[Stack]:
    """A seeded site of its own, not yet serving; everything it writes lies in a folder that goes with it."""
    database = f"test_site_{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory(prefix="institute-site-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "shift").write_text("0")
        data = folder / "data"
        data.mkdir()
        (data / "static").symlink_to(seed.folder / "static")
        site = f"http://127.0.0.1:{free_port()}"
        env = seed.environment | {
            "DATA_DIR": str(data),
            "SITE_URL": site,
            "ALLOWED_HOSTS": "127.0.0.1",
            "CLOCK_SHIFT_FILE": str(folder / "shift"),
        }
        if seed.postgres:
            seed.sql(f'CREATE DATABASE "{database}" TEMPLATE "{seed.name}"')
            env["DATABASE_URL"] = f"{seed.server}/{database}"
        else:
            for file in seed.folder.glob("db.sqlite3*"):
                shutil.copy(file, data)
        if redis_url:
            env["REDIS_URL"] = redis_url
        if sink:
            env["EMAIL_URL"] = f"smtp://127.0.0.1:{sink.port}"
        made = Stack(site, env | environment, folder, sink)
        try:
            yield made
        finally:
            made.stop()
            if seed.postgres:
                seed.sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
