"""What the quiz holds of a person can be shown and let go of."""

from datetime import datetime

import pytest
from django.db import transaction
from django.test import Client

from content.models import QuizResult
from content.quiz import privacy, services
from leads import merging
from leads.models import Lead
from mail.errors import NoTransaction
from mail.models import LinkToken, Message
from tests.content.quiz.conftest import PM, TPM, Clock, Take, behind, stored


def given(place: str, address: str, now: datetime) -> Lead:
    services.email(result=behind(place, now), email=address, name="", wants_list=False, now=now, address="x")
    return Lead.objects.get(email=address)


def test_the_export_says_every_answer_in_words(take: Take, stopped: Clock, now: datetime) -> None:
    lead = given(take([TPM] * 5 + [PM], pick__q1_second=PM, pick__q10="later"), "ada@example.org", now)
    take([PM] * 6)  # nobody's
    (row,) = privacy.export(lead.pk)
    assert {name: row[name] for name in row if name != "answers"} == {
        "taken_at": now.isoformat(),
        "edition": "role-fit-1",
        "result": "Clear: Technical Program Manager",
        "product_manager": 3,
        "project_manager": 0,
        "tpm": 10,
        "came_from": "",
    }
    assert len(row["answers"]) == 7
    assert row["answers"]["Which question would you most like to own?"] == [
        "How do several engineering teams deliver one complex technical program together?",
        "What should we build, and for whom?",
    ]
    assert row["answers"]["When would you like to interview?"] == ["Later"]


def test_erasing_takes_results_links_and_waiting_mail_and_nobody_elses(
    take: Take, client: Client, stopped: Clock, now: datetime
) -> None:
    own, others = take([TPM] * 6), take([PM] * 6)
    ada, bob = given(own, "ada@example.org", now), given(others, "bob@example.org", now)
    with transaction.atomic():
        assert privacy.erase(ada.pk, now) == 1
        assert privacy.erase(ada.pk, now) == 0
    assert privacy.export(ada.pk) == []
    assert (client.get(own).status_code, client.get(others).status_code) == (404, 200)
    assert stored().leads.get() == bob
    statuses = Message.objects.order_by("pk").values_list("recipient", "status")
    assert list(statuses) == [("ada@example.org", "cancelled"), ("bob@example.org", "due")]
    assert LinkToken.objects.filter(purpose="quiz", revoked_at__isnull=True).count() == 1


def test_a_result_given_with_two_addresses_stays_for_the_other(
    take: Take, client: Client, stopped: Clock, now: datetime
) -> None:
    place = take([TPM] * 6)
    ada, bob = (given(place, address, now) for address in ("ada@example.org", "bob@example.org"))
    with transaction.atomic():
        assert privacy.erase(ada.pk, now) == 1
    assert list(stored().leads.all()) == [bob]
    assert client.get(place).status_code == 200


def test_a_lead_that_is_removed_leaves_a_result_without_a_name(take: Take, stopped: Clock, now: datetime) -> None:
    lead = given(take([TPM] * 6), "ada@example.org", now)
    Lead.objects.filter(pk=lead.pk).delete()
    assert stored().leads.count() == 0


@pytest.mark.django_db(transaction=True)
def test_erasing_needs_an_open_transaction(now: datetime) -> None:
    with pytest.raises(NoTransaction):
        privacy.erase(1, now)
    assert QuizResult.objects.count() == 0


def test_results_go_along_when_two_leads_are_one_person_and_back(take: Take, stopped: Clock, now: datetime) -> None:
    one, both = take([TPM] * 6), take([PM] * 6)
    ada, other = given(one, "ada@example.org", now), given(both, "ada@work.example", now)
    given(both, "ada@example.org", now)
    done = merging.merge(kept=other, gone=ada, actor="erin", now=now)
    assert [len(privacy.export(lead.pk)) for lead in (other, ada)] == [2, 1]
    merging.undo(merge=done, actor="erin", now=now)
    assert [len(privacy.export(lead.pk)) for lead in (other, ada)] == [1, 2]
