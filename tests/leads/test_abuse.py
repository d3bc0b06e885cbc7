"""The abuse check: robots are asked again, crowds are asked to wait, nobody is silently lost."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.signing import Signer
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import Settings

from leads import abuse, challenge
from leads.errors import Suspicious, TooMany
from leads.forms import ContactForm, SubscribeForm
from mail.models import Message

pytestmark = pytest.mark.django_db
Fill = Callable[..., dict[str, Any]]


def asked(address: str = "203.0.113.9") -> HttpRequest:
    return RequestFactory().post("/subscribe/", REMOTE_ADDR=address)


def check(form: dict[str, Any], now: datetime, email: str | None = None, address: str = "203.0.113.9") -> None:
    bound = SubscribeForm(form, now=now)
    assert bound.is_valid(), bound.errors
    abuse.check(request=asked(address), form=bound, entry="subscribe", email=email, now=now)


def test_a_person_passes(filled: Fill, now: datetime) -> None:
    check(filled(), now)


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [
        (0, abuse.TOO_FAST),
        (1.999, abuse.TOO_FAST),
        (-5, abuse.TOO_FAST),
        (2, None),
        (24 * 3600, None),
        (24 * 3600 + 0.001, abuse.TOO_OLD),
    ],
)
def test_a_form_takes_two_seconds_to_a_day(filled: Fill, now: datetime, seconds: float, reason: str | None) -> None:
    form = filled(form_time=abuse.form_time(now - timedelta(seconds=seconds)))
    if reason is None:
        check(form, now)
        return
    with pytest.raises(Suspicious) as caught:
        check(form, now)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "value",
    ["", "1", "1700000000000", "1:forged", "x" * 100_000, "\x00", "\ud800", ["1"], Signer().sign("1700000000000")],
)
def test_a_form_time_that_is_not_ours_is_refused(filled: Fill, now: datetime, value: Any) -> None:
    with pytest.raises(Suspicious) as caught:
        check(filled(form_time=value), now)
    assert caught.value.reason == abuse.FORGED


@pytest.mark.parametrize("value", ["x", "\x00", "http://spam.example", "\ud800", "x" * 100_000])
def test_the_honeypot_catches_what_fills_in_everything(filled: Fill, now: datetime, value: str) -> None:
    with pytest.raises(Suspicious) as caught:
        check(filled(company_website=value), now)
    assert caught.value.reason == abuse.TRAPPED


def asked_again(data: dict[str, Any], reason: str, now: datetime) -> tuple[dict[str, Any], str]:
    """The form as it comes back to a browser, and the challenge that it carries."""
    form = SubscribeForm(data, now=now)
    assert form.is_valid()
    form.ask_again(Suspicious(reason), now=now)
    assert form.non_field_errors() == [abuse.SENTENCES[reason]]
    widget = form.fields["proof"].widget
    assert isinstance(widget, challenge.Proof)
    return {name: form[name].value() for name in form.fields}, widget.challenge


def test_after_a_suspicion_the_form_can_be_sent_once_more_with_a_proof(filled: Fill, now: datetime) -> None:
    trapped = filled(company_website="filled by a password manager", form_time="forged")
    again, sum_ = asked_again(trapped, abuse.TRAPPED, now)
    assert again["name"] == "Alice"
    check({**again, "proof": challenge.solve(sum_)}, now + timedelta(seconds=2))


@pytest.mark.parametrize("proof", ["", "x", "e30=", "\x00", "x" * 100_000])
def test_without_a_proof_the_second_time_it_is_for_a_person_to_look_at(filled: Fill, now: datetime, proof: str) -> None:
    again, _ = asked_again(filled(form_time=""), abuse.FORGED, now)
    with pytest.raises(Suspicious) as caught:
        check({**again, "proof": proof}, now + timedelta(seconds=2))
    assert (caught.value.hold, caught.value.reason) == (True, abuse.FORGED)


def test_one_proof_is_good_for_one_form(filled: Fill, now: datetime) -> None:
    again, sum_ = asked_again(filled(form_time=""), abuse.FORGED, now)
    again["proof"] = challenge.solve(sum_)
    check(again, now + timedelta(seconds=2))
    with pytest.raises(Suspicious) as caught:
        check(again, now + timedelta(seconds=3))
    assert caught.value.hold


def test_a_proof_does_not_excuse_another_trap(filled: Fill, now: datetime) -> None:
    again, sum_ = asked_again(filled(company_website="x"), abuse.TRAPPED, now)
    with pytest.raises(Suspicious) as caught:
        check({**again, "company_website": "x", "proof": challenge.solve(sum_)}, now + timedelta(seconds=2))
    assert caught.value.hold


def test_who_sends_the_second_form_too_fast_only_has_to_wait_once_more(filled: Fill, now: datetime) -> None:
    again, sum_ = asked_again(filled(form_time=""), abuse.FORGED, now)
    with pytest.raises(Suspicious) as caught:
        check({**again, "proof": challenge.solve(sum_)}, now)
    assert (caught.value.hold, caught.value.reason) == (False, abuse.TOO_FAST)
    third, sum_ = asked_again(again, abuse.TOO_FAST, now)
    check({**third, "proof": challenge.solve(sum_)}, now + timedelta(seconds=2))


def test_held_forms_are_limited_like_all_others(filled: Fill, now: datetime, settings: Settings) -> None:
    settings.ABUSE_LIMITS = {**settings.ABUSE_LIMITS, "subscribe:address": "2/hour"}
    again, _ = asked_again(filled(form_time=""), abuse.FORGED, now)
    for _ in range(2):
        with pytest.raises(Suspicious):
            check(again, now + timedelta(seconds=2))
    with pytest.raises(TooMany):
        check(again, now + timedelta(seconds=2))


def test_a_flood_is_challenged_and_not_refused(
    filled: Fill, now: datetime, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ABUSE_LIMITS = {**settings.ABUSE_LIMITS, "subscribe:all": "3/hour"}
    for number in range(3):
        check(filled(), now, address=f"203.0.113.{number}")
    for _ in range(2):
        with pytest.raises(Suspicious) as caught:
            check(filled(), now, address="203.0.113.99")
        assert (caught.value.reason, caught.value.hold) == (abuse.FLOOD, False)
    assert len([line for line in caplog.messages if line.startswith("limit subscribe:all reached")]) == 1
    again, sum_ = asked_again(filled(), abuse.FLOOD, now)
    check({**again, "proof": challenge.solve(sum_)}, now + timedelta(seconds=2), address="203.0.113.99")
    check(filled(), now + timedelta(hours=1), address="203.0.113.99")


def test_a_flood_is_mailed_to_staff_once_an_hour_whatever_floods(
    filled: Fill, written: Fill, now: datetime, settings: Settings
) -> None:
    settings.ABUSE_LIMITS = {**settings.ABUSE_LIMITS, "subscribe:all": "1/hour", "contact:all": "1/hour"}
    settings.STAFF_EMAIL = "office@institute.example"

    def crowd(at: datetime) -> None:
        for kind, entry, form in ((SubscribeForm, "subscribe", filled), (ContactForm, "contact", written)):
            at += timedelta(minutes=1)
            for number in range(4):
                bound = kind(form(form_time=abuse.form_time(at - timedelta(seconds=10))), now=at)
                assert bound.is_valid()
                with suppress(Suspicious):
                    abuse.check(request=asked(f"203.0.113.{number}"), form=bound, entry=entry, email=None, now=at)

    crowd(now)
    mail = Message.objects.get()
    assert (mail.kind, mail.recipient, mail.stream) == ("leads.flood", "office@institute.example", "staff")
    assert (mail.expires_at, mail.context) == (now + timedelta(minutes=61), {"entry": "subscribe", "most": 1})
    crowd(now + timedelta(hours=1))
    assert Message.objects.count() == 2


def test_who_was_too_fast_only_has_to_wait(filled: Fill, now: datetime) -> None:
    form = SubscribeForm(filled(form_time=abuse.form_time(now)), now=now)
    assert form.is_valid()
    form.ask_again(Suspicious(abuse.TOO_FAST), now=now)
    check({name: form[name].value() for name in form.fields}, now + timedelta(seconds=2))


def test_twenty_forms_an_hour_from_one_address_and_others_are_not_touched(filled: Fill, now: datetime) -> None:
    for number in range(20):
        check(filled(), now + timedelta(minutes=number))
    with pytest.raises(TooMany) as caught:
        check(filled(), now + timedelta(minutes=20))
    assert caught.value.retry_after == timedelta(minutes=40)
    check(filled(), now + timedelta(minutes=20), address="203.0.113.10")
    check(filled(), now + timedelta(minutes=60))


def test_five_forms_an_hour_for_one_mailbox_from_anywhere_however_it_is_spelled(filled: Fill, now: datetime) -> None:
    spellings = ["bob@example.org", "Bob@example.org", "BOB@EXAMPLE.ORG", " bob@example.org", "bob@example.org "]
    for number, spelling in enumerate(spellings):
        check(filled(), now, email=spelling, address=f"203.0.113.{number}")
    with pytest.raises(TooMany):
        check(filled(), now, email="bob@example.org", address="203.0.113.99")
    check(filled(), now, email="carol@example.org", address="203.0.113.99")


def test_a_refused_client_uses_up_nobodys_mailbox(filled: Fill, now: datetime, settings: Settings) -> None:
    settings.ABUSE_LIMITS = {**settings.ABUSE_LIMITS, "subscribe:address": "1/hour", "email": "2/hour"}
    check(filled(), now, email="bob@example.org")
    for _ in range(5):
        with pytest.raises(TooMany):
            check(filled(), now, email="bob@example.org")
    check(filled(), now, email="bob@example.org", address="203.0.113.10")


def test_a_whole_ipv6_network_is_counted_as_one(filled: Fill, now: datetime, settings: Settings) -> None:
    settings.ABUSE_LIMITS = {**settings.ABUSE_LIMITS, "subscribe:address": "1/hour"}
    check(filled(), now, address="2001:db8::1")
    with pytest.raises(TooMany):
        check(filled(), now, address="2001:db8::ffff")


def test_an_entry_point_without_a_limit_is_a_loud_mistake(now: datetime) -> None:
    with pytest.raises(ImproperlyConfigured):
        abuse.check(request=asked(), form=None, entry="nowhere", email=None, now=now)


@pytest.mark.django_db(transaction=True)
def test_counting_inside_another_transaction_is_refused(now: datetime) -> None:
    from django.db import transaction

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        abuse.count(("email", "bob@example.org"), now=now)


def test_no_address_is_logged_when_a_limit_is_reached(
    now: datetime, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ABUSE_LIMITS = {**settings.ABUSE_LIMITS, "email": "1/hour"}
    abuse.count(("email", "bob@example.org"), now=now)
    with caplog.at_level(logging.INFO), pytest.raises(TooMany):
        abuse.count(("email", "bob@example.org"), now=now)
    assert caplog.messages == ["limit email reached"]


def test_a_form_sent_again_is_counted_once_and_a_refused_one_stays_refused(settings: Settings, now: datetime) -> None:
    settings.ABUSE_LIMITS = {"booking:address": "2/hour"}
    who = ("booking:address", "203.0.113.9")
    for _ in range(abuse.REPEATS):
        abuse.count(who, repeat="booking:first", now=now)
    abuse.count(who, repeat="booking:second", now=now)
    for _ in range(2):
        with pytest.raises(TooMany):
            abuse.count(who, repeat="booking:third", now=now)
    abuse.count(who, repeat="booking:second", now=now)
    with pytest.raises(TooMany):
        abuse.count(who, repeat="booking:first", now=now)  # the twenty that cost nothing are used up
    abuse.count(who, repeat="booking:third", now=now + timedelta(hours=1))
