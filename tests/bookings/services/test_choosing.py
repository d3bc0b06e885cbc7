"""Any coach: a fair one, and the next where that one is gone."""

import pytest

from bookings.errors import NotOffered, SlotTaken
from bookings.models import Coach, EventType
from tests.bookings.house import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    TUESDAY_TEN,
    a_coach,
    a_type,
    book,
    cancel,
    history_replays,
    hold,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def three() -> list[Coach]:
    return [a_coach(slug) for slug in ("ada", "bob", "cyd")]


@pytest.fixture
def kind(three: list[Coach]) -> EventType:
    return a_type(*three)


def test_calls_go_round_and_the_reason_is_stored(kind: EventType) -> None:
    booked = [
        book(kind, TUESDAY_TEN + n * HOUR, now=NOW + n * MINUTE, email=f"visitor{n}@example.org") for n in range(4)
    ]
    assert [each.coach.slug for each in booked] == ["ada", "bob", "cyd", "ada"]
    assert [each.coach_reason for each in booked] == [
        "Any coach: first by number among equals (0 upcoming calls).",
        "Any coach: first by number among equals (0 upcoming calls).",
        "Any coach: fewest upcoming calls among those free (0 upcoming calls).",
        "Any coach: least recently booked among those with the same number of calls (1 upcoming call).",
    ]


def test_everybody_is_taken_only_after_the_last_coach(kind: EventType) -> None:
    assert sorted(book(kind).coach.slug for _ in range(3)) == ["ada", "bob", "cyd"]
    with pytest.raises(SlotTaken):
        book(kind)
    assert history_replays()


def test_live_holds_count_as_calls_and_those_that_ran_out_do_not(kind: EventType) -> None:
    assert [hold(kind, TUESDAY_TEN + n * HOUR).coach.slug for n in range(2)] == ["ada", "bob"]
    assert hold(kind, TUESDAY_TEN + 3 * HOUR, now=NOW + 10 * MINUTE).coach.slug == "ada"


def test_past_cancelled_and_missed_calls_do_not_count(kind: EventType, three: list[Coach]) -> None:
    cancel(book(kind, TUESDAY_TEN + 7 * DAY, three[0]))
    assert book(kind, TUESDAY_TEN + 8 * DAY).coach.slug == "ada"


def test_a_coach_who_is_not_working_is_not_chosen(kind: EventType, three: list[Coach]) -> None:
    three[0].schedules.all().delete()
    assert book(kind).coach.slug == "bob"


def test_where_nobody_works_the_time_was_never_offered(kind: EventType) -> None:
    with pytest.raises(NotOffered, match="outside hours"):
        book(kind, TUESDAY_TEN + 12 * HOUR)


def test_a_type_without_coaches_is_refused(kind: EventType) -> None:
    kind.coaches.clear()
    with pytest.raises(NotOffered):
        book(kind)


def test_a_coach_who_is_taken_inside_the_gate_makes_way_for_the_next(
    kind: EventType, three: list[Coach], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The world changes between choosing and locking: the gate sees it, and the next coach is tried."""
    from bookings.services import choosing

    before = choosing.in_order

    def and_meanwhile(candidates: object) -> object:
        monkeypatch.setattr(choosing, "in_order", before)
        book(kind, coach=three[0], email="quicker@example.org")
        return before(candidates)  # type: ignore[arg-type]

    monkeypatch.setattr(choosing, "in_order", and_meanwhile)
    assert book(kind).coach.slug == "bob"
