"""A result by mail: written down to the lead, mailed within the rules for addresses that nobody has proven."""

import email.policy
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client

from content.models import QuizResult
from content.quiz import held, services
from leads import abuse, mailbox, quarantine
from leads.errors import NotPossible
from leads.models import Activity, Consent, Lead, Quarantine, Touch
from leads.people import ensure_lead
from leads.services import confirm, resend, subscribe
from mail import outbox, registry, tokens
from mail.models import LinkToken, Message
from mail.registry import Skip
from tests.content.page import read
from tests.content.quiz.conftest import PJM, PM, TPM, Clock, Take, behind, stored

ADA = "ada@example.org"


@pytest.fixture
def place(take: Take) -> str:
    """A result that leans toward TPM, of a reader who came from the guide."""
    return take([TPM, TPM, TPM, TPM, PM, PJM], came_from="/privacy/?utm_campaign=spring", pick__q9="student")


@pytest.fixture
def proven(db: None, now: datetime) -> Lead:
    """Ada, whose address is confirmed."""
    with transaction.atomic():
        lead = ensure_lead(email=ADA, name="Ada", now=now - timedelta(days=9))
    link = tokens.mint(purpose="confirm", subject=mailbox.subject(lead), expires_at=now, now=now - timedelta(days=9))
    return confirm(token=link, shown=[], now=now - timedelta(days=9))


def ask(client: Client, place: str, now: datetime, **other: str) -> Any:
    form = {"email": ADA, "name": "Ada", "form_time": abuse.form_time(now - timedelta(minutes=1)), **other}
    return client.post(f"{place}email/", form)


def mails() -> list[str]:
    # without the guide that follows a confirmation
    return list(Message.objects.exclude(kind="leads.guide").order_by("pk").values_list("kind", flat=True))


def text(message: Message, now: datetime) -> str:
    written = outbox.write(message, now=now)
    assert not isinstance(written, Skip)
    for row in written.links:
        row.save()
    parsed = email.message_from_bytes(written.raw, policy=email.policy.default)
    body = parsed.get_body(("plain",))
    assert body is not None
    return f"{parsed['Subject']}\n{body.get_content()}"


def test_an_unproven_address_gets_the_link_and_the_question_whether_it_is_theirs(
    client: Client, place: str, stopped: Clock
) -> None:
    answer = ask(client, place, stopped.now, name="Click http://evil.example now", wants_list="on")
    assert (answer.status_code, answer["Location"]) == (303, f"{place}?emailed=1#keep")
    assert "Please check your mailbox" in client.get(place, {"emailed": "1"}).content.decode()
    assert mails() == ["content.quiz_result"]
    assert registry.get("content.quiz_result").stream == "leads"
    said = text(Message.objects.get(), stopped.now)
    assert "evil" not in said
    assert "Technical Program Manager" not in said  # not even what was picked
    assert "- Interview-preparation emails" in said
    (result_link,) = re.findall(r"http://testserver(/quiz/result/[\w-]+/)", said)
    (confirm_link,) = re.findall(r"http://testserver(/confirm/[\w-]+/)", said)
    assert result_link != place
    assert client.get(result_link).status_code == 200
    assert Consent.objects.get().state == "asked"
    consent = str(Consent.objects.get().pk)
    assert client.post(confirm_link, {"consent": consent}).status_code == 303
    assert Lead.objects.get().confirmed_at == stopped.now
    assert Consent.objects.get().state == "confirmed"


def test_a_proven_address_gets_the_result_itself(client: Client, place: str, stopped: Clock, proven: Lead) -> None:
    ask(client, place, stopped.now)
    said = text(Message.objects.get(kind="content.quiz_result"), stopped.now)
    assert said.startswith("Your quiz result: A clear fit: Technical Program Manager\n")
    assert "- Technical Program Manager: 8 of 16" in said
    assert "The hard parts: Technical Program Manager" in said
    assert "/book/?topic=My+quiz+result" in said
    assert "/confirm/" not in said


def test_the_mailed_link_works_for_a_year_and_the_pages_for_90_days(
    client: Client, place: str, stopped: Clock, proven: Lead
) -> None:
    ask(client, place, stopped.now)
    (mailed,) = re.findall(
        r"http://testserver(/quiz/result/[\w-]+/)", text(Message.objects.get(kind="content.quiz_result"), stopped.now)
    )
    stopped.forward(days=364)
    assert (client.get(place).status_code, client.get(mailed).status_code) == (404, 200)
    stopped.forward(days=1)
    assert client.get(mailed).status_code == 404


