"""One lead an address; blanks filled, nothing overwritten, everything logged."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from leads.models import Activity, Lead, Stage, Touch
from leads.people import (
    advance_stage,
    ensure_lead,
    move_stage,
    normalise_email,
    own_path,
    record_activity,
    record_touch,
)
from mail.errors import NoTransaction

MakeLead = Callable[..., Lead]


@pytest.mark.parametrize(
    ("written", "one"),
    [
        ("alice@example.org", "alice@example.org"),
        ("  Alice@Example.ORG \n", "alice@example.org"),
        ("alice@bücher.example", "alice@xn--bcher-kva.example"),
        ("alice@BÜCHER.example", "alice@xn--bcher-kva.example"),
        ("ali\x00ce@example.org", "alice@example.org"),
        ('"a@b"@example.org', '"a@b"@example.org'),
        ("no address", "no address"),
        ("a@" + "x" * 70 + ".org", "a@" + "x" * 70 + ".org"),
        ("", ""),
    ],
)
def test_an_address_has_one_spelling(written: str, one: str) -> None:
    assert normalise_email(written) == one


@pytest.mark.django_db
def test_the_same_address_in_other_letters_is_the_same_lead(make_lead: MakeLead) -> None:
    first = make_lead("alice@example.org")
    assert make_lead("ALICE@Example.org") == first
    assert Lead.objects.count() == 1


@pytest.mark.django_db
def test_blanks_are_filled_and_what_is_known_is_kept(make_lead: MakeLead) -> None:
    make_lead(name="", role_of_interest="tpm")
    make_lead(name="Alice", phone="+12155550123", role_of_interest="undecided", time_zone="America/Chicago")
    lead = make_lead(name="Mallory", phone="+12155550199", role_of_interest="tpm", time_zone="Europe/London")
    lead.refresh_from_db()
    assert (lead.name, str(lead.phone), lead.role_of_interest, lead.time_zone) == (
        "Alice",
        "+12155550123",
        "tpm",
        "America/Chicago",
    )
    told = [row.data for row in lead.activities.filter(kind="details_differ").order_by("pk")]
    assert told == [
        {"role_of_interest": "undecided"},
        {"name": "Mallory", "phone": "+12155550199", "time_zone": "Europe/London"},
    ]


@pytest.mark.django_db
def test_what_means_nothing_is_left_out(make_lead: MakeLead) -> None:
    lead = make_lead(name="Al\x00ice\r\n", phone="call me", role_of_interest="king", time_zone="Mars/Base")
    assert (lead.name, lead.phone, lead.role_of_interest, lead.time_zone) == ("Alice", None, "", "")


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["", "alice", "a@" + "x" * 300 + ".org"])
def test_a_lead_from_outside_needs_an_address(now: datetime, email: str) -> None:
    with pytest.raises(ValueError, match="e-mail address"), transaction.atomic():
        ensure_lead(email=email, name="Alice", now=now)


@pytest.mark.django_db(transaction=True)
def test_every_row_writer_asks_for_a_transaction(make_lead: MakeLead, now: datetime) -> None:
    lead = make_lead()
    with pytest.raises(NoTransaction):
        ensure_lead(email="a@example.org", name="A", now=now)
    with pytest.raises(NoTransaction):
        record_activity(lead=lead, kind="note", summary="x", now=now)
    with pytest.raises(NoTransaction):
        record_touch(lead=lead, page="/", now=now)
    with pytest.raises(NoTransaction):
        move_stage(lead=lead, stage=Stage.LOST, now=now, actor="staff")


@pytest.mark.django_db(transaction=True)
def test_eight_first_visits_at_once_make_one_lead(now: datetime) -> None:
    start, found, failed = threading.Barrier(8), [], []

    def visit() -> None:
        try:
            start.wait()
            with transaction.atomic(durable=True):
                found.append(ensure_lead(email="alice@example.org", name="Alice", now=now).pk)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert found == [Lead.objects.get().pk] * 8


@pytest.mark.django_db
def test_the_stage_advances_but_never_falls_back_by_itself(make_lead: MakeLead, now: datetime) -> None:
    lead = make_lead()
    for stage in (Stage.CALL_BOOKED, Stage.CONFIRMED, Stage.CALL_BOOKED, Stage.CALL_DONE):
        advance_stage(lead=lead, stage=stage, now=now)
    lead.refresh_from_db()
    assert lead.stage == Stage.CALL_DONE
    assert [row.summary for row in lead.activities.order_by("pk")] == [
        "New → Call booked",
        "Call booked → Call done",
    ]


@pytest.mark.django_db
def test_a_lost_lead_is_found_again_by_a_booking_and_not_by_a_click(make_lead: MakeLead, now: datetime) -> None:
    lead = make_lead()
    move_stage(lead=lead, stage=Stage.LOST, now=now, actor="bob", why="Too expensive")
    assert lead.lost_reason == "Too expensive"
    advance_stage(lead=lead, stage=Stage.CONFIRMED, now=now)
    assert lead.stage == Stage.LOST
    advance_stage(lead=lead, stage=Stage.CALL_BOOKED, now=now)
    lead.refresh_from_db()
    assert (lead.stage, lead.lost_reason) == (Stage.CALL_BOOKED, "")


@pytest.mark.django_db
def test_the_timeline_is_never_rewritten(make_lead: MakeLead, now: datetime) -> None:
    lead = make_lead()
    row = record_activity(lead=lead, kind="note", summary="Called", now=now)
    row.summary = "Did not call"
    with pytest.raises(TypeError):
        row.save()
    with pytest.raises(TypeError):
        Activity.objects.update(summary="Did not call")
    with pytest.raises(TypeError):
        lead.touches.update(page="/")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("/subscribe/", "/subscribe/"),
        ("/subscribe/?utm_source=x", "/subscribe/?utm_source=x"),
        ("//evil.example/", ""),
        ("/\\evil.example", ""),
        ("https://evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("/no/such/page/", ""),
        ("/subscribe/\n", ""),
        ("/subscribe/?é", ""),
        ("/subscribe/?" + "x" * 1000, ""),
        ("/confirm/abcdefghijklmnopqrstuvwxyz012345/?saved=1", "/confirm/…/"),
        ("", ""),
    ],
)
def test_only_our_own_pages_count_and_no_link_token_is_kept(written: str, kept: str) -> None:
    assert own_path(written) == kept


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("here", "before", "kept"),
    [
        ("/subscribe/", "", ("/subscribe/", "", "", "", "", True)),
        ("/subscribe/", "/contact/", ("/subscribe/", "/contact/", "", "", "", False)),
        ("/subscribe/?utm_source=news&utm_medium=email", "", ("/subscribe/", "", "news", "email", "", False)),
        ("/subscribe/", "/contact/?utm_campaign=may", ("/subscribe/", "/contact/", "", "", "may", False)),
        ("/subscribe/?utm_source=a", "/contact/?utm_source=b", ("/subscribe/", "/contact/", "a", "", "", False)),
        ("/subscribe/?utm_source=%00a%0D", "", ("/subscribe/", "", "a", "", "", False)),
        ("/subscribe/?utm_source=" + "a" * 300, "", ("/subscribe/", "", "a" * 100, "", "", False)),
        ("https://evil.example/", "junk", ("", "", "", "", "", True)),
    ],
)
def test_a_touch_says_where_the_visit_came_from(
    make_lead: MakeLead, now: datetime, here: str, before: str, kept: tuple[object, ...]
) -> None:
    record_touch(lead=make_lead(), page=here, referrer_page=before, now=now + timedelta(minutes=1))
    row = Touch.objects.get()
    assert (row.page, row.referrer_page, row.utm_source, row.utm_medium, row.utm_campaign, row.direct) == kept
