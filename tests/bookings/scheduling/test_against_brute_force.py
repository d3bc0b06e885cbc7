"""Random hours, holidays, busy times and zones, around clock changes: the core and a scan of every minute agree.

`SLOT_CASES=20000` asks for as many cases.
"""

from datetime import timedelta

from hypothesis import event, given
from hypothesis import strategies as st

from bookings.scheduling import SlotQuestion, is_open, open_starts, why_not
from tests.bookings.scheduling.brute_force import Scan
from tests.bookings.scheduling.questions import many, questions


@many
@given(questions())
def test_the_core_and_a_scan_of_every_minute_offer_the_same_starts(question: SlotQuestion) -> None:
    found = open_starts(question)
    event(f"starts on offer: {'none' if not found else 'some' if len(found) < 20 else 'many'}")
    assert found == Scan(question).starts()


@many
@given(questions(), st.integers(0, 14))
def test_what_keeps_a_start_from_being_offered_is_the_first_rule_that_the_scan_meets(
    question: SlotQuestion, offset: int
) -> None:
    scan, offered = Scan(question), set(open_starts(question))
    asked = {question.since + timedelta(minutes=step) for step in range(offset, 600, 30)}
    asked |= set(scan.asked()[:: 1 + offset])
    for start in asked:
        reason = why_not(question, start)
        event(f"reason: {reason}")
        assert reason is scan.first_rule(start), start
        assert (reason is None) == is_open(question, start), start
        assert (reason is None) == (start in offered) or not question.since <= start < question.until, start
