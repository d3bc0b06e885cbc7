"""Whom the house chooses when the visitor has no wish."""

from datetime import UTC, datetime

from bookings.scheduling import Candidate, in_order

MAY, JUNE = datetime(2027, 5, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)


def ids(*candidates: Candidate) -> list[int]:
    return [choice.coach_id for choice in in_order(candidates)]


def test_fewest_upcoming_calls_then_least_recently_booked_then_id() -> None:
    assert ids(Candidate(1, 2), Candidate(2, 1)) == [2, 1]
    assert ids(Candidate(1, 1, JUNE), Candidate(2, 1, MAY), Candidate(3, 1)) == [3, 2, 1]
    assert ids(Candidate(2, 1, MAY), Candidate(1, 1, MAY)) == [1, 2]


def test_the_reason_says_what_decided() -> None:
    alone = in_order([Candidate(1, 1)])
    fewer = in_order([Candidate(1, 2), Candidate(2, 0)])
    longer_ago = in_order([Candidate(1, 1, JUNE), Candidate(2, 1, MAY)])
    equal = in_order([Candidate(1), Candidate(2)])
    assert [each[0].reason for each in (alone, fewer, longer_ago, equal)] == [
        "Any coach: the only one free (1 upcoming call).",
        "Any coach: fewest upcoming calls among those free (0 upcoming calls).",
        "Any coach: least recently booked among those with the same number of calls (1 upcoming call).",
        "Any coach: first by number among equals (0 upcoming calls).",
    ]
