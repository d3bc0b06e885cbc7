"""F26: web and worker are stopped by SIGTERM and replaced, again and again, while people book and reminders go out."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.crowd import Client, failures
from tests.faults.figures import FULL, Table, size
from tests.faults.mail.booker import booking
from tests.faults.mail.conftest import House
from tests.faults.mail.server import Manner
from tests.faults.mail.tally import Tally
from tests.journeys.stack import ROOT, wait_until

TIMES, NUMBER = size(1, 20, knob="ROUNDS"), size(20, 600, knob="MAILS")
PEOPLE, WORKERS = size(2, 6), size(1, 2)
LONGEST = 30.0  # seconds from SIGTERM to the end


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """The socket that outlives who answers on it, as systemd or a supervisor keeps one."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as made:
        yield made


class Web:
    """A gunicorn on a socket that is not its own."""

    def __init__(self, house: House, listener: socket.socket) -> None:
        words = [
            "--config",
            "deploy/gunicorn.conf.py",
            "--bind",
            f"fd://{listener.fileno()}",
            "institute.wsgi:application",
        ]
        with open(house.site.folder / "rolling.log", "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *words],
                cwd=ROOT,
                env=house.site.environment | {"WEB_WORKERS": str(WORKERS)},
                pass_fds=[listener.fileno()],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill_processes(self) -> None:
        """SIGKILL to those that answer; the one that watches over them replaces them."""
        watcher = self.process.pid
        for pid in Path(f"/proc/{watcher}/task/{watcher}/children").read_text().split():
            os.kill(int(pid), signal.SIGKILL)

    def end(self) -> float:
        """SIGTERM; seconds until it had ended."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        return time.monotonic() - began


def served(house: House, listener: socket.socket, number: int) -> Web:
    """A web server whose processes have begun to answer."""
    web = Web(house, listener)
    log = house.site.folder / "rolling.log"
    wait_until(lambda: log.read_text().count("Booting worker") >= number, seconds=60, saying=log.read_text()[-2000:])
    return web


def test_f26_rolling_restarts_lose_nothing(house: House, listener: socket.socket, table: Table) -> None:
    (house.site.folder / "rolling.log").write_text("")
    house.server.manner = Manner(pauses={"content": 0.05})
    web, worker = served(house, listener, WORKERS), house.nursery.worker()
    house.nursery.beat(every=1)
    house.calls(number=NUMBER, first=1, over=TIMES * size(3, 6))
    webs, workers = [], []
    with booking(f"http://127.0.0.1:{listener.getsockname()[1]}", people=PEOPLE) as visitors:
        for turn in range(TIMES):
            time.sleep(size(2, 1))
            new = served(house, listener, WORKERS * (turn + 2)), house.nursery.worker()
            time.sleep(size(1, 2))
            worker.signal(signal.SIGTERM)
            webs.append(web.end())
            began = time.monotonic()
            worker.wait(60)
            workers.append(webs[-1] + time.monotonic() - began)
            web, worker = new
    house.wait_until_sent(seconds=90)
    web.end()
    tally = Tally(house.ask("messages"), house.server)
    what = f"{TIMES} restarts of web and worker"
    visitors.told(table, "F26", what)
    table.exactly("F26", f"{what}: reminders lost, or not marked as sent", tally.lost + tally.not_marked, [])
    table.exactly("F26", f"{what}: copies of any mail", house.server.copies, {})
    table.at_most("F26", f"{what}: slowest end of web", max(webs), LONGEST)
    table.at_most("F26", f"{what}: slowest end of worker", max(workers), LONGEST)
    table.exactly("F26", f"{what}: broken promises", house.ask("broken"), [])
    table.judge()


@pytest.mark.skipif(not FULL, reason="a proof that costs many starts of the web server: make faults")
def test_f26_processes_that_are_killed_instead_break_connections(house: House, listener: socket.socket) -> None:
    """The proof: with SIGKILL in the place of SIGTERM, people see what they must not."""
    log = house.site.folder / "rolling.log"
    log.write_text("")
    web, over, answers = served(house, listener, WORKERS), threading.Event(), []
    client = Client(f"http://127.0.0.1:{listener.getsockname()[1]}")

    def look() -> None:
        while not over.is_set():
            answers.append(client.timed("GET", "/coaches/"))

    readers = [threading.Thread(target=look) for _ in range(4)]
    for reader in readers:
        reader.start()
    try:
        for turn in range(10):
            wait_until(lambda turn=turn: log.read_text().count("Booting worker") > turn, seconds=60, saying="a process")
            seen = len(answers)
            wait_until(lambda seen=seen: len(answers) > seen, seconds=60, saying="it answers")
            web.kill_processes()
            time.sleep(0.3)  # those who were cut off notice
            if failures(answers):
                return
    finally:
        over.set()
        for reader in readers:
            reader.join(60)
        web.end()
    pytest.fail("no kill broke a connection: the restarts prove nothing")
