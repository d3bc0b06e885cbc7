"""security.md 64: what a server may answer, how much of it, and how long it may take."""

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from bookings.outside import fetching
from bookings.outside.fetching import LATE, MAX_BYTES, NO_CALENDAR, TOO_LARGE, Fetched, fetch
from tests.bookings.outside.asking import CALENDAR, fetched, refused
from tests.bookings.outside.feeds import LOOPBACK, Reply, answer, dripping, endless, serving


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
