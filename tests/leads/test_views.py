"""The pages as a visitor's browser meets them, without script."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from leads import abuse
from leads.models import Consent, Lead
from mail.models import Message
from tests.leads.conftest import Clock, everything

pytestmark = pytest.mark.django_db
Fill = Callable[..., dict[str, Any]]
MakeLead = Callable[..., Lead]
SUBSCRIBE, CONTACT = "/subscribe/", "/contact/"


def errors(html: str) -> dict[str, str]:
    """The sentence beside each field, by the field's id."""
    found = re.findall(r'<div id="(id_\w+)_error"[^>]*>(.*?)</div>', html, re.S)
    return {field: " ".join(re.sub(r"<[^>]+>", " ", words).split()) for field, words in found}


def test_a_visitor_asks_for_the_guide(client: Client, stopped: Clock, filled: Fill) -> None:
    page = client.get(SUBSCRIBE)
    assert page.status_code == 200
    answer = client.post(SUBSCRIBE, filled(wants_list="on"))
    assert (answer.status_code, answer["Location"]) == (303, "/subscribe/thanks/")
    thanks = client.get(answer["Location"])
    assert thanks.status_code == 200
    assert "alice@example.org" in thanks.text
    assert Lead.objects.get().email == "alice@example.org"
    assert Consent.objects.get().state == "asked"


def test_both_wishes_are_unticked(client: Client) -> None:
    boxes = re.findall(r'<input type="checkbox"[^>]*>', client.get(SUBSCRIBE).text)
    assert len(boxes) == 2
    assert [box for box in boxes if "checked" in box] == []


@pytest.mark.parametrize(
    ("path", "change", "sentences"),
    [
        (SUBSCRIBE, {"name": ""}, {"id_name": "Enter your name."}),
        (SUBSCRIBE, {"name": "x" * 121}, {"id_name": "Use at most 120 characters for your name."}),
        (SUBSCRIBE, {"email": ""}, {"id_email": "Enter your email address."}),
        (SUBSCRIBE, {"email": "alice"}, {"id_email": "Enter an email address like name@example.org."}),
        (SUBSCRIBE, {"email": "a@b"}, {"id_email": "Enter an email address like name@example.org."}),
        (
            SUBSCRIBE,
            {"email": "a@" + ".".join(["ü" * 40] * 6) + ".org"},  # 250 characters here, over 254 in ASCII
            {"id_email": "Enter an email address like name@example.org."},
        ),
        (SUBSCRIBE, {"role_of_interest": ""}, {"id_role_of_interest": "Choose a role, or “I am not sure yet”."}),
        (SUBSCRIBE, {"role_of_interest": "king"}, {"id_role_of_interest": "Choose one of the roles in the list."}),
        (
            SUBSCRIBE,
            {"phone": "12"},
            {"id_phone": "Enter a phone number like (215) 555-0123, or with its country code like +44 20 7946 0123."},
        ),
        (
            SUBSCRIBE,
            {"wants_call": "on"},
            {"id_phone": "Enter the phone number we may call, or untick the phone call."},
        ),
        (
            SUBSCRIBE,
            {"name": "Al\x00ice", "email": "a\x00@b.org"},
            {
                "id_name": "Please remove hidden control characters from this text.",
                "id_email": "Enter an email address like name@example.org.",
            },
        ),
        (CONTACT, {"message": ""}, {"id_message": "Write your message."}),
        (
            CONTACT,
            {"message": "x" * 5001},
            {"id_message": "Use at most 5,000 characters; this message has 5001."},
        ),
    ],
)
def test_what_cannot_be_used_gets_a_sentence_beside_its_field(
    client: Client,
    stopped: Clock,
    filled: Fill,
    written: Fill,
    path: str,
    change: dict[str, str],
    sentences: dict[str, str],
) -> None:
    form = (filled if path == SUBSCRIBE else written)(**change)
    before = everything()
    answer = client.post(path, form)
    assert answer.status_code == 422
    assert errors(answer.text) == sentences
    for field, sentence in sentences.items():
        described = re.search(rf'<(?:input|select|textarea)[^>]*id="{field}"[^>]*>', answer.text)
        assert described is not None
        assert f"{field}_error" in described[0]
        assert 'aria-invalid="true"' in described[0]
        assert re.search(rf'<a href="#{field}">[^<]*{re.escape(sentence)}', answer.text)
    assert everything() == before


