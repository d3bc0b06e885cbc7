"""The verbs: what they write, what they mail, and what they never do."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from leads import consents, services
from leads.models import CALL, LIST, Consent, ConsentText, Lead, Stage
from mail.addresses import fingerprint
from mail.errors import LinkUnknown
from mail.models import Message, Suppression

pytestmark = pytest.mark.django_db
MakeLead = Callable[..., Lead]
MakeLink = Callable[..., str]


def subscribe(now: datetime, **other: Any) -> None:
    asked: dict[str, Any] = {
        "email": "alice@example.org",
        "name": "Alice",
        "role_of_interest": "tpm",
        "phone": "",
        "best_time_to_call": "",
        "wants_list": False,
        "wants_call": False,
        "page": "/subscribe/",
        "address": "203.0.113.9",
    }
    services.subscribe(**{**asked, **other}, now=now)


def mails() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("pk").values_list("kind", "recipient"))


CONFIRM = ("leads.confirm", "alice@example.org")


def test_a_subscription_is_a_lead_a_touch_a_line_and_one_mail(now: datetime) -> None:
    subscribe(now, wants_list=True, came_from="/contact/")
    lead = Lead.objects.get()
    assert (lead.email, lead.stage, lead.confirmed_at, lead.role_of_interest) == (
        "alice@example.org",
        "new",
        None,
        "tpm",
    )
    assert [str(touch) for touch in lead.touches.all()] == ["/subscribe/ from /contact/"]
    assert [row.kind for row in lead.activities.order_by("pk")] == ["subscribed", "confirmation_mail"]
    assert mails() == [CONFIRM]
    message = Message.objects.get()
    assert (message.stream, message.context, message.due_at) == ("leads", {"lead": lead.pk}, now)
    assert message.expires_at == now + timedelta(hours=24)


def test_consents_are_separate_unconfirmed_and_keep_the_words(now: datetime) -> None:
    subscribe(now, wants_list=True, wants_call=True, phone="+12155550123")
    assert {(c.text.purpose, c.state, c.how) for c in Consent.objects.all()} == {
        (LIST, "asked", "Form at /subscribe/"),
        (CALL, "asked", "Form at /subscribe/"),
    }
    assert all(len(c.address_hash) == 64 and "203" not in c.how for c in Consent.objects.all())


def test_nothing_ticked_is_no_consent(now: datetime) -> None:
    subscribe(now)
    assert Consent.objects.count() == 0


def test_an_unproven_address_gets_one_mail_a_day_whatever_is_ticked(now: datetime) -> None:
    for minute in range(30):
        subscribe(now + timedelta(minutes=minute), wants_list=bool(minute % 2), wants_call=bool(minute % 3))
    assert mails() == [CONFIRM]
    subscribe(now + timedelta(hours=24, seconds=1))
    assert mails() == [CONFIRM] * 2


def test_a_proven_address_gets_one_mail_a_day_for_each_purpose(now: datetime, make_lead: MakeLead) -> None:
    lead = make_lead()
    lead.confirmed_at = now
    lead.save()
    subscribe(now)
    subscribe(now + timedelta(hours=1))
    assert len(mails()) == 1
    for hour in (2, 3):
        subscribe(now + timedelta(hours=hour), wants_list=True)
    assert len(mails()) == 2
    for hour in (4, 5):
        subscribe(now + timedelta(hours=hour), wants_list=True, wants_call=True)
    assert len(mails()) == 3


def test_two_resends_a_day_and_no_more(now: datetime) -> None:
    subscribe(now)
    for minute in range(5):
        services.resend(email="Alice@example.org", now=now + timedelta(minutes=minute))
    assert mails() == [CONFIRM] * 3


def test_a_resend_needs_a_first_mail(now: datetime, make_lead: MakeLead) -> None:
    services.resend(email="nobody@example.org", now=now)
    make_lead()
    services.resend(email="alice@example.org", now=now)
    assert mails() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [False, True])
def test_six_forms_at_once_send_one_mail(now: datetime, make_lead: MakeLead, known: bool) -> None:
    if known:  # then no unique index makes them queue up: the lock on the row must
        make_lead(role_of_interest="tpm")
    start, failed = threading.Barrier(6), []

    def send() -> None:
        try:
            start.wait()
            subscribe(now, wants_list=True)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert (mails(), Consent.objects.count(), Lead.objects.count()) == ([CONFIRM], 1, 1)


def test_confirming_proves_the_address_and_only_what_the_page_showed(now: datetime, link: MakeLink) -> None:
    subscribe(now, wants_list=True, wants_call=True, phone="+12155550123")
    lead = Lead.objects.get()
    shown = Consent.objects.get(text__purpose=LIST)
    later = now + timedelta(hours=1)
    services.confirm(token=link(lead, "confirm"), shown=[shown.pk], now=later)
    lead.refresh_from_db()
    assert (lead.confirmed_at, lead.stage) == (later, Stage.CONFIRMED)
    assert consents.confirmed_purposes(lead) == {LIST}


def test_confirming_twice_changes_nothing_more(now: datetime, link: MakeLink) -> None:
    subscribe(now, wants_list=True)
    lead, token = Lead.objects.get(), link(Lead.objects.get(), "confirm")
    shown = [Consent.objects.get().pk]
    services.confirm(token=token, shown=shown, now=now)
    rows = list(lead.activities.values_list("pk", "summary"))
    services.confirm(token=token, shown=shown, now=now + timedelta(hours=1))
    assert list(lead.activities.values_list("pk", "summary")) == rows
    assert Lead.objects.get().confirmed_at == now


def test_a_consent_of_somebody_else_cannot_be_confirmed(now: datetime, link: MakeLink) -> None:
    subscribe(now, wants_list=True)
    subscribe(now, email="mallory@example.org", wants_list=True)
    alice, mallory = Lead.objects.order_by("pk")
    of_mallory = mallory.consents.get().pk
    services.confirm(token=link(alice, "confirm"), shown=[of_mallory], now=now)
    assert consents.confirmed_purposes(mallory) == set()


def test_what_was_asked_for_days_ago_is_not_offered_again(now: datetime, link: MakeLink) -> None:
    subscribe(now, wants_call=True, phone="+12155550123")
    later = now + timedelta(hours=48)
    lead = Lead.objects.get()
    services.confirm(token=link(lead, "confirm", at=later), shown=[Consent.objects.get().pk], now=later)
    assert consents.confirmed_purposes(lead) == set()


def test_a_changed_address_ends_the_links_sent_to_the_old_one(
    now: datetime, link: MakeLink, make_lead: MakeLead
) -> None:
    lead = make_lead()
    token = link(lead, "confirm")
    Lead.objects.filter(pk=lead.pk).update(email="alice@new.example")
    with pytest.raises(LinkUnknown):
        services.confirm(token=token, shown=[], now=now)


def test_an_erased_lead_has_no_links(now: datetime, link: MakeLink, make_lead: MakeLead) -> None:
    lead = make_lead()
    token = link(lead, "preferences")
    lead.delete()
    with pytest.raises(LinkUnknown):
        services.choose(token=token, wanted=[LIST], now=now, address="203.0.113.9")


def test_withdrawing_stops_the_list_at_once_and_agreeing_again_lifts_it(
    now: datetime, link: MakeLink, make_lead: MakeLead
) -> None:
    lead = make_lead()
    token = link(lead, "preferences")
    services.choose(token=token, wanted=[LIST, CALL], now=now, address="203.0.113.9")
    assert consents.confirmed_purposes(lead) == {LIST, CALL}
    for _ in range(2):
        services.withdraw(lead=lead, purpose=LIST, now=now, how="One-click link in an email")
    assert consents.confirmed_purposes(lead) == {CALL}
    quiet = Suppression.objects.get()
    assert (quiet.address_hash, quiet.stream) == (fingerprint("alice@example.org"), "interview-preparation")
    services.choose(token=token, wanted=[LIST], now=now, address="203.0.113.9")
    assert consents.confirmed_purposes(lead) == {LIST}
    assert Suppression.objects.count() == 0
    assert [(c.text.purpose, c.state) for c in Consent.objects.order_by("pk")] == [
        (LIST, "withdrawn"),
        (CALL, "withdrawn"),
        (LIST, "confirmed"),
    ]


def test_agreeing_again_does_not_lift_a_bounce(now: datetime, link: MakeLink, make_lead: MakeLead) -> None:
    lead = make_lead()
    Suppression.objects.create(
        address_hash=fingerprint("alice@example.org"),
        stream="interview-preparation",
        reason="Bounced.",
        bounced=True,
        created_at=now,
    )
    services.choose(token=link(lead, "preferences"), wanted=[LIST], now=now, address="203.0.113.9")
    assert Suppression.objects.get().reason == "Bounced."


def test_what_was_only_asked_for_ends_too_when_it_is_not_wanted(now: datetime, link: MakeLink) -> None:
    subscribe(now, wants_list=True)
    lead = Lead.objects.get()
    services.choose(token=link(lead, "preferences"), wanted=[], now=now, address="203.0.113.9")
    assert Consent.objects.get().state == "withdrawn"


def test_a_message_to_staff_is_kept_and_mailed(now: datetime, settings: Any) -> None:
    settings.STAFF_EMAIL = "desk@example.org"
    services.contact(
        name="Alice", email="Alice@example.org", phone="", message="Hello\nthere", page="/contact/", now=now
    )
    row = Lead.objects.get().activities.get(kind="enquiry")
    assert row.data == {"name": "Alice", "phone": "", "message": "Hello\nthere"}
    assert mails() == [("leads.enquiry", "desk@example.org")]
    assert Message.objects.get().context == {"activity": row.pk}


def test_consent_words_are_never_changed(now: datetime) -> None:
    text = ConsentText.objects.get(purpose=LIST, version=1)
    text.words = "Anything"
    with pytest.raises(TypeError):
        text.save()
    with pytest.raises(TypeError):
        text.delete()
    with pytest.raises(TypeError):
        ConsentText.objects.update(words="Anything")
    with pytest.raises(TypeError):
        ConsentText.objects.all().delete()
