"""security.md 62–64: every address is checked before a connection, on every hop, and everything has an end."""

import gzip
import socket
import ssl
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from bookings.outside import fetching
from bookings.outside.addresses import NOT_PUBLIC
from bookings.outside.fetching import LATE, MAX_BYTES, NO_CALENDAR, TOO_LARGE, Fetched, fetch
from bookings.outside.trouble import Trouble
from tests.bookings.outside.feeds import LOOPBACK, Feed, Reply, answer, dripping, endless, ics, serving

CALENDAR = ics()
SECOND_DOOR = "127.0.0.2"


def fetched(feed: Feed, path: str = "/secret-path/basic.ics", **changes: Any) -> Fetched:
    return fetch(feed.url(path), **({"ports": [feed.port], "allowed": LOOPBACK} | changes))


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(Trouble) as trouble:
        call()
    assert "secret" not in str(trouble.value)
    return str(trouble.value)


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


def test_validators_go_out_and_come_back() -> None:
    reply = answer(CALENDAR, ETag='W/"7"', Last_Modified="Mon, 11 Jan 2027 10:00:00 GMT")
    with serving(reply) as feed:
        came = fetched(feed)
    assert came == Fetched(CALENDAR, 'W/"7"', "Mon, 11 Jan 2027 10:00:00 GMT")
    with serving(answer(status=304)) as feed:
        assert fetched(feed, etag=came.etag, last_modified=came.last_modified) == Fetched(None)
        assert refused(lambda: fetched(feed)) == "The calendar’s server answered 304."
    sent = [{name: headers.get(name) for name in ("If-None-Match", "If-Modified-Since")} for _, headers in feed.asked]
    assert sent == [
        {"If-None-Match": 'W/"7"', "If-Modified-Since": "Mon, 11 Jan 2027 10:00:00 GMT"},
        {"If-None-Match": None, "If-Modified-Since": None},
    ]


@pytest.mark.parametrize("etag", ['"' + "x" * 300 + '"', '"\x01"', '"\xff"', " "])
def test_validators_that_could_not_be_sent_back_are_dropped(etag: str) -> None:
    with serving(answer(CALENDAR, ETag=etag)) as feed:
        assert fetched(feed).etag == ""


@pytest.mark.parametrize(
    "kind", ["text/calendar; charset=utf-8", "TEXT/Calendar", "text/plain", "application/octet-stream", ""]
)
def test_calendars_come_under_these_types(kind: str) -> None:
    with serving(answer(b"\xef\xbb\xbf\r\n" + CALENDAR, kind=kind)) as feed:
        assert fetched(feed).body == b"\xef\xbb\xbf\r\n" + CALENDAR


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (CALENDAR, "text/html"),
        (CALENDAR, "application/json"),
        (CALENDAR, "image/png"),
        (b"<!doctype html><title>Sign in</title>", "text/calendar"),
        (b"<!doctype html><title>Sign in</title>", "text/plain"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaa">]>', "application/octet-stream"),
        (b"", "text/calendar"),
    ],
)
def test_what_is_no_calendar_is_refused_without_a_word_of_it(body: bytes, kind: str) -> None:
    with serving(answer(body, kind=kind)) as feed:
        assert refused(lambda: fetched(feed)) == NO_CALENDAR


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (404, "The calendar is not there or not shared any more (the server answered 404)."),
        (401, "The calendar is not there or not shared any more (the server answered 401)."),
        (500, "The calendar’s server answered 500."),
        (204, "The calendar’s server answered 204."),
        (206, "The calendar’s server answered 206."),
    ],
)
def test_other_answers_are_named_by_their_number(status: int, sentence: str) -> None:
    with serving(answer(b"" if status == 204 else b"secret", status=status)) as feed:
        assert refused(lambda: fetched(feed)) == sentence


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/calendar\r\n"


@pytest.mark.parametrize(
    "reply",
    [
        dripping(OK + b"\r\n" + b"BEGIN:VCALENDAR\r\n", 0.05),
        dripping(b"", 0.05),
        dripping(b"HTTP/1.1 200 OK\r\n", 0.05),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        endless(OK + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(b"")[:2], b"\x00\x00\x00\xff\xff"),
        lambda handler: time.sleep(3),
    ],
    ids=[
        "body drips",
        "status line drips",
        "headers drip",
        "continues for ever",
        "inflates to nothing",
        "never answers",
    ],
)
def test_a_slow_server_costs_no_more_than_the_time_it_has(reply: Reply) -> None:
    with serving(reply) as feed:
        began = time.monotonic()
        assert refused(lambda: fetched(feed, seconds=0.6)) == LATE
        assert time.monotonic() - began < 1.5