def test_what_was_typed_is_kept(client: Client, stopped: Clock, filled: Fill) -> None:
    form = filled(
        name="<b>Al</b>",
        email="no address",
        role_of_interest="undecided",
        phone="12",
        best_time_to_call='"evenings"',
        wants_list="on",
    )
    page = client.post(SUBSCRIBE, form).text
    for kept in (
        'value="&lt;b&gt;Al&lt;/b&gt;"',
        'value="no address"',
        '<option value="undecided" selected>',
        'value="12"',
        'value="&quot;evenings&quot;"',
    ):
        assert kept in page
    assert re.search(r'<input type="checkbox" name="wants_list"[^>]* checked', page)
    assert "<b>Al" not in page


@pytest.mark.parametrize("path", [SUBSCRIBE, CONTACT])
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"company_website": "https://spam.example"}, abuse.TRAPPED),
        ({"form_time": ""}, abuse.FORGED),
        ({"form_time": "1:x"}, abuse.FORGED),
    ],
)
def test_a_robot_is_asked_again_and_a_person_can_answer(
    client: Client,
    stopped: Clock,
    filled: Fill,
    written: Fill,
    path: str,
    change: dict[str, str],
    reason: str,
) -> None:
    before = everything()
    answer = client.post(path, (filled if path == SUBSCRIBE else written)(**change))
    assert answer.status_code == 422
    assert abuse.SENTENCES[reason] in answer.text.replace("&#x27;", "'")
    assert 'value="alice@example.org"' in answer.text
    assert everything() == before
    fresh = re.search(r'name="form_time" value="([^"]+)"', answer.text)
    assert fresh is not None
    stopped.forward(seconds=3)
    assert client.post(path, (filled if path == SUBSCRIBE else written)(form_time=fresh[1])).status_code == 303


@pytest.mark.parametrize("path", [SUBSCRIBE, CONTACT])
def test_too_fast_is_asked_to_wait_a_moment(
    client: Client, stopped: Clock, filled: Fill, written: Fill, path: str
) -> None:
    form = (filled if path == SUBSCRIBE else written)(form_time=abuse.form_time(stopped.now))
    answer = client.post(path, form)
    assert answer.status_code == 422
    assert abuse.SENTENCES[abuse.TOO_FAST] in answer.text
    stopped.forward(seconds=2)
    assert client.post(path, form).status_code == 303


@pytest.mark.parametrize("path", [SUBSCRIBE, CONTACT])
def test_a_limit_answers_429_and_keeps_the_form(
    client: Client, stopped: Clock, filled: Fill, written: Fill, settings: Settings, path: str
) -> None:
    settings.ABUSE_LIMITS = {**settings.ABUSE_LIMITS, "subscribe:address": "1/hour", "contact:address": "1/hour"}
    form = (filled if path == SUBSCRIBE else written)()
    assert client.post(path, form).status_code == 303
    before = everything()
    stopped.forward(minutes=15)
    answer = client.post(path, form)
    assert (answer.status_code, answer["Retry-After"]) == (429, str(45 * 60))
    assert "Try again in 45 minutes" in answer.text
    assert 'value="alice@example.org"' in answer.text
    assert everything() == before
    assert client.post(path, form, REMOTE_ADDR="203.0.113.10").status_code == 303
    stopped.forward(minutes=45)
    assert client.post(path, form).status_code == 303


