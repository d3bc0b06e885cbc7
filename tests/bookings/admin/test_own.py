"""A coach sees own rows; another coach's are not there, on any path."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from bookings.models import Booking, Coach, DateOverride, EventType, Schedule, TimeOff
from tests.bookings.admin.conftest import Own, staff
from tests.bookings.house import TUESDAY_TEN, a_coach, book

MODELS = ("coach", "schedule", "dateoverride", "timeoff", "booking")
ROW_PAGES = ("change", "delete", "history")


def row_paths(model: str, pk: int) -> list[str]:
    """Every address of the desk that takes the id of a row of this model."""
    found = []
    page = admin.site._registry[{m._meta.model_name: m for m in admin.site._registry}[model]]
    for pattern in page.get_urls():
        if pattern.name and "object_id" in pattern.pattern.converters:
            found.append(reverse(f"admin:{pattern.name}", args=[pk]))
    return found


def test_every_row_page_was_found() -> None:
    assert [path.split("/")[-2] for path in row_paths("booking", 7)] == [
        "approve-call",
        "decline-call",
        "confirm-address",
        "release-call",
        "record-outcome",
        "move-call",
        "reassign-call",
        "edit-details",
        "correct-address",
        "cancel-call",
        "history",
        "delete",
        "change",
    ]


@pytest.mark.parametrize("model", MODELS)
def test_anothers_row_is_404_on_every_path(alice: Client, alices: Own, bobs: Own, model: str) -> None:
    before = list(Booking.objects.values_list()), list(TimeOff.objects.values_list()), Schedule.objects.count()
    for path in row_paths(model, bobs.ids()[model]):
        assert (path, alice.get(path).status_code) == (path, 404)
        answer = alice.post(path, {"post": "yes", "why": "x", "outcome": "completed", "_save": "1"})
        assert (path, answer.status_code) == (path, 404)
    assert (
        list(Booking.objects.values_list()),
        list(TimeOff.objects.values_list()),
        Schedule.objects.count(),
    ) == before


@pytest.mark.parametrize("model", MODELS)
def test_own_rows_open(alice: Client, alices: Own, model: str) -> None:
    pk = alices.ids()[model]
    path = reverse(f"admin:bookings_{model}_change", args=[pk])
    if model == "timeoff":
        path = reverse("admin:bookings_timeoff_delete", args=[pk])
    assert alice.get(path).status_code == 200


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("query", ["", "?q=Bob", "?q=Zelda", "?q=zelda@example.org", "?_facets=True", "?all="])
def test_lists_search_and_facets_hold_nothing_of_another(alice: Client, bobs: Own, model: str, query: str) -> None:
    answer = alice.get(reverse(f"admin:bookings_{model}_changelist") + query)
    text = answer.content.decode().replace(query.partition("=")[2], "") if "q=" in query else answer.content.decode()
    assert answer.status_code == 200
    for word in ("Bob Bones", "Zelda", "zelda@"):
        assert word not in text
    assert answer.context["cl"].result_count == (0 if "q=" in query else 1)
    assert answer.context["cl"].full_result_count == 1


def test_the_pages_of_a_coach_do_not_change_when_another_gets_bookings(
    alice: Client, bobs: Own, kind: EventType
) -> None:
    def pages() -> list[str]:
        texts = [alice.get(reverse(f"admin:bookings_{model}_changelist") + "?_facets=True") for model in MODELS]
        return [re.sub(r'(csrf\w*|value|nonce)="[\w-]{32,}"|[\w]{64}', "", text.content.decode()) for text in texts]

    before = pages()
    for number in range(5):
        book(kind, start=TUESDAY_TEN.replace(hour=16 + number), coach=bobs.coach, email=f"z{number}@example.org")
    assert pages() == before


def test_actions_reach_own_rows_only(alice: Client, alices: Own, bobs: Own) -> None:
    ids = [alices.schedule.pk, bobs.schedule.pk]
    path = reverse("admin:bookings_schedule_changelist")
    answer = alice.post(path, {"action": "delete_selected", "_selected_action": ids, "post": "yes"})
    assert answer.status_code == 302
    assert list(Schedule.objects.values_list("pk", flat=True)) == [bobs.schedule.pk]
    away = [alices.time_off.pk, bobs.time_off.pk]
    path = reverse("admin:bookings_timeoff_changelist")
    alice.post(path, {"action": "remove_chosen", "_selected_action": away})
    assert list(TimeOff.objects.values_list("pk", flat=True)) == [bobs.time_off.pk]


def test_no_action_is_offered_that_goes_around_the_verbs(owner: Client, alices: Own) -> None:
    offered = {}
    for model in MODELS:
        answer = owner.get(reverse(f"admin:bookings_{model}_changelist"))
        form = answer.context["action_form"]
        offered[model] = [name for name, _ in form.fields["action"].choices if name] if form else []
    assert offered["booking"] == []
    assert offered["timeoff"] == ["remove_chosen"]


@pytest.mark.parametrize(("model", "field"), [("eventtype", "coaches"), ("coach", "user"), ("schedule", "coach")])
def test_autocomplete_names_no_other_coach(alice: Client, bobs: Own, model: str, field: str) -> None:
    path = reverse("admin:autocomplete")
    answer = alice.get(path, {"app_label": "bookings", "model_name": model, "field_name": field, "term": "bo"})
    assert answer.status_code in (200, 403)
    assert b"Bob" not in answer.content


def test_a_schedule_cannot_be_made_for_or_moved_to_another(alice: Client, alices: Own, bobs: Own) -> None:
    # Days that no schedule has yet, so that nothing else refuses the form.
    Schedule.objects.update(valid_until="2027-06-30")
    form = {"name": "Mine", "time_zone": "UTC", "valid_from": "2027-07-01"}
    made = alice.post(reverse("admin:bookings_schedule_add"), form | {"coach": bobs.coach.pk})
    assert made.status_code == 422
    assert Schedule.objects.count() == 2
    path = reverse("admin:bookings_schedule_change", args=[alices.schedule.pk])
    assert alice.post(path, form | {"coach": bobs.coach.pk}).status_code == 422
    assert Schedule.objects.get(pk=alices.schedule.pk).coach == alices.coach


def test_a_date_cannot_be_closed_for_another(alice: Client, bobs: Own) -> None:
    form = {
        "schedule": bobs.schedule.pk,
        "date": "2027-02-01",
        "windows-TOTAL_FORMS": "0",
        "windows-INITIAL_FORMS": "0",
    }
    assert alice.post(reverse("admin:bookings_dateoverride_add"), form).status_code == 200
    assert DateOverride.objects.filter(schedule=bobs.schedule).count() == 1


def test_time_off_cannot_be_entered_for_another(alice: Client, bobs: Own) -> None:
    form = {
        "coach": bobs.coach.pk,
        "start_0": "2027-02-01",
        "start_1": "09:00",
        "end_0": "2027-02-02",
        "end_1": "09:00",
    }
    assert alice.post(reverse("admin:bookings_timeoff_add"), form).status_code == 422
    assert TimeOff.objects.filter(coach=bobs.coach).count() == 1


def test_a_coach_edits_own_words_and_nothing_else(alice: Client, alices: Own, bobs: Own) -> None:
    path = reverse("admin:bookings_coach_change", args=[alices.coach.pk])
    answer = alice.post(
        path,
        {
            "headline": "New words",
            "bio": "",
            "location_kind": "",
            "location_detail": "",
            "name": "Boss",
            "slug": "boss",
            "active": "",
            "limit_per_day": "99",
            "user": "1",
            "is_superuser": "on",
            "is_demo": "on",
        },
    )
    assert answer.status_code == 302
    row = Coach.objects.get(pk=alices.coach.pk)
    assert (row.headline, row.name, row.slug, row.active, row.limit_per_day, row.user, row.is_demo) == (
        "New words",
        "Alice Ames",
        "alice",
        True,
        None,
        alices.coach.user,
        False,
    )
    assert not User.objects.get(username="alice").is_superuser


def test_a_coach_cannot_change_what_all_coaches_share(alice: Client, kind: EventType) -> None:
    path = reverse("admin:bookings_eventtype_change", args=[kind.pk])
    assert alice.get(path).status_code == 200
    assert alice.post(path, {"title": "Mine"}).status_code == 403
    assert alice.get(reverse("admin:bookings_eventtype_add")).status_code == 403
    assert alice.get(reverse("admin:bookings_coach_add")).status_code == 403


def test_a_coach_without_a_coach_row_sees_nothing(alices: Own, bobs: Own) -> None:
    a_coach("nobodys", name="No Sign-in")
    client = Client()
    client.force_login(staff("newcomer", "Coach"))
    for model in MODELS:
        answer = client.get(reverse(f"admin:bookings_{model}_changelist"))
        assert answer.context["cl"].full_result_count == 0


LIST_PAGES = {
    "admin:bookings_booking_book_call": 403,
    "admin:bookings_booking_why_not": 403,
    "admin:bookings_timeoff_unavailable_today": 403,
    "admin:bookings_timeoff_add": 403,
    "admin:bookings_schedule_add": 403,
}


def test_every_page_beside_the_lists_was_found() -> None:
    found = set()
    for model, page in admin.site._registry.items():
        if model._meta.app_label == "bookings" and model._meta.model_name in MODELS:
            found |= {f"admin:{action.action_name}" for action in page._get_base_actions_list()}
    assert found | {"admin:bookings_timeoff_add", "admin:bookings_schedule_add"} == set(LIST_PAGES)


@pytest.mark.parametrize(("name", "status"), LIST_PAGES.items())
def test_an_editor_is_refused_on_every_page_and_row(alices: Own, name: str, status: int, caplog: Any) -> None:
    client = Client()
    client.force_login(staff("edith", "Editor"))
    assert client.get(reverse(name)).status_code == status
    assert client.post(reverse(name)).status_code == status
    for model in MODELS:
        for path in row_paths(model, alices.ids()[model]):
            assert (path, client.get(path).status_code) in ((path, 403), (path, 404))


@pytest.mark.parametrize("name", ["admin:bookings_booking_book_call", "admin:bookings_booking_why_not"])
def test_pages_that_ask_for_a_coach_know_no_other(
    alice: Client, alices: Own, bobs: Own, name: str, caplog: Any
) -> None:
    page = alice.get(reverse(name)).content.decode()
    assert "Alice Ames" in page
    for word in ("Bob Bones", "Zelda"):
        assert word not in page
    with caplog.at_level("WARNING", logger="bookings.admin.own"):
        assert alice.get(reverse(name), {"coach": bobs.coach.pk}).status_code == 404
    (record,) = [record for record in caplog.records if record.name == "bookings.admin.own"]
    assert record.getMessage().endswith(f"asked for bookings.Coach '{bobs.coach.pk}', which is not theirs or not there")


def test_the_hours_of_a_coach_name_no_other(alice: Client, alices: Own, bobs: Own) -> None:
    page = alice.get(reverse("admin:bookings_schedule_change", args=[alices.schedule.pk])).content.decode()
    for word in ("Bob Bones", "Zelda"):
        assert word not in page


def test_a_refusal_is_logged_with_who_and_what(alice: Client, alices: Own, caplog: Any) -> None:
    with caplog.at_level("WARNING", logger="bookings.admin.own"):
        alice.post(reverse("admin:bookings_booking_reassign_call", args=[alices.booking.pk]))
    (record,) = [record for record in caplog.records if record.name == "bookings.admin.own"]
    assert alices.coach.user is not None
    assert record.getMessage() == (
        f"user {alices.coach.user.pk} was refused /admin/bookings/booking/{alices.booking.pk}/reassign-call/: "
        "the permission to give a call to another coach is missing"
    )


def test_an_editor_has_no_business_here(alices: Own) -> None:
    client = Client()
    client.force_login(staff("edith", "Editor"))
    assert [client.get(reverse(f"admin:bookings_{model}_changelist")).status_code for model in MODELS] == [403] * 5


@pytest.mark.parametrize("who", ["owner", "advisor"])
def test_owner_and_advisor_see_everybody(request: Any, alices: Own, bobs: Own, who: str) -> None:
    client = request.getfixturevalue(who)
    answer = client.get(reverse("admin:bookings_booking_changelist"))
    assert answer.context["cl"].result_count == 2
    assert b"Zelda" in answer.content


def test_asking_for_anothers_row_is_logged_without_names(alice: Client, alices: Own, bobs: Own, caplog: Any) -> None:
    with caplog.at_level("WARNING", logger="bookings.admin.own"):
        alice.get(reverse("admin:bookings_booking_change", args=[bobs.booking.pk]))
    (record,) = [record for record in caplog.records if record.name == "bookings.admin.own"]
    assert alices.coach.user is not None
    assert record.getMessage() == (
        f"user {alices.coach.user.pk} asked for bookings.Booking '{bobs.booking.pk}', which is not theirs or not there"
    )
