"""`make run` itself: first start, second start, the end by Ctrl-C and the end by a death."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from institute.launch.place import ROOT

LAST_LINE = "Ctrl-C ends it all."


@contextlib.contextmanager
def launched(data: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str, float]]:
    """The launcher, what it said until the first page, and the seconds that took."""
    outer = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    env = {
        **outer,
        "PORT": str(port),
        "DATA_DIR": str(data),
        "SECRET_KEY": "run-3b1f7e9a5c2d8046-zZyYxXwWvVuUtTsSrRqQpPoO-91735",
    }
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "institute/launch", "run"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    try:
        for line in process.stdout:
            said += line
            if LAST_LINE in line:
                break
        yield process, said, time.monotonic() - began
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)
        process.stdout.close()


def children_of(pid: int) -> dict[str, int]:
    """The launcher's own children by the module they run."""
    for _ in range(50):
        found = {}
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            words = Path(f"/proc/{child}/cmdline").read_text().split("\0")
            found[words[2] if len(words) > 2 else ""] = int(child)
        if "" not in found:  # in the middle of its exec a process has no command line yet
            break
        time.sleep(0.1)
    return found


def in_group(leader: int) -> list[str]:
    """The processes of a group that still run."""
    left = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if fields[2] == str(leader) and fields[0] != "Z":
                left.append(stat.parent.name)
    return left


def sign_in(site: str, user: str, password: str) -> str:
    """The page behind the staff sign-in."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    form = browser.open(f"{site}/admin/login/", timeout=20).read().decode()
    (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', form))
    data = urllib.parse.urlencode(
        {"username": user, "password": password, "csrfmiddlewaretoken": token, "next": "/admin/"}
    )
    return browser.open(f"{site}/admin/login/", data.encode(), timeout=20).read().decode()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc: run it on Linux")
def test_the_whole_site_starts_again_and_ends(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    site, data = f"http://127.0.0.1:{port}", tmp_path / "data"

    with launched(data, port) as (process, said, _):
        assert f"The site      {site}/\n" in said
        assert f"Mail lands    in {data / 'mail'}/ as files" in said
        (password,) = re.findall(r"Sign-in       user owner, password (\S{20}) \(shown this once\)", said)
        assert "Consultations" in sign_in(site, "owner", password)
        guide = urllib.request.urlopen(f"{site}/guides/tpm-vs-product-vs-project-manager/", timeout=20).read().decode()
        assert "Technical Program Manager" in guide
        assert urllib.request.urlopen(f"http://localhost:{port}/coaches/", timeout=20).status == 200
        groups = children_of(process.pid)
        assert set(groups) == {"gunicorn", "celery"}
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
        assert {name: in_group(leader) for name, leader in groups.items()} == {"gunicorn": [], "celery": []}
    kept = [file for file in data.rglob("*") if file.is_file()]
    assert [file for file in kept if password.encode() in file.read_bytes()] == []

    began = time.monotonic()
    subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, check=True, capture_output=True)
    a_command = time.monotonic() - began
    with launched(data, port) as (process, said, seconds):
        assert "Collecting" not in said
        assert "Preparing" not in said
        assert password not in said
        assert 'lost? make manage ARGS="changepassword owner"' in said
        # Five are promised on a machine that does nothing else, where a command takes one.
        assert seconds < max(15, 10 * a_command)
        os.kill(children_of(process.pid)["celery"], signal.SIGKILL)
        assert process.wait(timeout=20) == 1
        assert process.stdout is not None
        assert "The worker was ended by signal 9." in process.stdout.read()
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_a_taken_port_is_one_clear_line_before_anything_is_written(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with launched(tmp_path / "data", port) as (process, said, _):
            assert process.wait(timeout=20) == 1
    assert said == f"Port {port} on 127.0.0.1 is taken. Choose another: make run PORT={port % 65535 + 1}\n"
    assert not (tmp_path / "data").exists()


def test_a_python_that_is_too_old_is_one_clear_line(tmp_path: Path) -> None:
    """The door is run by this Python under a false version: what old ones must understand is its syntax, checked below."""
    door = (ROOT / "institute" / "launch" / "__main__.py").read_text(encoding="ascii")
    script = f"import sys; sys.version_info = (3, 9); exec(compile({door!r}, 'door', 'exec'))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("This needs Python 3.11 or newer, and ")
    assert line.endswith(" is 3.9. Name a newer one: make run PYTHON=python3.12")


def test_an_old_python_can_read_the_door() -> None:
    import ast

    door = (ROOT / "institute" / "launch" / "__main__.py").read_text(encoding="ascii")
    tree = ast.parse(door, feature_version=(3, 4))
    assert [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.AnnAssign | ast.NamedExpr)] == []


def test_the_launcher_needs_nothing_but_the_standard_library() -> None:
    """-S leaves site-packages out, -I the environment and the working directory."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "institute" / "launch"), "nonsense"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "usage: python3 institute/launch run | venv run|dev | manage …\n")
