"""security.md 62 and 63: every address is checked before a connection, on every hop, and the name is kept for TLS."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from bookings.outside.addresses import NOT_PUBLIC
from bookings.outside.fetching import Fetched, fetch
from tests.bookings.outside.asking import CALENDAR, fetched, refused
from tests.bookings.outside.feeds import LOOPBACK, Feed, Reply, answer, serving

SECOND_DOOR = "127.0.0.2"


@pytest.fixture
def listener() -> Iterator[tuple[int, list[Any]]]:
    """Something on 127.0.0.1 that nobody may reach, such as Redis: its port, and who came."""
    came: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        done = threading.Event()

        def accept() -> None:
            while not done.is_set():
                try:
                    came.append(server.accept())
                except TimeoutError:
                    continue

        thread = threading.Thread(target=accept)
        thread.start()
        yield server.getsockname()[1], came
        done.set()
        thread.join()
        for connection, _ in came:
            connection.close()


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["93.184.216.34", "127.0.0.1"],
        ["127.0.0.1", "93.184.216.34"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["fe80::1%lo"],
        ["127.0.0.1 "],
        ["nonsense"],
        [],
    ],
)
def test_one_address_that_is_not_public_refuses_the_name_before_a_connection(
    listener: tuple[int, list[Any]], answers: list[str]
) -> None:
    port, came = listener
    url = f"http://rebind.example.org:{port}/secret"
    assert refused(lambda: fetch(url, ports=[port], resolver=lambda host, at: answers)) == NOT_PUBLIC
    time.sleep(0.1)
    assert came == []


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "127.1", "2130706433", "localhost", "0"])
def test_a_listener_on_loopback_sees_no_connection(listener: tuple[int, list[Any]], host: str) -> None:
    port, came = listener
    assert refused(lambda: fetch(f"http://{host}:{port}/secret", ports=[port]))
    time.sleep(0.1)
    assert came == []


def test_an_unknown_name_and_a_private_one_get_the_same_answer() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    url = "http://name.example.org/secret"
    assert refused(lambda: fetch(url, ports=[80], resolver=unknown)) == NOT_PUBLIC
    assert refused(lambda: fetch(url, ports=[80], resolver=lambda host, port: ["10.0.0.7"])) == NOT_PUBLIC


def test_a_name_that_changes_its_address_is_connected_to_where_it_was_checked() -> None:
    """Rebinding: the second look-up would lead elsewhere, so there is none."""
    looked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        looked.append(host)
        return [SECOND_DOOR if len(looked) == 1 else "127.0.0.1"]

    with serving(answer(CALENDAR), host=SECOND_DOOR) as right, serving(answer(b"no"), port=right.port) as wrong:
        url = f"http://rebind.example.org:{right.port}/x"
        came = fetch(url, ports=[right.port], allowed=[ip_network(f"{SECOND_DOOR}/32")], resolver=rebinding)
    assert came.body == CALENDAR
    assert looked == ["rebind.example.org"]
    assert wrong.asked == []
    assert right.asked[0][1]["Host"] == f"rebind.example.org:{right.port}"


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("http://127.0.0.1:{port}/", NOT_PUBLIC),
        ("//127.0.0.1:{port}/", NOT_PUBLIC),
        ("http://[::ffff:127.0.0.1]:{port}/", NOT_PUBLIC),
        ("http://169.254.169.254:{port}/latest/meta-data/", NOT_PUBLIC),
        ("http://2130706433:{port}/", "The address names no host that could be a public calendar."),
        ("http://rebind.example.org:{port}/", NOT_PUBLIC),
        ("http://127.0.0.2:6379/", "Calendars are not fetched from port 6379."),
        ("file:///etc/passwd", "The address must begin with https://, http:// or webcal://."),
        ("http://me:secret@127.0.0.2:{port}/", "The address must not hold a user name or a password."),
        ("", "The address leads on to another one more than 3 times."),
        ("/again", "The address leads on to another one more than 3 times."),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_every_hop_of_a_redirect_is_checked(
    listener: tuple[int, list[Any]], place: str, sentence: str, status: int
) -> None:
    port, came = listener
    reply = answer(status=status, Location=place.format(port=port))
    with serving(reply, host=SECOND_DOOR) as feed:
        call = lambda: fetched(  # noqa: E731
            feed,
            ports=[feed.port, port],
            allowed=[ip_network(f"{SECOND_DOOR}/32")],
            resolver=lambda host, at: ["127.0.0.1"],
        )
        assert refused(call) == sentence
    assert came == []
    assert len(feed.asked) == (4 if "3 times" in sentence else 1)


def test_three_redirects_are_followed() -> None:
    paths: dict[str, Reply] = {f"/{at}": answer(status=302, Location=f"/{at + 1}") for at in range(3)}
    with serving(paths | {"/3": answer(CALENDAR)}) as feed:
        assert fetched(feed, "/0").body == CALENDAR


def test_a_redirect_from_https_to_http_is_refused(certified: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    with serving(answer(status=302, Location="http://calendar.example.org/x"), context=certified) as feed:
        assert "from https to http" in refused(lambda: over_tls(feed, trusting))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for calendar.example.org that is its own authority."""
    folder = tmp_path_factory.mktemp("keys")
    command = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=calendar.example.org"
    command += " -addext subjectAltName=DNS:calendar.example.org -keyout key.pem -out cert.pem"
    try:
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs the openssl command")
    return folder


@pytest.fixture
def certified(keys: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keys / "cert.pem", keys / "key.pem")
    return context


@pytest.fixture
def trusting(keys: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(keys / "cert.pem"))


def over_tls(feed: Feed, context: ssl.SSLContext | None, host: str = "calendar.example.org") -> Fetched:
    url = f"https://{host}:{feed.port}/secret"
    return fetch(
        url, ports=[feed.port, 80], allowed=LOOPBACK, resolver=lambda name, port: ["127.0.0.1"], context=context
    )


def test_tls_asks_for_the_name_and_checks_it(certified: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    names: list[Any] = []
    certified.sni_callback = lambda connection, name, context: names.append(name)
    with serving(answer(CALENDAR), context=certified) as feed:
        assert over_tls(feed, trusting).body == CALENDAR
        wrong_name = refused(lambda: over_tls(feed, trusting, "other.example.org"))
        unknown_authority = refused(lambda: over_tls(feed, None))
    assert names == ["calendar.example.org", "other.example.org", "calendar.example.org"]
    assert wrong_name == unknown_authority == "The server’s certificate is not valid for this address."
    assert len(feed.asked) == 1


def test_the_proxy_of_the_environment_is_not_used(
    monkeypatch: pytest.MonkeyPatch, listener: tuple[int, list[Any]]
) -> None:
    port, came = listener
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
    with serving(answer(CALENDAR)) as feed:
        assert fetched(feed).body == CALENDAR
    assert came == []
