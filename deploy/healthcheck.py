"""Container health without curl: `web` asks /readyz as the site's own host, `beat` looks how fresh its schedule is."""

import os
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

FRESH = 600  # seconds; beat writes its schedule at least every three minutes


def web() -> bool:
    """Whether /readyz of this container answers 200."""
    host = urlsplit(os.environ["SITE_URL"]).netloc
    asked = urllib.request.Request("http://127.0.0.1:8000/readyz", headers={"Host": host})
    with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310  a fixed http address
        return answer.status == 200


def beat() -> bool:
    """Whether beat has written its schedule lately."""
    schedule = Path(os.environ["BEAT_SCHEDULE"])  # dbm adds an ending of its own on some systems
    written = [file.stat().st_mtime for file in schedule.parent.glob(schedule.name + "*")]
    return time.time() - max(written, default=0.0) < FRESH


if __name__ == "__main__":
    try:
        sys.exit(0 if {"web": web, "beat": beat}[sys.argv[1]]() else 1)
    except OSError as error:
        sys.exit(str(error))
