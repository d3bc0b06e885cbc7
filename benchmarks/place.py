"""Where things are measured: databases of their own on PostgreSQL, and gunicorn as in production for every side."""
# ruff: noqa: S603  we start what we name, with words of our own

import contextlib
import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg
import redis
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
REDIS = "redis://127.0.0.1:6379"
RIVALS = ROOT / "benchmarks" / "rivals.txt"


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Server:
    """A running web server."""

    port: int
    environment: Mapping[str, str]

    @property
    def site(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.port}"


@dataclass
class Place:
    """One run of the benchmarks: a folder, a PostgreSQL server, and how our side is set up there."""

    folder: Path
    postgres: str
    redis: str = ""

    def url(self, database: str) -> str:
        """The address of a database on this server."""
        return f"{self.postgres.rpartition('/')[0]}/{database}"

    @cached_property
    def secret(self) -> str:
        """A key for every side."""
        return secrets.token_urlsafe(48)

    def environment(self, database: str, port: int = 8000) -> dict[str, str]:
        """Our production settings, with a proxy in front that says who the client is."""
        ours = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE", "DATA_DIR", "DEBUG", "WEB_WORKERS")
        return {key: value for key, value in os.environ.items() if key not in ours} | {
            "DJANGO_SETTINGS_MODULE": "institute.settings",
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self.url(database),
            "REDIS_URL": self.redis,
            "SECRET_KEY": self.secret,
            "SITE_URL": f"http://127.0.0.1:{port}",
            "ALLOWED_HOSTS": "127.0.0.1",
            "TRUSTED_PROXIES": "127.0.0.1",
            "DEBUG": "0",
            "LOG_LEVEL": "ERROR",
        }

    def run(self, *words: str, env: Mapping[str, str], python: str = sys.executable) -> str:
        """Run a module of Python in that environment and return what it printed."""
        done = subprocess.run([python, "-m", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def sql(self, statement: str, *names: str) -> None:
        """Tell the server about whole databases."""
        with psycopg.connect(self.postgres, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def drop(self, database: str) -> None:
        """Away with a database of ours, whoever is still connected."""
        self.sql("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)

    @contextlib.contextmanager
    def database(self, purpose: str) -> Iterator[str]:
        """An empty database that nobody else uses; dropped afterwards."""
        name = f"bench_{purpose}_{secrets.token_hex(4)}"
        self.sql("CREATE DATABASE {}", name)
        try:
            yield name
        finally:
            self.drop(name)

    @contextlib.contextmanager
    def seeded(self, purpose: str, *seed: str) -> Iterator[str]:
        """A database of ours, migrated and filled by `python -m benchmarks.seed` with these words."""
        with self.database(purpose) as name:
            self.prepare(name, *seed)
            yield name

    def prepare(self, database: str, *seed: str) -> None:
        """Migrate, fill and settle."""
        env = self.environment(database)
        self.static  # noqa: B018  collected once for all sites
        self.run("django", "migrate", "--verbosity", "0", env=env)
        self.run("benchmarks.seed", *seed, env=env)
        self.settle(database)

    def settle(self, database: str) -> None:
        """What PostgreSQL knows of its tables is made fresh, as autovacuum would in time."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    @cached_property
    def static(self) -> Path:
        """Our static files, collected: pages ask for their hashed names."""
        self.run("django", "collectstatic", "--noinput", "--verbosity", "0", env=self.environment("postgres"))
        return self.folder / "static"

    @contextlib.contextmanager
    def ours(self, database: str) -> Iterator[Server]:
        """The site on that database."""
        port = free_port()
        with self.serving("institute.wsgi:application", port, self.environment(database, port), "/healthz") as server:
            yield server

    @contextlib.contextmanager
    def serving(
        self, app: str, port: int, env: Mapping[str, str], ready: str, python: str = sys.executable
    ) -> Iterator[Server]:
        """gunicorn with the settings of production: the same worker class and number for every side."""
        words = ["-m", "gunicorn", app, "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}"]
        words += ["--max-requests", "0", "--backlog", "2048", "--log-level", "error", "--timeout", "120"]
        with (self.folder / f"web-{port}.log").open("wb") as log:
            process = subprocess.Popen([python, *words], cwd=ROOT, env=env, stdout=log, stderr=log)
            try:
                self._wait(f"http://127.0.0.1:{port}{ready}", process, Path(log.name))
                yield Server(port, env)
            finally:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(timeout=30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def _wait(self, url: str, process: subprocess.Popen[bytes], log: Path) -> None:
        for _ in range(300):
            if process.poll() is not None:
                break
            with contextlib.suppress(OSError, urllib.error.URLError):
                with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  loopback
                    answer.read()
                return
            time.sleep(0.1)
        sys.exit(f"The server at {url} does not answer:\n{log.read_text(errors='replace')[-3000:]}")


def rival_python() -> str:
    """The Python of the rivals' own environment, made on first use in the user's cache folder."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tpm-institute-bench"
    home = cache / hashlib.sha256(RIVALS.read_bytes() + sys.version.encode()).hexdigest()[:16]
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        pip = [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
        ]
        subprocess.run([*pip, "-r", str(RIVALS)], check=True)
        (home / "ready").touch()
    return str(python)


@contextlib.contextmanager
def spare_redis() -> Iterator[str]:
    """A Redis database that nobody uses, emptied afterwards; "" where no Redis answers: then hints go through files."""
    base = (os.environ.get("TEST_REDIS_URL") or f"{REDIS}/0").rpartition("/")[0]
    for number in range(15, 9, -1):
        client = redis.Redis.from_url(f"{base}/{number}", socket_connect_timeout=2, socket_timeout=2)
        try:
            if client.dbsize():
                continue
        except redis.RedisError:
            break
        try:
            yield f"{base}/{number}"
        finally:
            client.flushdb()
        return
    yield ""


@contextlib.contextmanager
def place() -> Iterator[Place]:
    """A place to measure in; ends with a clear line where PostgreSQL does not answer."""
    url = os.environ.get("TEST_DATABASE_URL") or POSTGRES
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        sys.exit(f"These figures need PostgreSQL (TEST_DATABASE_URL): {str(error).strip().splitlines()[0]}")
    with (
        tempfile.TemporaryDirectory(prefix="institute-bench-", ignore_cleanup_errors=True) as folder,
        spare_redis() as hints,
    ):
        yield Place(Path(folder), url, hints)
