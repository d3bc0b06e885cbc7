"""What has to be done before the site can be served, each step only when what it works on has changed."""
# ruff: noqa: T201, S603  it speaks on the terminal and starts only our own commands

import secrets
import subprocess
from pathlib import Path

from .errors import LaunchError
from .place import PYTHON, ROOT, Place
from .stamps import Stamp, digest

ROOMS = ("institute", "content", "bookings", "leads", "mail")
LOCK = ROOT / "requirements.txt"
SIGN_IN = "owner"


def _start(env: dict[str, str], log: Path, *arguments: str) -> subprocess.Popen[str]:
    """`manage.py …` with errors in the log and plain output to be read by the caller."""
    with log.open("ab") as file:
        return subprocess.Popen(
            [str(PYTHON), "manage.py", *arguments], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=file, text=True
        )


def _finish(step: subprocess.Popen[str], log: Path, what: str) -> str:
    """The output of a step that went well; LaunchError with the end of its log otherwise."""
    output, _ = step.communicate()
    if step.returncode:
        last = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        raise LaunchError(f"{what} failed. The end of {log}:\n{last}")
    return output


def prepare(place: Place, env: dict[str, str]) -> str:
    """Static files and the database, side by side; answers the new staff password, or "" when a sign-in stood already.

    On a database of its own (no DATABASE_URL) stamps tell whether there is anything to do; another
    database can change without this folder knowing, so it is asked each time.
    """
    log = place.data / "logs" / "prepare.log"
    log.write_text("", encoding="utf-8")
    rooms = [ROOT / room for room in ROOMS]
    elsewhere = env.get("DATABASE_URL") or env.get("DATABASE_URL_FILE") or ""
    made = bool(elsewhere) or (place.data / "db.sqlite3").exists()
    stamps = place.data / "stamps"
    pictures = [ROOT / "static", *(folder for room in rooms for folder in room.rglob("static"))]
    static, wanted_static = Stamp(stamps / "static"), digest([*pictures, LOCK], env["DATA_DIR"])
    database, wanted_database = Stamp(stamps / "database"), digest([*rooms, LOCK], elsewhere)
    seeded, wanted_seed = Stamp(stamps / "seeded"), digest([], elsewhere)
    password = secrets.token_urlsafe(15)
    running: list[subprocess.Popen[str]] = []
    collecting = None
    output = ""
    try:
        if not (static.holds(wanted_static) and (place.data / "static").exists()):
            print("Collecting static files …", flush=True)
            collecting = _start(env, log, "collectstatic", "--noinput", "--clear", "--verbosity", "0")
            running.append(collecting)
        if elsewhere or not (made and database.holds(wanted_database)):
            print("Preparing the database …", flush=True)
            first = [] if made and seeded.holds(wanted_seed) else ["--first", "--sign-in", SIGN_IN]
            given = {**env, "DJANGO_SUPERUSER_PASSWORD": password}
            prepared = _start(given, log, "prepare", "--verbosity", "0", *first)
            running.append(prepared)
            output = _finish(prepared, log, "Preparing the database")
            database.write(wanted_database)
            seeded.write(wanted_seed)
        if collecting:
            _finish(collecting, log, "Collecting static files")
            static.write(wanted_static)
    finally:
        for step in running:
            if step.poll() is None:
                step.terminate()
                step.wait()
    return password if "sign-in made" in output else ""
