"""Where the site is to stand: HOST, PORT, DATA_DIR, the .env file, and the environment that every child gets."""

import errno
import fcntl
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .errors import LaunchError

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv" / "bin" / "python"
ENV_FILE = ROOT / ".env"
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  a bind address is no address to call


@dataclass(frozen=True)
class Place:
    """An address to listen on and a folder to write in."""

    host: str
    port: int
    data: Path

    @property
    def bind(self) -> str:
        """The address in gunicorn's notation."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def call(self) -> str:
        """A host name of this machine under which the site answers."""
        host = EVERYWHERE.get(self.host, self.host)
        return f"[{host}]" if ":" in host else host

    @property
    def site_url(self) -> str:
        """The address for links, where nobody has set SITE_URL."""
        return f"http://{self.call}" + ("" if self.port == 80 else f":{self.port}")


def read_place(env: dict[str, str]) -> Place:
    """HOST, PORT and DATA_DIR from the environment, or the defaults 127.0.0.1, 8000 and var/."""
    host = env.get("HOST", "").strip().strip("[]") or "127.0.0.1"
    port = env.get("PORT", "").strip() or "8000"
    if not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
        raise LaunchError(f"PORT must be a number from 1 to 65535, not {port!r}.")
    data = Path(env.get("DATA_DIR", "").strip() or "var").expanduser()
    return Place(host, int(port), data if data.is_absolute() else ROOT / data)


def refuse_taken_port(place: Place) -> None:
    """Raises LaunchError when nobody could listen there; asked before anything is installed or started."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise LaunchError(f"HOST={place.host} is no address of this machine ({error}).") from error
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except PermissionError as error:
            raise LaunchError(f"Port {place.port} needs more rights. Choose another: make run PORT=8000") from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise LaunchError(
                    f"Port {place.port} on {place.host} is taken. Choose another: make run PORT={place.port % 65535 + 1}"
                ) from error
            raise LaunchError(f"Cannot listen on {place.bind}: {error.strerror}.") from error


def claim_folder(place: Place) -> IO[str]:
    """Make the folder and lock it until this process ends: two beats on one schedule file would break it."""
    try:
        for name in (
            "",
            "celery/queue",
            "celery/control",
            "celery/processed",
            "logs",
            "mail",
            "media",
            "stamps",
            "tmp",
        ):
            (place.data / name).mkdir(parents=True, exist_ok=True)
        lock = (place.data / "run.lock").open("a+", encoding="ascii")
    except OSError as error:
        raise LaunchError(f"DATA_DIR={place.data} cannot be written: {error.strerror}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise LaunchError(
            f"Another `make run` uses {place.data}. End it, or give this one its own DATA_DIR."
        ) from error
    return lock


def read_env_file(path: Path = ENV_FILE) -> dict[str, str]:
    """NAME=value lines of a .env file; blank lines and comments are passed over, quotes around a value are dropped."""
    values = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            name, sign, value = line.strip().partition("=")
            if sign and not name.startswith("#"):
                values[name.removeprefix("export ").strip()] = value.strip().strip("\"'")
    return values


def write_env_file(path: Path = ENV_FILE) -> None:
    """A new .env with a random key that only its owner can read; an existing file is never touched."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("# Settings of this machine; the README lists them all. Keep this file to yourself.\n")
        file.write(f"SECRET_KEY={secrets.token_urlsafe(50)}\n")


def child_environment(place: Place, outer: dict[str, str], file: dict[str, str]) -> dict[str, str]:
    """The environment of every process of the site: what was given wins, then .env, then what follows from the place."""
    env = {name: value for name, value in outer.items() if name not in {"PYTHONHOME", "PYTHONPATH"}}

    def offer(name: str, value: str) -> None:
        if name not in env and f"{name}_FILE" not in env:
            env[name] = value

    for name, value in file.items():
        offer(name, value)
    env["DATA_DIR"] = str(place.data)
    offer("SITE_URL", place.site_url)
    if env.get("SITE_URL") == place.site_url:
        offer("ALLOWED_HOSTS", ",".join(dict.fromkeys([place.call, "127.0.0.1", "localhost", "[::1]"])))
    env["DJANGO_SETTINGS_MODULE"] = "institute.settings"
    env["PYTHONDONTWRITEBYTECODE"] = "1"  # all that a start writes lies in DATA_DIR; .venv is compiled already
    env["PYTHONUNBUFFERED"] = "1"
    return env
