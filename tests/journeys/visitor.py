"""A visitor without script: gets pages, fills the forms it finds there, keeps cookies, follows redirects."""

import http.client
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit


@dataclass
class Form:
    """A form as a browser without script would send it."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    id: str = ""

    def data(self, **values: str | bool | None) -> list[tuple[str, str]]:
        """The pairs to send, with some filled in; None leaves a field out, True ticks a box with its own value."""
        pairs = [(name, value) for name, value in self.fields if name not in values]
        for name, value in values.items():
            if value is True:
                pairs.append((name, (self.choices.get(name) or ["on"])[0]))
            elif isinstance(value, str):
                pairs.append((name, value))
        return pairs


@dataclass
class Page:
    """What came back."""

    status: int
    path: str
    headers: http.client.HTTPMessage
    text: str
    base: str = ""

    @cached_property
    def _read(self) -> "_Parser":
        """The page taken apart, where somebody looks at more than its words."""
        parser = _Parser(self.base)
        if "html" in (self.headers.get("Content-Type") or ""):
            parser.feed(self.text)
        return parser

    @property
    def forms(self) -> list[Form]:
        """Its forms, in their order."""
        return self._read.forms

    @property
    def links(self) -> list[tuple[str, str]]:
        """Where its links lead, with their words."""
        return self._read.links

    def form(self, *, having: str) -> Form:
        """The form that has a field of that name."""
        for form in self.forms:
            if having in form.choices or any(name == having for name, _ in form.fields):
                return form
        raise AssertionError(f"no form with a field {having!r} on {self.path} ({self.status}): {self.text[:3000]}")

    def post_form(self) -> Form:
        """The only POST form of the page."""
        (form,) = [form for form in self.forms if form.method == "post"]
        return form


class _Parser(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self._form: Form | None = None
        self._href: str | None = None
        self._text = ""
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = dict(attrs)
        name = a.get("name") or ""
        if tag == "form":
            self._form = Form(
                urljoin(self.base, a.get("action") or self.base),
                (a.get("method") or "get").lower(),
                id=a.get("id") or "",
            )
            self.forms.append(self._form)
        elif tag == "a" and a.get("href"):
            self._href, self._text = urljoin(self.base, a["href"] or ""), ""
        elif self._form is not None and name:
            if tag == "input":
                kind, value = a.get("type") or "text", a.get("value") or ""
                if kind in {"radio", "checkbox"}:
                    # Only a box that has no value at all is sent as "on" (HTML, 4.10.5.1.15).
                    value = (a["value"] or "") if "value" in a else "on"
                    self._form.choices.setdefault(name, []).append(value)
                    if "checked" in a:
                        self._form.fields.append((name, value))
                elif kind not in {"submit", "button", "file"}:
                    self._form.fields.append((name, value))
            elif tag == "textarea":
                self._area, self._text = name, ""
            elif tag == "select":
                self._select = name
                self._form.choices.setdefault(name, [])
        if tag == "option" and self._select and self._form is not None:
            self._form.choices[self._select].append(a.get("value") or "")
            if "selected" in a:
                self._form.fields.append((self._select, a.get("value") or ""))

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "a" and self._href:
            self.links.append((self._href, " ".join(self._text.split())))
            self._href = None
        elif tag == "textarea" and self._area and self._form is not None:
            self._form.fields.append((self._area, self._text))
            self._area = None
        elif tag == "select" and self._select and self._form is not None:
            if not any(name == self._select for name, _ in self._form.fields) and self._form.choices[self._select]:
                self._form.fields.append((self._select, self._form.choices[self._select][0]))
            self._select = None


class Visitor:
    """One person with a browser that has script switched off."""

    def __init__(
        self, site: str, *, address: str = "", timeout: float = 60, agent: str = "Mozilla/5.0 (journey)"
    ) -> None:
        self.site = site.rstrip("/")
        self.host = urlsplit(site).netloc
        self.address = address
        self.timeout = timeout
        self.agent = agent
        self.cookies: SimpleCookie = SimpleCookie()
        self._connection: http.client.HTTPConnection | None = None

    def _send(
        self, method: str, path: str, body: bytes | None, referrer: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        headers = {"Host": self.host, "User-Agent": self.agent, "Accept": "text/html"}
        if self.address:
            headers["X-Forwarded-For"] = self.address
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.site}
        if referrer:
            headers["Referer"] = referrer
        # A connection per request: what a crowd of different people does to a server.
        connection = http.client.HTTPConnection(self.host, timeout=self.timeout)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookies.load(cookie)
        return answer.status, answer.headers, content

    def _page(self, method: str, path: str, body: bytes | None = None, referrer: str = "") -> Page:
        for _ in range(6):
            status, headers, content = self._send(method, path, body, referrer)
            if status in {301, 302, 303} and headers.get("Location"):
                target = urlsplit(urljoin(f"{self.site}{path}", headers["Location"]))
                assert target.netloc == self.host, f"redirected away to {target.geturl()}"
                path = target.path + (f"?{target.query}" if target.query else "")
                method, body = "GET", None
                continue
            return Page(status, path, headers, content.decode("utf-8", "replace"), f"{self.site}{path}")
        raise AssertionError(f"too many redirects at {path}")

    def get(self, path: str, *, referrer: str = "") -> Page:
        """Fetch a page of the site, following redirects; a whole address is cut to its path, `referrer` is one."""
        parts = urlsplit(path)
        before = f"{self.site}{referrer}" if referrer else ""
        return self._page("GET", parts.path + (f"?{parts.query}" if parts.query else ""), referrer=before)

    def submit(self, page: Page, form: Form, **values: str | bool | None) -> Page:
        """Send a form of a page as the browser would."""
        parts, pairs = urlsplit(form.action), urlencode(form.data(**values))
        referrer = f"{self.site}{page.path}"
        if form.method == "get":
            return self._page("GET", f"{parts.path}?{pairs}", referrer=referrer)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return self._page("POST", path, pairs.encode(), referrer)

    def follow(self, page: Page, text: str) -> Page:
        """Follow the first link whose text contains the words."""
        for href, words in page.links:
            if text.lower() in words.lower():
                return self.get(href)
        raise AssertionError(f"no link {text!r} on {page.path}: {[words for _, words in page.links]}")
