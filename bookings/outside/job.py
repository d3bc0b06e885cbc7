"""What the worker asks its helper process, and what the helper answers: JSON over its standard input and output."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from bookings.outside.trouble import Trouble

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 20.0
# No secret of the site is in the helper's environment; only what Python and TLS need to start.
PASSED_ON = ("LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "PYTHONTZPATH")
FAILED = "The calendar could not be read."
TOOK_TOO_LONG = "The calendar took too long to fetch and read."


@dataclass(frozen=True, slots=True)
class Job:
    """One calendar to fetch and read: instants in whole seconds since the epoch, networks as text."""

    url: str
    zone: str
    since: int
    until: int
    ports: tuple[int, ...]
    networks: tuple[str, ...] = ()
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Busy times as pairs of whole seconds; `busy` None: unchanged since the last time."""

    busy: tuple[tuple[int, int], ...] | None
    skipped: int = 0
    etag: str = ""
    last_modified: str = ""


def run(job: Job, *, seconds: float = SECONDS) -> Answer:
    """Have a process of its own fetch and read the calendar; it is killed with all it started after `seconds`.

    A subprocess, because Celery's own children are daemons, which multiprocessing forbids to have children.
    Raises Trouble.
    """
    try:
        return _understood(_helped(json.dumps(asdict(job)).encode(), seconds))
    except OSError:
        # No process, no memory or no pipe to be had at this moment.
        raise Trouble(FAILED) from None


def _helped(job: bytes, seconds: float) -> bytes:
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    helper = subprocess.Popen(
        [sys.executable, "-B", "-E", "-s", "-m", "bookings.outside"],
        cwd=ROOT,
        env=environment | {"PATH": os.defpath, "LANG": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return helper.communicate(job, timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        raise Trouble(TOOK_TOO_LONG) from None
    finally:
        _end(helper)


def _end(helper: "subprocess.Popen[bytes]") -> None:
    if helper.poll() is None:
        # Its own session, so its group is its own too.
        os.killpg(helper.pid, signal.SIGKILL)
        helper.communicate()


def _understood(written: bytes) -> Answer:
    try:
        found = json.loads(written)
        if "error" in found:
            raise Trouble(str(found["error"])[:300])
        busy = found["busy"]
        return Answer(
            None if busy is None else tuple((int(start), int(end)) for start, end in busy),
            int(found["skipped"]),
            str(found["etag"])[:200],
            str(found["last_modified"])[:80],
        )
    except (ValueError, KeyError, TypeError):
        # Ended by one of its own limits, or in another way that left nothing to read.
        raise Trouble(FAILED) from None
