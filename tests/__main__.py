"""`make test`: every test on SQLite, then on PostgreSQL and Redis where they answer; arguments go to pytest."""
# ruff: noqa: T201  the terminal is where this speaks

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis

from tests.report import Result, closing, read_results
from tests.services import HOW, chromium

ROOT = Path(__file__).resolve().parents[1]
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
REDIS = "redis://127.0.0.1:6379/9"
# Nothing in there knows of a database.
ONCE = (
    "tests/institute/tree",
    "tests/institute/launch",
    "tests/institute/desk/funnel/test_counts.py",
    "tests/institute/desk/funnel/test_weeks.py",
    "tests/bookings/scheduling",
    "tests/bookings/test_holidays.py",
    "tests/bookings/outside/test_addresses.py",
    "tests/bookings/outside/test_against_oracle.py",
    "tests/bookings/outside/test_answers.py",
    "tests/bookings/outside/test_fetching.py",
    "tests/bookings/outside/test_free_busy.py",
    "tests/bookings/outside/test_hostile.py",
    "tests/bookings/outside/test_job.py",
    "tests/bookings/outside/test_reading.py",
    "tests/bookings/outside/test_zones.py",
    "tests/content/test_inline.py",
    "tests/leads/test_client.py",
    "tests/mail/test_addresses.py",
    "tests/mail/test_clock.py",
    "tests/mail/test_mime.py",
    "tests/mail/test_text.py",
)
WORKERS = 4  # pytest-xdist processes: some always wait for a server, a browser or a clock


@dataclass(frozen=True)
class Pass:
    """One run of pytest over the tests, with what is told apart from the other."""

    name: str
    environment: Mapping[str, str]
    arguments: Sequence[str]


def answering_postgres(env: Mapping[str, str]) -> str:
    """The URL of a PostgreSQL server that answers, or ""; one that was named and does not answer ends the run."""
    named = env.get("TEST_DATABASE_URL", "")
    try:
        with psycopg.connect(named or POSTGRES, connect_timeout=3):
            return named or POSTGRES
    except psycopg.OperationalError as error:
        if named:
            sys.exit(f"TEST_DATABASE_URL does not answer: {str(error).strip().splitlines()[0]}")
        return ""


def answering_redis(env: Mapping[str, str]) -> str:
    """The same for Redis."""
    named = env.get("TEST_REDIS_URL", "")
    try:
        redis.Redis.from_url(named or REDIS, socket_connect_timeout=2, socket_timeout=2).ping()
    except redis.RedisError as error:
        if named:
            sys.exit(f"TEST_REDIS_URL does not answer: {error}")
        return ""
    return named or REDIS


@contextlib.contextmanager
def own_database(server: str) -> Iterator[str]:
    """A URL whose test databases nobody else uses; dropped afterwards, whatever a broken run left open."""
    name = f"house_{secrets.token_hex(4)}"
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            like = f"test\\_{name}%"
            for (left,) in connection.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE %s", [like]
            ).fetchall():
                connection.execute(f'DROP DATABASE IF EXISTS "{left}" WITH (FORCE)')


@contextlib.contextmanager
def own_redis(url: str) -> Iterator[None]:
    """Empty afterwards those databases of the server that were empty before; others may hold somebody's data."""
    base, _, number = url.rpartition("/")
    first = int(number) if number.isdigit() else 0
    clients = [redis.Redis.from_url(f"{base}/{(first + step) % 16}") for step in range(WORKERS)]
    empty = [client for client in clients if client.dbsize() == 0]
    try:
        yield
    finally:
        for client in empty:
            client.flushdb()


def run_pytest(one: Pass, arguments: Sequence[str], folder: Path) -> tuple[int, list[Result], float]:
    """Exit code, results by test and seconds of one pass; Ctrl-C is waited for, so that pytest can clean up."""
    report = folder / "report.xml"
    report.unlink(missing_ok=True)
    print(f"\n=== {one.name} ===", flush=True)
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-n", str(WORKERS), f"--junitxml={report}", *one.arguments, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env={**one.environment, "TMPDIR": str(folder)})
    ended: list[int] = []

    def end(number: int, frame: object) -> None:
        ended.append(number)
        if number == signal.SIGTERM:  # Ctrl-C reaches pytest by itself; a second one would cut its cleaning up short
            process.send_signal(signal.SIGINT)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    code = process.wait()
    for number, handler in before.items():
        signal.signal(number, handler)
    if ended:
        raise KeyboardInterrupt
    return code, read_results(report), time.monotonic() - began


def passes(postgres: str, redis_server: str, env: Mapping[str, str]) -> Iterator[Pass]:
    """SQLite with the browser; then, where it answers, PostgreSQL with Redis."""
    required = {word for word in env.get("TEST_REQUIRE", "").split(",") if word}
    bare = {name: value for name, value in env.items() if name not in {"DATABASE_URL", "REDIS_URL", "EMAIL_URL"}}
    # What needs the other database skips here on purpose and runs in the next pass.
    bare["TEST_REQUIRE"] = ",".join(sorted(required - {"postgres", "redis"}))
    with_redis = {"REDIS_URL": redis_server} if redis_server else {}
    here = {} if postgres else with_redis
    yield Pass("SQLite and Redis" if here else "SQLite", bare | here, [])
    if postgres:
        with own_database(postgres) as url:
            second = {**bare, "TEST_REQUIRE": ",".join(sorted(required)), "DATABASE_URL": url, **with_redis}
            name = "PostgreSQL and Redis" if redis_server else "PostgreSQL without Redis"
            yield Pass(name, second, ["-m", "not browser", *(f"--ignore={path}" for path in ONCE)])


def main(arguments: Sequence[str]) -> int:
    """0 when all passed and all that TEST_REQUIRE names was there."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    here = {"postgres": answering_postgres(env), "redis": answering_redis(env), "browser": chromium() or ""}
    for name, place in here.items():
        print(f"{name:<10}{'found' if place else 'not found; enable with: ' + HOW[name]}", flush=True)
    missing = [name for name in env.get("TEST_REQUIRE", "").split(",") if name and not here.get(name)]
    if missing:
        print(f"TEST_REQUIRE asks for what is not here: {', '.join(missing)}", file=sys.stderr)
        return 1
    codes, done = [], []
    with contextlib.ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="tpm-", ignore_cleanup_errors=True)))
        if here["redis"]:
            cleanup.enter_context(own_redis(here["redis"]))
        walk = cleanup.enter_context(contextlib.closing(passes(here["postgres"], here["redis"], env)))
        for one in walk:
            code, results, seconds = run_pytest(one, arguments, folder)
            codes.append(code)
            done.append((one.name, results, seconds))
            if code == 2:  # interrupted: what was asked for is an end, not the next pass
                break
    print(closing(done, [f"the {name} part; enable with: {HOW[name]}" for name, place in here.items() if not place]))
    bad = [code for code in codes if code not in {0, 5}]  # 5: this choice of tests has none in that pass
    return bad[0] if bad else (0 if 0 in codes else 5)


def _end(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("Ended; what the tests made is dropped.", file=sys.stderr)
        sys.exit(130)
