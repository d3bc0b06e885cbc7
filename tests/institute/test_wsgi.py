"""Requests as a server hands them over, before Django has looked at them."""

import io
from typing import Any

import pytest
from django.test import RequestFactory

from institute.content_type import sane

CODECS = ["rot13", "undefined", "idna", "base64", "unicode_escape", "utf-16", "no-such-codec", "\x00"]
KINDS = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]


def answer(environ: dict[str, Any]) -> str:
    """The status line of the real application."""
    from institute.wsgi import application

    lines: list[str] = []
    body = application(environ, lambda status, headers, error=None: lines.append(status))
    b"".join(body)
    if hasattr(body, "close"):
        body.close()
    return lines[0]


@pytest.mark.django_db(transaction=True)  # the application closes its connection after each answer
def test_a_foreign_charset_never_falls_over() -> None:
    factory = RequestFactory(headers={"Host": "testserver"})
    body = b"name=%80&email=%ff"
    answers = {}
    for kind in KINDS:
        for codec in CODECS:
            request = {**factory._base_environ(), "CONTENT_TYPE": f"{kind}; charset={codec}"}
            get = {"REQUEST_METHOD": "GET", "PATH_INFO": "/healthz"}
            post = {"REQUEST_METHOD": "POST", "PATH_INFO": "/subscribe/", "CONTENT_LENGTH": str(len(body))}
            answers[kind, codec] = (
                answer({**request, **get})[:3],
                answer({**request, **post, "wsgi.input": io.BytesIO(body)})[:3],
            )
    assert set(answers.values()) == {("200", "403")}


def test_what_browsers_send_is_left_alone() -> None:
    for kind in (
        "",
        "application/x-www-form-urlencoded",
        "text/plain; charset=UTF-8",
        "multipart/form-data; boundary=a",
    ):
        assert sane(kind) == kind
