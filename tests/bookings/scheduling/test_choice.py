"""Whom the house chooses when the visitor has no wish."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bookings.scheduling import Candidate, in_order

MAY, JUNE = datetime(2027, 5, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)


def ids(*candidates: Candidate) -> list[int]:
    return [choice.coach_id for choice in in_order(candidates)]


def test_fewest_upcoming_calls_then_least_recently_booked_then_id() -> None:
    assert ids(Candidate(1, 2), Candidate(2, 1)) == [2, 1]
    assert ids(Candidate(1, 1, JUNE), Candidate(2, 1, MAY), Candidate(3, 1)) == [3, 2, 1]
    assert ids(Candidate(2, 1, MAY), Candidate(1, 1, MAY)) == [1, 2]


def test_a_returning_students_own_coach_comes_first_however_busy() -> None:
    assert ids(Candidate(1, 0), Candidate(2, 9, JUNE, is_own=True), Candidate(3, 1)) == [2, 1, 3]
    assert ids(Candidate(1, 3, is_own=True), Candidate(2, 2, is_own=True), Candidate(3, 1)) == [2, 1, 3]


def test_the_reason_says_what_decided() -> None:
    alone = in_order([Candidate(1, 1)])
    fewer = in_order([Candidate(1, 2), Candidate(2, 0)])
    longer_ago = in_order([Candidate(1, 1, JUNE), Candidate(2, 1, MAY)])
    equal = in_order([Candidate(1), Candidate(2)])
    own = in_order([Candidate(1), Candidate(2, 3, is_own=True)])
    of_own = in_order([Candidate(1, 2, is_own=True), Candidate(2, 3, is_own=True)])
    assert [each[0].reason for each in (alone, fewer, longer_ago, equal, own, of_own)] == [
        "Any coach: the only one free (1 upcoming call).",
        "Any coach: fewest upcoming calls among those free (0 upcoming calls).",
        "Any coach: least recently booked among those with the same number of calls (1 upcoming call).",
        "Any coach: first by number among equals (0 upcoming calls).",
        "Any coach: the student's own coach (3 upcoming calls).",
        "Any coach: fewest upcoming calls among those free (2 upcoming calls).",
    ]


def test_the_reason_of_a_later_one_compares_with_those_who_are_left() -> None:
    """Whoever stands before was tried and taken meanwhile."""
    order = in_order([Candidate(1, 5), Candidate(2, 3), Candidate(3, 3, MAY)])
    assert [(each.coach_id, each.reason) for each in order] == [
        (2, "Any coach: least recently booked among those with the same number of calls (3 upcoming calls)."),
        (3, "Any coach: fewest upcoming calls among those free (3 upcoming calls)."),
        (1, "Any coach: the only one free (5 upcoming calls)."),
    ]


@dataclass
class Call:
    """A call of the model below."""

    coach: int
    booked_at: datetime
    is_over: bool = False
    is_no_show: bool = False


def choose(coaches: list[int], calls: list[Call]) -> int:
    """The coach for one more call, all of them free; no-shows are left out of both counts, as in the house."""
    counted = [call for call in calls if not call.is_no_show]
    upcoming = Counter(call.coach for call in counted if not call.is_over)
    last = {call.coach: call.booked_at for call in counted}
    return in_order(Candidate(each, upcoming[each], last.get(each)) for each in coaches)[0].coach_id


def spread_of(coaches: list[int], calls: list[Call]) -> int:
    numbers = Counter(call.coach for call in calls if not call.is_no_show)
    return max(numbers[each] for each in coaches) - min(numbers[each] for each in coaches)


COACHES = st.lists(st.integers(1, 99), min_size=1, max_size=7, unique=True)


@given(COACHES, st.integers(1, 120), st.randoms(use_true_random=False), st.booleans())
def test_of_coaches_who_are_equally_free_none_gets_more_than_one_call_more_than_another(
    coaches, number, random, are_over
):
    """Whether all the calls are still to come, or each is over before the next is booked."""
    calls: list[Call] = []
    for n in range(number):
        random.shuffle(coaches)
        calls.append(Call(choose(coaches, calls), MAY + n * timedelta(minutes=1), is_over=are_over))
        assert spread_of(coaches, calls) <= 1


@given(COACHES, st.lists(st.integers(0, 50), max_size=20))
def test_a_coach_whose_students_did_not_come_is_not_passed_over_for_it(coaches: list[int], absent: list[int]) -> None:
    """After no-shows, the next calls go to those who lost them until all are even again."""
    calls = []
    for n in range(50):
        calls.append(Call(choose(coaches, calls), MAY + n * timedelta(minutes=1)))
    for n in set(absent) & set(range(50)):
        calls[n].is_no_show = True
    for n in range(50, 50 + spread_of(coaches, calls) * len(coaches)):
        calls.append(Call(choose(coaches, calls), MAY + n * timedelta(minutes=1)))
    assert spread_of(coaches, calls) <= 1


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, MAY, JUNE]), st.booleans()), max_size=8))
def test_the_order_is_complete_and_names_a_reason_for_each(rows: list[tuple[int, datetime | None, bool]]) -> None:
    candidates = [Candidate(number, *row) for number, row in enumerate(rows)]
    order = in_order(candidates)
    own = [each.coach_id in {one.coach_id for one in candidates if one.is_own} for each in order]
    assert sorted(each.coach_id for each in order) == list(range(len(rows)))
    assert own == sorted(own, reverse=True)
    assert all(each.reason.startswith("Any coach: ") for each in order)
