"""Whatever is typed, pasted or sent: an answer in words, never a 5xx, on either database."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings as site
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from institute.middleware import RequestLimits
from leads import services
from leads.forms import ContactForm, SubscribeForm
from leads.models import Activity, Lead
from tests.leads.conftest import Clock

pytestmark = pytest.mark.django_db
Fill = Callable[..., dict[str, Any]]
HERE = Path(__file__).parent
NAUGHTY = Path(site.BASE_DIR).parent / "shared" / "corpora" / "blns.json"

OWN: list[str] = json.loads((HERE.parent / "data" / "hostile.json").read_text("utf-8"))
THEIRS: list[str] = json.loads(NAUGHTY.read_text("utf-8")) if NAUGHTY.is_file() else []
VALUES = [
    *OWN,
    *THEIRS,
    "a@" + ".".join(["ü" * 40] * 6),
    "a@" + "ü" * 63 + ".org",
    "\x00",
    "a\x00b",
    "x" * 9_000,
    "\U0001f469\u200d\U0001f680" * 300,
]
SUBSCRIBE = [
    "name",
    "email",
    "role_of_interest",
    "phone",
    "best_time_to_call",
    "wants_list",
    "wants_call",
    "page",
    "came_from",
    "form_time",
    "company_website",
]
CONTACT = ["name", "email", "phone", "message", "page", "came_from", "form_time", "company_website"]
PARTS = 4


@pytest.fixture(autouse=True)
def without_limits(settings: Settings) -> None:
    """Every value must reach the code behind the limits."""
    settings.ABUSE_LIMITS = dict.fromkeys(settings.ABUSE_LIMITS, "1000000/second")


@pytest.fixture
def strict(client: Client) -> Client:
    """A client that tells a crash from an answer."""
    client.raise_request_exception = True
    return client


@pytest.mark.parametrize("part", range(PARTS))
def test_any_value_comes_back_as_plain_text_with_sentences(strict: Client, stopped: Clock, part: int) -> None:
    shown = ["name", "email", "phone", "best_time_to_call"]
    found = {}
    mine = VALUES[part::PARTS]
    for start in range(0, len(mine), len(shown)):
        four = mine[start : start + len(shown)]
        form = {
            **dict.fromkeys(SUBSCRIBE, four[0]),
            **dict(zip(shown, four, strict=False)),
            "role_of_interest": four[0],
        }
        answer = strict.post("/subscribe/", form)
        raw = [value for value in four if re.search(r"[<>]", value) and value in answer.text]
        if answer.status_code != 422 or raw:
            found[start] = (answer.status_code, raw)
    assert found == {}


@pytest.mark.parametrize("field", [*SUBSCRIBE, "csrfmiddlewaretoken"])
def test_a_hundred_kilobytes_in_one_field_are_answered(
    strict: Client, stopped: Clock, filled: Fill, field: str
) -> None:
    assert strict.post("/subscribe/", filled(**{field: "x" * 100_000})).status_code in {303, 422}


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_a_form_accepts_the_database_takes(now: datetime, filled: Fill, written: Fill, part: int) -> None:
    taken = 0
    for number, value in enumerate(VALUES[part::PARTS]):
        for kind, names, person in ((SubscribeForm, SUBSCRIBE, filled), (ContactForm, CONTACT, written)):
            fine = {name: value for name in names if accepts(kind.base_fields[name], value)}
            form = kind(person(**{"email": f"a{number}.{part}@example.org", **fine}), now=now)
            assert form.is_valid(), (value[:80], form.errors)
            taken += len(fine)
            if value in OWN or not (value.isascii() and value.isprintable()):
                keep(form, now)  # plain ASCII is bound as a parameter like any name; it teaches nothing
    assert taken > 100
    assert [row for row in Activity.objects.all() if not str(row).isprintable()] == []


def accepts(field: forms.Field, value: str) -> bool:
    """Whether this one field lets the value through."""
    try:
        field.clean(field.widget.value_from_datadict({"x": value}, {}, "x"))
    except forms.ValidationError:
        return False
    return not isinstance(field, forms.BooleanField)


def keep(form: SubscribeForm | ContactForm, now: datetime) -> None:
    """What the view does with a valid form."""
    data = form.cleaned_data
    common = {name: data[name] for name in ("name", "email", "page", "came_from")}
    if isinstance(form, ContactForm):
        services.contact(**common, phone=form.phone_number(), message=data["message"], now=now)
        return
    wishes = {name: data[name] for name in ("role_of_interest", "best_time_to_call", "wants_list", "wants_call")}
    services.subscribe(**common, **wishes, phone=form.phone_number(), now=now, address="203.0.113.9")


@pytest.mark.parametrize("field", ["name", "email", "phone", "best_time_to_call"])
@pytest.mark.parametrize("value", ["\x00", "a\x00b@example.org", "x" * 100_000, "a\u202eb", "a\x07b"])
def test_what_no_form_can_use_is_answered_with_a_sentence(
    strict: Client, stopped: Clock, filled: Fill, field: str, value: str
) -> None:
    answer = strict.post("/subscribe/", filled(**{field: value}))
    assert (answer.status_code, f'id="id_{field}_error"' in answer.text) == (422, True)
    assert Lead.objects.count() == 0


@pytest.mark.parametrize("path", ["/subscribe/", "/contact/"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"&&&===",
        b"name=%FF%FE&email=%80%81",
        b"name=%ED%A0%80&email=%ED%A0%80",
        b"name=a&name=b&email=a@example.org&email=b@example.org",
        b"name[]=a&email[0]=b&email[x][y]=c",
        b"name=%00&email=%00&form_time=%00",
        b"%00=%00&\xff=\xff",
        b'{"name": ["a"]}',
    ],
)
def test_odd_bodies_are_answered_with_the_form(strict: Client, stopped: Clock, path: str, body: bytes) -> None:
    answer = strict.post(path, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert "<form" in answer.text


@pytest.mark.parametrize("path", ["/subscribe/", "/contact/", "/subscribe/thanks/"])
@pytest.mark.parametrize(
    "query",
    ["?page=%00", "?again=%00", "?utm_source=%FF", "?a[]=1&a[]=2", "?" + "a=1&" * 900, "?%00", "?" + "x" * 7000],
)
def test_odd_queries_are_harmless(strict: Client, path: str, query: str) -> None:
    assert strict.get(path + query).status_code == 200


@pytest.mark.parametrize("stem", ["confirm", "preferences", "unsubscribe"])
@pytest.mark.parametrize(
    "token", ["%00", "%FF", "%ED%A0%80", "..", "a" * 3000, "%2e%2e%2f", "'; DROP TABLE leads_lead;--"]
)
def test_odd_tokens_are_unknown_links(strict: Client, stopped: Clock, stem: str, token: str) -> None:
    for method in (strict.get, strict.head, strict.post):
        assert method(f"/{stem}/{token}/").status_code == 404


@pytest.mark.parametrize(
    "name", ["Referer", "Accept-Language", "Cookie", "X-Forwarded-For", "HX-Request", "User-Agent"]
)
@pytest.mark.parametrize(
    "value", ["\xff", "x" * 8000, "http://[::1", 'csrftoken="aaaaaaaa\\000"; csrftoken=\xff', "%00"]
)
def test_odd_headers_are_harmless(strict: Client, name: str, value: str) -> None:
    for path in ("/subscribe/", "/subscribe/thanks/", "/contact/"):
        assert strict.get(path, headers={name: value}).status_code == 200


def test_a_session_cookie_that_no_database_takes_is_ignored(strict: Client) -> None:
    """Cookie values are unquoted, and \\000 becomes a NUL that PostgreSQL refuses."""
    for path in ("/subscribe/thanks/", "/admin/"):
        assert strict.get(path, headers={"Cookie": 'sessionid="aaaaaaaa\\000"'}).status_code in {200, 302}


@pytest.mark.parametrize("value", ['"aaaaaaaa\\000"', "%00", "a b", "a/b"])
def test_what_is_no_session_key_never_reaches_the_table(value: str) -> None:
    """SQLite takes what PostgreSQL refuses, so the answer above says nothing there."""
    seen: list[dict[str, str]] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(dict(request.COOKIES))
        return HttpResponse()

    for key in (value, "abcdef0123456789"):
        RequestLimits(view)(RequestFactory(headers={"Cookie": f"sessionid={key}; csrftoken=x"}).get("/"))
    assert seen == [{"csrftoken": "x"}, {"sessionid": "abcdef0123456789", "csrftoken": "x"}]


@pytest.mark.parametrize("consent", ["\x00", "x", "-1", "9" * 100, "²", ["1", "2", "x"]])
def test_odd_consent_numbers_confirm_nothing(
    strict: Client, stopped: Clock, make_lead: Callable[..., Lead], link: Callable[..., str], consent: Any
) -> None:
    path = reverse("leads:confirm", args=[link(make_lead(), "confirm")])
    assert strict.post(path, {"consent": consent}).status_code == 303


@pytest.mark.parametrize(
    "charset",
    [
        "utf-8",
        "utf-7",
        "utf-16",
        "unicode_escape",
        "undefined",
        "rot13",
        "base64",
        "idna",
    ],
)
def test_odd_charsets_are_harmless(strict: Client, stopped: Clock, filled: Fill, charset: str) -> None:
    lines = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in filled(name="\\ud800", wants_list="on").items()
    ]
    body = ("".join(lines) + "--x--\r\n").encode()
    # generic(): the test client would encode the body in that charset itself
    answer = strict.generic("POST", "/subscribe/", body, f"multipart/form-data; boundary=x; charset={charset}")
    assert answer.status_code in {303, 400, 415, 422}