def test_a_slow_resolver_costs_no_more_than_the_time_there_is() -> None:
    done = threading.Event()

    def slow(host: str, port: int) -> list[str]:
        done.wait(5)
        return ["93.184.216.34"]

    began = time.monotonic()
    assert refused(lambda: fetch("http://slow.example.org/", ports=[80], resolver=slow, seconds=0.4)) == LATE
    assert time.monotonic() - began < 1
    done.set()


def test_time_is_counted_over_all_redirects() -> None:
    def late(handler: Any) -> None:
        time.sleep(0.25)
        answer(status=302, Location="/again")(handler)

    with serving(late) as feed:
        assert refused(lambda: fetched(feed, seconds=0.6)) == LATE


LARGE = b"BEGIN:VCALENDAR\r\n" + b"X" * MAX_BYTES


@pytest.mark.parametrize(
    "reply",
    [
        answer(LARGE),
        answer(gzip.compress(b"BEGIN:VCALENDAR\r\n" + bytes(80_000_000)), Content_Encoding="gzip"),
        endless(OK + b"\r\nBEGIN:VCALENDAR\r\n", b"X" * 65_536),
        endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"X" * 4096 + b"\r\n"),
    ],
    ids=["large", "gzip bomb", "endless", "endless chunks"],
)
def test_more_than_a_megabyte_is_refused_without_being_held(reply: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    import tracemalloc

    with serving(reply) as feed:
        tracemalloc.start()
        try:
            assert refused(lambda: fetched(feed)) == TOO_LARGE
            assert tracemalloc.get_traced_memory()[1] < 30_000_000
        finally:
            tracemalloc.stop()


def test_gzip_is_read() -> None:
    with serving(answer(gzip.compress(CALENDAR), Content_Encoding="gzip")) as feed:
        assert fetched(feed).body == CALENDAR
    assert feed.asked[0][1]["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "deflate, gzip, deflate", "nonsense"])
def test_other_encodings_are_refused(encoding: str) -> None:
    with serving(answer(CALENDAR, Content_Encoding=encoding)) as feed:
        assert refused(lambda: fetched(feed)) == NO_CALENDAR


BROKEN: list[Callable[[Any], None]] = [
    lambda handler: handler.connection.close(),
    lambda handler: handler.wfile.write(b"nonsense\r\n\r\n") and None,
    lambda handler: handler.wfile.write(OK + b"Content-Length: 900\r\n\r\nBEGIN:VCALENDAR") and None,
    lambda handler: handler.wfile.write(OK + b"X: " + b"y" * 70_000 + b"\r\n\r\n") and None,
    lambda handler: handler.wfile.write(OK + b"X: y\r\n" * 200 + b"\r\n") and None,
    lambda handler: handler.wfile.write(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n") and None,
]


@pytest.mark.parametrize("reply", BROKEN, ids=["closed", "no http", "cut", "long header", "many headers", "bad chunk"])
def test_a_broken_answer_is_one_sentence(reply: Reply) -> None:
    with serving(reply) as feed:
        assert refused(lambda: fetched(feed)) == "The connection to the calendar’s server broke off."


def test_a_corrupt_gzip_is_no_calendar() -> None:
    with serving(answer(b"\x1f\x8b nonsense", Content_Encoding="gzip")) as feed:
        assert refused(lambda: fetched(feed)) == NO_CALENDAR


def test_nobody_at_the_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert refused(lambda: fetch(f"http://127.0.0.1:{port}/secret", ports=[port], allowed=LOOPBACK)) == (
        "The calendar’s server could not be reached."
    )


def test_the_next_address_is_tried_where_the_first_takes_no_connection() -> None:
    with serving(answer(CALENDAR)) as feed:
        came = fetch(
            f"http://calendar.example.org:{feed.port}/",
            ports=[feed.port],
            allowed=LOOPBACK,
            resolver=lambda host, port: ["127.0.0.9", "127.0.0.1"],
        )
    assert came.body == CALENDAR


def test_there_are_ten_seconds_and_a_megabyte() -> None:
    assert (fetching.SECONDS, fetching.MAX_BYTES, fetching.REDIRECTS) == (10.0, 1_000_000, 3)