def test_known_and_unknown_addresses_get_the_same_answer(
    client: Client, stopped: Clock, filled: Fill, make_lead: MakeLead
) -> None:
    known = make_lead("alice@example.org")
    known.confirmed_at = stopped.now
    known.save()
    answers = {}
    for email in ("alice@example.org", "carol@example.org"):
        visitor = Client()
        posted = visitor.post(SUBSCRIBE, filled(email=email, wants_list="on"))
        thanks = visitor.get(posted["Location"])
        mask = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", thanks.text)
        answers[email] = (posted.status_code, posted["Location"], thanks.status_code, mask.replace(email, "…"))
    assert answers["alice@example.org"] == answers["carol@example.org"]


def test_the_form_comes_as_a_fragment_for_the_guide(client: Client, stopped: Clock, filled: Fill) -> None:
    htmx = {"HX-Request": "true"}
    fragment = client.get(SUBSCRIBE, headers=htmx)
    assert fragment.text.lstrip().startswith('<form id="subscribe-form"')
    assert 'hx-post="/subscribe/"' in fragment.text
    assert "HX-Request" in fragment["Vary"]
    wrong = client.post(SUBSCRIBE, filled(email="x"), headers=htmx)
    assert (wrong.status_code, errors(wrong.text)) == (
        200,
        {"id_email": "Enter an email address like name@example.org."},
    )
    done = client.post(SUBSCRIBE, filled(), headers=htmx, follow=True)
    assert "<html" not in done.text
    assert "alice@example.org" in done.text


def test_the_mail_can_be_asked_for_twice_more(client: Client, stopped: Clock, filled: Fill) -> None:
    client.post(SUBSCRIBE, filled())
    for _ in range(3):
        answer = client.post("/subscribe/thanks/")
        assert (answer.status_code, answer["Location"]) == (303, "/subscribe/thanks/?again=1")
    assert Message.objects.count() == 3


def test_a_stranger_cannot_ask_for_mail_again(client: Client, stopped: Clock, filled: Fill) -> None:
    Client().post(SUBSCRIBE, filled())
    client.post("/subscribe/thanks/", {"email": "alice@example.org"})
    assert Message.objects.count() == 1


def test_a_visitor_writes_to_staff(client: Client, stopped: Clock, written: Fill) -> None:
    page = client.get(CONTACT).text
    assert "tel:+12154302201" in page
    assert page.count("Monday to Friday, 9 AM to 5 PM Eastern") >= 2
    answer = client.post(CONTACT, written(message="Hello\r\nthere"))
    assert (answer.status_code, answer["Location"]) == (303, "/contact/thanks/")
    assert client.get("/contact/thanks/").status_code == 200
    assert Lead.objects.get().activities.get(kind="enquiry").data["message"] == "Hello\nthere"


@pytest.mark.parametrize("path", [SUBSCRIBE, CONTACT])
def test_every_field_has_a_label_and_says_what_may_fill_it(client: Client, path: str) -> None:
    page = client.get(path).text
    for control in re.findall(r"<(?:input|select|textarea)[^>]*>", page):
        if 'type="hidden"' in control:
            continue
        name = re.search(r'id="([^"]+)"', control)
        assert name is not None, control
        assert f'for="{name[1]}"' in page, control
        assert "autocomplete=" in control or "checkbox" in control or "<select" in control, control


def test_other_methods_are_refused(client: Client) -> None:
    for path in (SUBSCRIBE, CONTACT, "/contact/thanks/", "/subscribe/thanks/"):
        assert client.put(path).status_code == 405


def test_a_form_older_than_a_day_is_asked_again(client: Client, stopped: Clock, filled: Fill) -> None:
    old = abuse.form_time(stopped.now - timedelta(hours=25))
    answer = client.post(SUBSCRIBE, filled(form_time=old))
    assert answer.status_code == 422
    assert abuse.SENTENCES[abuse.TOO_OLD] in answer.text
