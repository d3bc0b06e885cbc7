"""Somebody with a browser: keeps cookies, sends the forms it was shown, says through which address it comes."""

import html
import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

_INPUT = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'\b(type|name|value)="([^"]*)"')


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    location: str
    text: str

    def inputs(self, kind: str) -> list[tuple[str, str]]:
        """Name and value of every input of that type."""
        found = [dict(_ATTRIBUTE.findall(tag)) for tag in _INPUT.findall(self.text)]
        return [
            (each["name"], html.unescape(each.get("value", "")))
            for each in found
            if each.get("type") == kind and "name" in each
        ]

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page."""
        return dict(self.inputs("hidden"))


@dataclass(slots=True)
class Visitor:
    """One person; the connection belongs to the client that plays this person at the moment."""

    port: int
    address: str = ""
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    def get(self, line: http.client.HTTPConnection, path: str) -> Answer:
        """Open a page."""
        return self._ask(line, "GET", path, None)

    def post(self, line: http.client.HTTPConnection, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a form."""
        return self._ask(line, "POST", path, urlencode(fields))

    def _ask(self, line: http.client.HTTPConnection, method: str, path: str, body: str | None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={each.value}" for name, each in self.cookies.items())}
        if self.address:
            headers["X-Forwarded-For"] = self.address
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}"}
        line.request(method, path, body, headers)
        answer = line.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookies.load(cookie)
        return Answer(answer.status, answer.headers.get("Location", ""), text)


def address(number: int) -> str:
    """An address that no other visitor of the run has."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
