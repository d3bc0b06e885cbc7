"""The helper process: one job on standard input, one answer on standard output. `python -m bookings.outside`

Whatever a hostile calendar does, it does here: limits on memory and computing, no database, no secret, no Django.
"""

import json
import os
import resource
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

from bookings.outside.fetching import fetch
from bookings.outside.job import FAILED, Answer
from bookings.outside.reading import read
from bookings.outside.trouble import Trouble

MEMORY = 512 * 1024 * 1024  # address space: half of it is the interpreter, its libraries and a thread's arena
COMPUTING = 15  # seconds
FILES = 64


def limit() -> None:
    """Take away what the job does not need."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (COMPUTING, COMPUTING))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def answer(job: dict[str, Any]) -> dict[str, Any]:
    """Fetch and read; {"error": sentence} where that fails."""
    try:
        came = fetch(
            job["url"],
            ports=job["ports"],
            allowed=[ip_network(each) for each in job["networks"]],
            etag=job["etag"],
            last_modified=job["last_modified"],
        )
        if came.body is None:
            return asdict(Answer(None))
        since, until = (datetime.fromtimestamp(job[name], UTC) for name in ("since", "until"))
        found = read(came.body, zone=job["zone"], since=since, until=until)
        return asdict(Answer(found.busy, found.skipped, came.etag, came.last_modified))
    except Trouble as trouble:
        return {"error": str(trouble)}
    except (Exception, MemoryError):
        return {"error": FAILED}


def main() -> None:
    """One job, one answer."""
    limit()
    written = json.dumps(answer(json.load(sys.stdin)))
    sys.stdout.write(written)
    sys.stdout.flush()
    # Not by the usual way out, which would wait for a resolver that never answers.
    os._exit(0)


if __name__ == "__main__":
    main()
