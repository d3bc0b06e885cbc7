"""Who took which step when: rows written by the rooms' own verbs, then asked."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from bookings.models import Booking, Coach
from institute.desk.funnel import people
from leads import erasing, merging
from leads.models import Lead
from leads.people import ensure_lead, move_stage, record_activity, record_touch

pytestmark = pytest.mark.django_db
DAY, WEEK = timedelta(days=1), timedelta(days=7)
Call = Callable[..., Booking]


@pytest.fixture
def came(now: datetime) -> Callable[..., Lead]:
    """Somebody leaves an address, at a time and from a page."""

    def make(name: str, at: datetime = now, page: str = "", before: str = "", **told: Any) -> Lead:
        with transaction.atomic():
            lead = ensure_lead(email=f"{name}@example.org", name=name, now=at, **told)
            if page:
                record_touch(lead=lead, page=page, referrer_page=before, now=at)
            record_activity(lead=lead, kind="subscribed", summary="Left the address", now=at)
        return lead

    return make


def staged(lead: Lead, stage: str, at: datetime) -> None:
    with transaction.atomic():
        move_stage(lead=lead, stage=stage, now=at, actor="olga")


def found(step: str, since: datetime, until: datetime) -> list[tuple[str, datetime]]:
    return [(str(lead), lead.reached) for lead in people.reached(step, since=since, until=until).order_by("reached")]


def test_a_person_counts_where_a_step_was_first_taken_and_never_again(
    came: Callable[..., Lead], coach: Coach, call: Call, now: datetime
) -> None:
    ada, bob = came("ada"), came("bob", now + WEEK)
    with transaction.atomic():
        for at in (now + 2 * DAY, now + WEEK):  # an edited address is proven once more
            record_activity(lead=ada, kind="confirmed", summary="Confirmed", now=at)
    for number, (lead, status) in enumerate(
        [(ada, "cancelled"), (ada, "completed"), (ada, "completed"), (bob, "expired"), (bob, "held"), (bob, "no_show")]
    ):
        row = call(coach, start=now + number * WEEK + DAY, created=now + number * WEEK, status=status)
        Booking.objects.filter(pk=row.pk).update(lead=lead)
    staged(ada, "enrolled", now + 3 * WEEK)
    early, late = now - WEEK, now + 9 * WEEK
    assert {step: found(step, early, late) for step in ("lead", "confirmed", "booked", "attended", "enrolled")} == {
        "lead": [("ada", now), ("bob", now + WEEK)],
        "confirmed": [("ada", now + 2 * DAY)],
        "booked": [("ada", now), ("bob", now + 5 * WEEK)],
        "attended": [("ada", now + WEEK + DAY)],
        "enrolled": [("ada", now + 3 * WEEK)],
    }
    # The week of a later time has nobody: the first one was before it.
    for step, at in (("confirmed", now + WEEK), ("booked", now + WEEK), ("attended", now + 2 * WEEK + DAY)):
        assert found(step, at - DAY, at + DAY) == []
    assert (found("lead", early, now), found("lead", now, now + WEEK)) == ([], [("ada", now)])


def test_who_was_taken_back_has_not_enrolled_and_who_was_lost_after_it_has(
    came: Callable[..., Lead], now: datetime
) -> None:
    slip, gone, again = came("slip"), came("gone"), came("again")
    for lead in (slip, gone, again):
        staged(lead, "enrolled", now)
    staged(slip, "call_done", now + DAY)
    staged(gone, "lost", now + DAY)
    staged(again, "contacted", now + DAY)
    staged(again, "enrolled", now + 2 * DAY)
    assert found("enrolled", now - DAY, now + WEEK) == [("gone", now), ("again", now + 2 * DAY)]


def test_merged_rows_are_one_person_from_the_first_day_of_either(came: Callable[..., Lead], now: datetime) -> None:
    first, kept = came("first", now), came("kept", now + 3 * DAY)
    staged(first, "enrolled", now + DAY)
    both = merging.merge(kept=kept, gone=first, actor="olga", now=now + WEEK)
    assert found("lead", now, now + 2 * WEEK) == [("kept", now)]
    assert found("enrolled", now, now + 2 * WEEK) == [("kept", now + DAY)]
    merging.undo(merge=both, actor="olga", now=now + WEEK + DAY)
    assert found("lead", now, now + 2 * WEEK) == [("first", now), ("kept", now + 3 * DAY)]


def test_an_erased_person_stays_as_a_number_with_source_page_and_role(
    came: Callable[..., Lead], coach: Coach, call: Call, now: datetime
) -> None:
    ada = came("ada", page="/subscribe/", before="/?utm_source=news", role_of_interest="tpm")
    with transaction.atomic():
        record_activity(lead=ada, kind="confirmed", summary="Confirmed", now=now)
    row = call(coach, start=now + DAY, created=now, status="completed")
    Booking.objects.filter(pk=row.pk).update(lead=ada)
    staged(ada, "enrolled", now + 2 * DAY)

    def places() -> list[list[tuple[Any, ...]]]:
        asked = (people.reached(step, since=now, until=now + WEEK) for step in [*people.PROOF, "lead"])
        return [list(each.values_list("reached", "source", "page", "role_of_interest")) for each in asked]

    before = places()
    assert before[-1] == [(now, "news", "/", "tpm")]
    assert erasing.begin(lead=ada, how="Asked", by="olga", now=now + 3 * DAY) is not None
    assert (places(), Lead.objects.get().email) == (before, None)
    assert people.reached("enrolled", since=now, until=now + WEEK).present().count() == 0


@pytest.mark.parametrize(
    ("visit", "place"),
    [
        ({"page": "/subscribe/", "before": "/privacy/"}, ("/privacy/", "/privacy/")),
        ({"page": "/subscribe/"}, ("", "/subscribe/")),
        ({"page": "/book/x/?utm_source=%3DSUM(1)"}, ("=SUM(1)", "/book/x/")),
        ({}, ("", "")),
    ],
)
def test_the_first_visit_tells_source_and_page(
    came: Callable[..., Lead], now: datetime, visit: dict[str, str], place: tuple[str, str]
) -> None:
    lead = came("ada", **visit)
    if visit:
        with transaction.atomic():
            record_touch(lead=lead, page="/contact/", referrer_page="/?utm_source=later", now=now + DAY)
    lead = people.reached("lead", since=now, until=now + DAY).get()
    assert (lead.source, lead.page) == place


def test_whom_staff_brought_in_has_that_as_the_source(came: Callable[..., Lead], now: datetime) -> None:
    for origin in ("staff", "import"):
        Lead.objects.filter(pk=came(origin).pk).update(origin=origin)
    Lead.objects.filter(pk=came("known").pk).update(origin="staff", first_source="news")
    rows = people.reached("lead", since=now, until=now + DAY).order_by("pk")
    assert [row.source for row in rows] == ["(staff)", "(import)", "news"]
