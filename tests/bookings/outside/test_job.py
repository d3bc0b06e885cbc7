"""The helper process: what goes in, what comes out, and that nothing it does can take the worker down."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bookings.outside import job
from bookings.outside.job import FAILED, TOOK_TOO_LONG, Answer, Job, run
from bookings.outside.trouble import Trouble
from tests.bookings.outside.feeds import Feed, answer, ics, serving

SINCE, UNTIL = (int(datetime(2027, month, 1, tzinfo=UTC).timestamp()) for month in (1, 12))
CALENDAR = ics("UID:a\nDTSTART;VALUE=DATE:20270301", "UID:b\nDTSTART:broken")
DAY = (1803877200, 1803963600)  # 1 March in New York


def a_job(url: str, port: int, **changes: Any) -> Job:
    usual: dict[str, Any] = {"zone": "America/New_York", "since": SINCE, "until": UNTIL}
    return Job(url=url, **(usual | {"ports": (port,), "networks": ("127.0.0.0/8",)} | changes))


def of(feed: Feed, **changes: Any) -> Job:
    return a_job(feed.url(), feed.port, **changes)


def trouble(of_job: Job, **changes: Any) -> str:
    with pytest.raises(Trouble) as found:
        run(of_job, **changes)
    return str(found.value)


def test_busy_times_come_back() -> None:
    with serving(answer(CALENDAR, ETag='"1"', Last_Modified="Mon, 11 Jan 2027 10:00:00 GMT")) as feed:
        assert run(of(feed)) == Answer((DAY,), 1, '"1"', "Mon, 11 Jan 2027 10:00:00 GMT")
    with serving(answer(status=304)) as feed:
        assert run(of(feed, etag='"1"')) == Answer(None)


def test_a_loopback_address_is_refused_by_the_helper_too() -> None:
    with serving(answer(CALENDAR)) as feed:
        assert "not public" in trouble(of(feed, networks=()))
    assert feed.asked == []


def test_trouble_comes_back_as_its_sentence() -> None:
    with serving(answer(status=404)) as feed:
        assert trouble(of(feed)).startswith("The calendar is not there")


def test_a_helper_that_takes_too_long_is_killed_with_its_group(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    real = subprocess.Popen

    def noted(*args: Any, **kwargs: Any) -> Any:
        helper = real(*args, **kwargs)
        started.append(helper.pid)
        return helper

    monkeypatch.setattr(job.subprocess, "Popen", noted)
    with serving(lambda handler: time.sleep(5)) as feed:
        began = time.monotonic()
        assert trouble(of(feed), seconds=1.0) == TOOK_TOO_LONG
        assert time.monotonic() - began < 3
    with pytest.raises(ProcessLookupError):
        os.killpg(started[0], signal.SIGKILL)


@pytest.mark.parametrize("written", [b"", b"nonsense", b"[]", b"{}", b'{"busy": [[1]]}', b'{"busy": 7, "skipped": 0}'])
def test_an_answer_that_is_none_is_one_sentence(written: bytes) -> None:
    with pytest.raises(Trouble, match=FAILED):
        job._understood(written)


def test_the_helper_has_no_secret_of_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    given: list[dict[str, str]] = []
    real = subprocess.Popen

    def noted(*args: Any, **kwargs: Any) -> Any:
        given.append(kwargs["env"])
        return real(*args, **kwargs)

    monkeypatch.setattr(job.subprocess, "Popen", noted)
    with serving(answer(CALENDAR)) as feed:
        run(of(feed))
    (environment,) = given
    assert environment.keys() - set(job.PASSED_ON) == {"PATH", "LANG"}


def limits() -> dict[str, Any]:
    """What the helper may use, as it sees it itself."""
    script = (
        "import json, resource, bookings.outside.__main__ as m; m.limit(); "
        "print(json.dumps({n: resource.getrlimit(getattr(resource, n))[0] "
        "for n in ('RLIMIT_AS', 'RLIMIT_CPU', 'RLIMIT_NOFILE', 'RLIMIT_CORE')}))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=job.ROOT, capture_output=True, check=True)
    return dict(json.loads(done.stdout))


def test_memory_computing_and_files_are_limited() -> None:
    assert limits() == {
        "RLIMIT_AS": 512 * 1024 * 1024,
        "RLIMIT_CPU": 15,
        "RLIMIT_NOFILE": 64,
        "RLIMIT_CORE": 0,
    }


def test_memory_that_runs_out_is_one_sentence() -> None:
    script = (
        "import json, bookings.outside.__main__ as m; m.limit(); m.fetch = lambda *a, **k: bytearray(10**9); "
        "print(json.dumps(m.answer({'url': '', 'ports': [], 'networks': [], 'etag': '', 'last_modified': ''})))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=job.ROOT, capture_output=True, check=True)
    assert json.loads(done.stdout) == {"error": FAILED}


def test_the_helper_works_from_a_thread_and_where_daemons_may_have_no_children() -> None:
    """Celery's prefork children are daemons."""
    script = (
        "import multiprocessing, sys\n"
        "from bookings.outside.job import Job, run\n"
        "def child(job, to):\n"
        "    to.put(run(job).busy)\n"
        "if __name__ == '__main__':\n"
        "    context = multiprocessing.get_context('fork')\n"
        "    to = context.Queue()\n"
        f"    job = Job(url=sys.argv[1], zone='America/New_York', since={SINCE}, until={UNTIL},\n"
        "              ports=(int(sys.argv[2]),), networks=('127.0.0.0/8',))\n"
        "    process = context.Process(target=child, args=(job, to), daemon=True)\n"
        "    process.start()\n"
        "    print(to.get(timeout=30))\n"
    )
    with serving(answer(CALENDAR)) as feed:
        arguments = [sys.executable, "-c", script, feed.url(), str(feed.port)]
        done = subprocess.run(arguments, cwd=job.ROOT, capture_output=True, text=True, check=True, timeout=60)
        assert done.stdout.strip() == str((DAY,))
        found: list[Answer] = []
        thread = threading.Thread(target=lambda: found.append(run(of(feed))))
        thread.start()
        thread.join(30)
    assert found[0].busy == (DAY,)


def test_the_address_never_shows_in_the_process_list() -> None:
    """Arguments can be read by every user of the machine; standard input cannot."""
    seen: list[bytes] = []

    def look(handler: Any) -> None:
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                try:
                    seen.append((entry / "cmdline").read_bytes())
                except OSError:
                    continue
        answer(CALENDAR)(handler)

    with serving(look) as feed:
        run(of(feed))
    assert any(b"bookings.outside" in line for line in seen)
    where = feed.url().encode()  # another test may be serving the same path elsewhere
    assert not [line for line in seen if where in line]