def test_the_result_is_written_down_to_the_lead(client: Client, place: str, stopped: Clock) -> None:
    ask(client, place, stopped.now)
    ask(client, place, stopped.now)  # asked twice, taken once
    lead = Lead.objects.get()
    (activity,) = lead.activities.filter(kind="quiz")
    assert activity.summary == (
        "Took the role-fit quiz. A clear fit: Technical Program Manager"
        " (Technical Program Manager 8, Product Manager 2, Project Manager 2; out of 16)"
    )
    assert activity.data == {
        "result": stored().pk,
        "edition": "role-fit-1",
        "totals": {PM: 2, PJM: 2, TPM: 8},
        "most": 16,
        "band": "clear",
        "roles": [TPM],
        "set_role": True,
        "said": {"Where are you starting from?": "Student or new graduate"},
    }
    assert lead.role_of_interest == TPM
    touch = Touch.objects.get()
    assert (touch.page, touch.referrer_page, touch.utm_campaign) == ("/quiz/", "/privacy/", "spring")


@pytest.mark.parametrize(
    ("roles", "known", "after"),
    [
        ([PM] * 6, "", PM),
        ([PM] * 3 + [TPM] * 3, "", "undecided"),
        ([PM] * 6, TPM, TPM),
    ],
)
def test_the_role_of_interest_is_set_where_it_is_empty(
    take: Take, client: Client, stopped: Clock, roles: list[str], known: str, after: str
) -> None:
    with transaction.atomic():
        ensure_lead(email=ADA, name="Ada", role_of_interest=known, now=stopped.now)
    ask(client, take(roles), stopped.now)
    lead = Lead.objects.get()
    assert lead.role_of_interest == after
    assert lead.activities.get(kind="quiz").data["set_role"] is (known == "")


def test_nobody_is_written_down_without_asking_for_it(place: str) -> None:
    assert (Lead.objects.count(), Activity.objects.count(), Message.objects.count()) == (0, 0, 0)
    assert stored().leads.count() == 0


# --- Nobody's mailbox is filled -----------------------------------------------------------------------------------------------


def test_a_hundred_requests_for_one_address_are_one_mail_and_at_most_two_more(
    take: Take, client: Client, stopped: Clock
) -> None:
    places = [take([TPM] * 6) for _ in range(4)]
    results = [behind(place, stopped.now) for place in places]
    for number in range(25):
        services.email(
            result=results[number % 4],
            email=ADA,
            name="",
            wants_list=number % 2 == 0,
            now=stopped.now,
            address="x",
        )
    assert mails() == ["content.quiz_result"]
    for _ in range(5):
        client.post(f"{places[0]}again/")
    assert mails() == ["content.quiz_result"] * 3
    resend(email=ADA, now=stopped.now)  # the other form shares the count
    assert len(mails()) == 3
    stopped.forward(hours=25)
    ask(client, places[1], stopped.now)
    assert len(mails()) == 4


def test_the_quiz_and_the_guide_by_email_share_the_days_mail(client: Client, place: str, stopped: Clock) -> None:
    subscribe(
        email=ADA, name="", role_of_interest="", phone="", best_time_to_call="", wants_list=True, wants_call=False,
        page="/subscribe/", now=stopped.now, address="x",
    )  # fmt: skip
    ask(client, place, stopped.now)
    assert mails() == ["leads.confirm"]
    assert client.post(f"{place}again/")["Location"] == f"{place}?emailed=again#keep"
    assert mails() == ["leads.confirm", "content.quiz_result"]


def test_a_proven_address_gets_one_result_a_day(take: Take, client: Client, stopped: Clock, proven: Lead) -> None:
    for _ in range(3):
        ask(client, take([TPM] * 6), stopped.now)
    assert mails() == ["content.quiz_result"]


def test_again_without_an_address_mails_nobody(client: Client, place: str) -> None:
    assert client.post(f"{place}again/").status_code == 303
    assert mails() == []
    assert "Please check your mailbox" not in client.get(place, {"emailed": "1"}).content.decode()


