"""`make run`, `make manage` and the .venv for `make test`: one line for every failure, all children ended."""
# ruff: noqa: T201, S603  it speaks on the terminal and starts only our own commands

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from . import children, steps, venv
from .errors import Ended, LaunchError
from .place import (
    PYTHON,
    ROOT,
    Place,
    child_environment,
    claim_folder,
    read_env_file,
    read_place,
    refuse_taken_port,
    write_env_file,
)

PATIENCE = 60.0  # seconds to the first page


def _commands(place: Place, env: dict[str, str]) -> dict[str, list[str]]:
    """What runs: the web server, and one worker whose beat nudges the mail sender."""
    python = str(PYTHON)
    return {
        "web server": [
            *(python, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", place.bind),
            *("--graceful-timeout", "5", "--worker-tmp-dir", str(place.data / "tmp"), "institute.wsgi:application"),
        ],
        "worker": [
            *(python, "-m", "celery", "--app", "institute", "worker", "--beat", "--loglevel", "WARNING"),
            *("--schedule", str(place.data / "celery" / "beat"), "--pool", "threads", "--concurrency", "2"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
    }


def _answers(place: Place) -> bool:
    """Whether /healthz answers 200."""
    connection = http.client.HTTPConnection(place.call.strip("[]"), place.port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": f"{place.call}:{place.port}"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _shown(path: Path) -> str:
    """A path as short as it can be said from here."""
    return f"{path.relative_to(ROOT)}/" if path.is_relative_to(ROOT) else f"{path}/"


def _welcome(place: Place, env: dict[str, str], password: str) -> str:
    """Where the site is, how staff sign in, where mail lands."""
    url = env.get("SITE_URL") or place.site_url
    sign_in = (
        f"user {steps.SIGN_IN}, password {password} (shown this once)"
        if password
        else f'the sign-in made at the first start; lost? make manage ARGS="changepassword {steps.SIGN_IN}"'
    )
    mail = f"in {_shown(place.data / 'mail')} as files, and in the staff desk under Mail"
    if env.get("EMAIL_URL") or env.get("EMAIL_URL_FILE"):
        mail = "with the mail server that EMAIL_URL names"
    return "\n".join(
        [
            "",
            f"  The site      {url}/",
            f"  Staff desk    {url}/{env.get('ADMIN_PATH', 'admin').strip('/')}/",
            f"  Sign-in       {sign_in}",
            f"  Mail lands    {mail}",
            f"  Logs          {_shown(place.data / 'logs')}",
            "  Ctrl-C ends it all.",
            "",
        ]
    )


def _watch(place: Place, env: dict[str, str], password: str) -> int:
    """Start the children, say so when the first page answers, and stay until one dies or somebody ends it."""
    running: list[children.Child] = []
    try:
        greeted, deadline = False, time.monotonic() + PATIENCE
        commands = _commands(place, env)
        running.append(children.Child("web server", commands["web server"], env, place.data / "logs" / "web.log"))
        while True:
            if dead := children.first_dead(running):
                print(dead.obituary(), file=sys.stderr, flush=True)
                return 1
            if not greeted and _answers(place):
                greeted = True
                running.append(children.Child("worker", commands["worker"], env, place.data / "logs" / "worker.log"))
                print(_welcome(place, env, password), flush=True)
            elif not greeted and time.monotonic() > deadline:
                print(f"No page after {PATIENCE:.0f} s; see {place.data / 'logs'}.", file=sys.stderr, flush=True)
                return 1
            time.sleep(0.5 if greeted else 0.1)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # the children get their ten seconds, whatever is pressed again
        children.end(running)


def run(outer: dict[str, str]) -> int:
    """The whole of `make run`."""
    place = read_place({**read_env_file(), **outer})
    refuse_taken_port(place)
    lock = claim_folder(place)
    with lock:
        if "SECRET_KEY" not in outer and "SECRET_KEY_FILE" not in outer:
            write_env_file()
        env = child_environment(place, outer, read_env_file())
        venv.ensure("run", place.data / "logs" / "install.log")
        password = steps.prepare(place, env)
        return _watch(place, env, password)


def manage(outer: dict[str, str], arguments: Sequence[str]) -> int:
    """`manage.py …` with the same .env, DATA_DIR and SITE_URL that `make run` uses."""
    write_env_file()
    venv.ensure("run")
    place = read_place({**read_env_file(), **outer})
    env = child_environment(place, outer, read_env_file())
    return subprocess.run([str(PYTHON), "manage.py", *arguments], cwd=ROOT, env=env, check=False).returncode


def _end(number: int, frame: FrameType | None) -> None:
    raise Ended


def main(arguments: Sequence[str]) -> int:
    """Exit code: 0 when somebody ended it, 1 when something failed, 2 for a wrong call."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        match arguments:
            case ["run"]:
                return run(dict(os.environ))
            case ["venv", kind] if kind in venv.LOCKS:
                venv.ensure(kind)
                return 0
            case ["manage", *rest]:
                return manage(dict(os.environ), rest)
        print("usage: python3 institute/launch run | venv run|dev | manage …", file=sys.stderr)
        return 2
    except LaunchError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    except Ended:
        print("Ended.", flush=True)
        return 0
