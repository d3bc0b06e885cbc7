"""Starts senders, workers and beats of a site in an instant: one process imports the site once and forks the rest.

Each is a process of its own, with connections of its own, and dies like one that was started from a shell; only the
second of importing is saved, and with it the fault tests stay quick. The test talks to it through `Nursery`.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.journeys.stack import ROOT, Stack, wait_until


class Child:
    """A process of the site."""

    def __init__(self, pid: int, name: str, again: Callable[[], "Child"]) -> None:
        self.pid, self.name, self._again = pid, name, again
        self.until = 0.0

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    @property
    def children(self) -> list[int]:
        """The processes that it has started itself."""
        with contextlib.suppress(OSError):
            return [int(each) for each in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        return []

    def signal(self, number: int) -> None:
        """Send it a signal, if it is still there."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL to it and to what it has started."""
        for pid in (*self.children, self.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def again(self) -> "Child":
        """Another one of the same kind."""
        return self._again()

    def wait(self, seconds: float) -> None:
        """Until it has ended."""
        wait_until(lambda: not self.alive, seconds=seconds, saying=f"{self.name} ends")


class Nursery:
    """The test's side."""

    def __init__(self, site: Stack) -> None:
        self.site = site
        self.children: list[Child] = []
        self._lock = threading.Lock()
        self._answers = 0
        with open(site.folder / "nursery.log", "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.mail.nursery"],
                cwd=ROOT,
                env=site.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def fork(self, what: str, *arguments: Any, name: str = "", off: Sequence[str] = (), **settings: Any) -> Child:
        """Start one; `off` are guards to switch off in it, `settings` are set differently."""
        name = name or what
        pid = self._tell(do=what, arguments=arguments, name=name, off=list(off), settings=settings)
        child = Child(pid, name, lambda: self.fork(what, *arguments, name=name, off=off, **settings))
        self.children.append(child)
        return child

    def loop(self, *, every: float = 0.5, name: str = "loop", off: Sequence[str] = (), **settings: Any) -> Child:
        """`manage.py send_due --loop`."""
        return self.fork("manage", "send_due", "--loop", "--every", str(every), name=name, off=off, **settings)

    def worker(self, *, pool: str = "threads", concurrency: int = 2, name: str = "worker", **more: Any) -> Child:
        """A Celery worker."""
        words = ("worker", "--pool", pool, "--concurrency", str(concurrency), "--loglevel", "WARNING")
        return self.fork("celery", *words, "--hostname", f"{name}@here", name=name, **more)

    def beat(self, *, name: str = "beat", every: float | None = None) -> Child:
        """Celery's clock; it asks for mail `every` so many seconds where the usual 15 are too long."""
        schedule = str(self.site.folder / f"{name}.schedule")
        more = {"BEAT_EVERY": every} if every else {}
        return self.fork("celery", "beat", "--schedule", schedule, "--loglevel", "WARNING", name=name, **more)

    def begin(self, act: str, *, off: Sequence[str] = (), **values: Any) -> Callable[[], Any]:
        """Have one act of tests.faults.mail.acts done; call what comes back to wait for its answer."""
        with self._lock:
            self._answers += 1
            path = self.site.folder / f"answer-{self._answers}"
        child = self.fork("act", act, values, str(path), name="acts", off=off)

        def answer() -> Any:
            end = time.monotonic() + 900
            while not path.exists():
                if not child.alive and not path.exists():
                    raise AssertionError(f"{act}: {self.site.log('acts')[-4000:]}")
                assert time.monotonic() < end, f"{act} takes too long"
                time.sleep(0.02)
            self.children.remove(child)
            return json.loads(path.read_text())

        return answer

    def ask(self, act: str, *, off: Sequence[str] = (), **values: Any) -> Any:
        """The answer of one act as plain JSON values."""
        return self.begin(act, off=off, **values)()

    def end(self, *, seconds: float = 20) -> None:
        """SIGTERM to all that still run, SIGKILL to those that do not listen."""
        for child in self.children:
            child.signal(signal.SIGCONT)
            child.signal(signal.SIGTERM)
        until = time.monotonic() + seconds
        while any(child.alive for child in self.children) and time.monotonic() < until:
            time.sleep(0.02)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to all."""
        for child in self.children:
            child.kill()
        for child in self.children:
            child.wait(5)
        self.children.clear()

    def close(self) -> None:
        """End them all and the nursery too."""
        self.kill()
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)

    def _tell(self, **order: Any) -> int:
        assert self._process.stdin and self._process.stdout
        with self._lock:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        assert answer, self.site.log("nursery")[-4000:]
        return int(answer)


@contextlib.contextmanager
def nursery(site: Stack) -> Iterator[Nursery]:
    """A nursery for the processes of this site."""
    made = Nursery(site)
    try:
        yield made
    finally:
        made.close()


# --- the nursery's own side -------------------------------------------------------------------------------------------


def _live(order: dict[str, Any], folder: Path) -> None:
    """What a forked process does until it ends."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with open(folder / f"{order['name']}.log", "ab") as log, open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    from django.conf import settings

    from tests.faults.mail import unguarded

    for name, value in order["settings"].items():
        if name == "SSL_CERT_FILE":  # OpenSSL's own way of being told whom to trust
            os.environ[name] = value
        elif name == "BEAT_EVERY":
            from institute.celery import app

            app.conf.beat_schedule["send-due-mail"]["schedule"] = value
        else:
            setattr(settings, name, value)
    unguarded.switch_off(order["off"])
    words = order["arguments"]
    if order["do"] == "manage":
        from django.core.management import call_command

        call_command(*words)
    elif order["do"] == "celery":
        from institute.celery import app

        sys.argv = ["celery", *words]
        app.start(["--app", "institute", *words])
    else:
        from tests.faults.mail import acts

        answer = Path(words[2])
        draft = answer.with_suffix(".part")
        draft.write_text(json.dumps(getattr(acts, words[0])(**words[1])))
        draft.replace(answer)


def _bury(number: int, frame: object) -> None:
    """Take note of those that have ended, so that they do not stay behind as zombies."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main() -> None:
    """Fork for each line of orders, answer with the new process's id; end with the last line."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "institute.settings")
    django.setup()
    # What they would all import anyway.
    import kombu.transport.filesystem
    import kombu.transport.redis  # noqa: F401

    import mail.management.commands.send_due  # noqa: F401
    from institute.celery import app
    from tests.faults.mail import acts, kinds, unguarded  # noqa: F401

    app.loader.import_default_modules()
    kinds.register()
    folder = Path(os.environ["CLOCK_SHIFT_FILE"]).parent
    signal.signal(signal.SIGCHLD, _bury)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = 0
            try:
                _live(json.loads(line), folder)
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 0
            except BaseException:
                traceback.print_exc()
                code = 1
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        print(pid, flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