def test_known_and_unknown_addresses_end_alike(take: Take, client: Client, stopped: Clock, proven: Lead) -> None:
    pages = []
    for address in (ADA, "nobody@example.org"):
        place = take([TPM] * 6)
        answer = ask(client, place, stopped.now, email=address)
        shown = client.get(place, {"emailed": "1"}).content.decode()
        pages.append((answer.status_code, re.sub(r"[\w-]{32,}", "", shown)))
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": ""}, "Enter your email address."),
        ({"email": "ada@"}, "Enter an email address like name@example.org."),
        ({"name": "x" * 121}, "Use at most 120 characters for your name."),
        ({"email": "a\x00@example.org"}, "Enter an email address like name@example.org."),
        ({"company_website": "x"}, "A hidden field was filled in"),
    ],
)
def test_a_form_that_cannot_be_used_comes_back_under_the_result(
    client: Client, place: str, stopped: Clock, typed: dict[str, str], sentence: str
) -> None:
    answer = ask(client, place, stopped.now, **typed)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert sentence in html
    assert "What argues against it" in html
    assert (mails(), Lead.objects.count(), answer["Cache-Control"]) == ([], 0, "no-store")


def test_who_looks_like_a_robot_twice_waits_for_a_person_and_is_mailed_when_released(
    client: Client, place: str, stopped: Clock
) -> None:
    def hidden(answer: Any) -> dict[str, str]:
        (form,) = [e for e in read(answer.content).find("form") if e.attrs["action"].endswith("/email/")]
        return {e.attrs["name"]: e.attrs.get("value", "") for e in form.find("input", type="hidden")}

    asked_again = ask(client, place, stopped.now, company_website="x")
    stopped.forward(seconds=5)
    answer = client.post(f"{place}email/", hidden(asked_again) | {"email": ADA, "name": "Ada"})
    assert (answer.status_code, answer["Location"]) == (303, "/form/received/")
    assert (mails(), Lead.objects.count()) == ([], 0)
    quarantine.release(held=Quarantine.objects.get(), actor="erin", now=stopped.now)
    assert mails() == ["content.quiz_result"]
    assert Lead.objects.get(email=ADA).activities.filter(kind="quiz").count() == 1


def test_a_held_request_for_a_result_that_is_gone_is_said_to_staff(client: Client, place: str, stopped: Clock) -> None:
    client.post(f"{place}delete/")
    for facts in ({"result": 1}, {}):
        with pytest.raises(NotPossible, match="The visitor has deleted this quiz result"):
            held.take_in(QueryDict("email=ada@example.org"), facts, stopped.now)


# --- Delete my result ---------------------------------------------------------------------------------------------------------------


def test_deleting_takes_back_what_was_written_down_and_the_mail_that_waits(
    client: Client, place: str, stopped: Clock
) -> None:
    ask(client, place, stopped.now)
    assert "What our advisors see of it goes too" in client.get(f"{place}delete/").content.decode()
    client.post(f"{place}delete/")
    lead = Lead.objects.get()
    assert (lead.role_of_interest, lead.activities.filter(kind="quiz").count()) == ("", 0)
    assert lead.activities.filter(kind="quiz_deleted").count() == 1
    assert list(Message.objects.values_list("status", "reason")) == [("cancelled", "The quiz result was deleted.")]
    assert QuizResult.objects.count() == 0
    assert LinkToken.objects.filter(purpose="quiz", revoked_at__isnull=True).count() == 0


def test_a_role_that_the_lead_chose_otherwise_stays(client: Client, place: str, stopped: Clock) -> None:
    ask(client, place, stopped.now)
    Lead.objects.update(role_of_interest=PM)
    client.post(f"{place}delete/")
    assert Lead.objects.get().role_of_interest == PM


def test_a_claimed_mail_is_not_rendered_for_a_result_that_is_gone(client: Client, place: str, stopped: Clock) -> None:
    ask(client, place, stopped.now)
    claimed = Message.objects.get(kind="content.quiz_result")
    client.post(f"{place}delete/")
    assert outbox.write(claimed, now=stopped.now) == Skip("The visitor deleted this result.")


def test_a_mail_for_an_address_that_has_changed_is_not_rendered(client: Client, place: str, stopped: Clock) -> None:
    ask(client, place, stopped.now)
    Lead.objects.update(email="other@example.org")
    mail = Message.objects.get(kind="content.quiz_result")
    assert outbox.write(mail, now=stopped.now) == Skip("The lead has another address now, or is gone.")
