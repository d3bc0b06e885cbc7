"""From counted rows to tables."""

from datetime import date

import pytest

from institute.desk.funnel.counts import Count, Line, funnel, share, shortened
from institute.desk.funnel.weeks import weeks

MONDAY, NEXT = date(2027, 1, 4), date(2027, 1, 11)
WEEKS = weeks(MONDAY, date(2027, 1, 18))
GUIDE, ROLE = "/guides/a/", "/roles/tpm/"


def test_every_table_adds_up_the_same_rows() -> None:
    rows = [
        Count("readers", MONDAY, "", GUIDE, "", 5),
        Count("readers", MONDAY, "", ROLE, "", 3),
        Count("quiz", date(2027, 1, 10), "news", GUIDE, "tpm", 2),
        Count("lead", NEXT, "news", GUIDE, "tpm", 1),
        Count("lead", NEXT, "", "", "", 3),
        Count("enrolled", NEXT, "news", GUIDE, "tpm", 1),
    ]
    found = funnel(rows, [Count("readers", MONDAY, "", "", "", 6)], WEEKS)
    assert [(week.first, line.numbers) for week, line in found.weeks] == [
        (MONDAY, (6, 2, 0, 0, 0, 0, 0)),
        (NEXT, (0, 0, 4, 0, 0, 0, 1)),
    ]
    assert found.total.numbers == (6, 2, 4, 0, 0, 0, 1)
    assert found.source == (Line("news", (None, 2, 1, 0, 0, 0, 1)), Line("", (None, 0, 3, 0, 0, 0, 0)))
    assert found.page == (
        Line(GUIDE, (5, 2, 1, 0, 0, 0, 1)),
        Line(ROLE, (3, 0, 0, 0, 0, 0, 0)),
        Line("", (None, 0, 3, 0, 0, 0, 0)),
    )
    assert found.role == (Line("tpm", (None, 2, 1, 0, 0, 0, 1)), Line("", (None, 0, 3, 0, 0, 0, 0)))
    assert [(week.first, key, numbers) for week, key, numbers in found.cells] == [
        (MONDAY, ("", GUIDE, ""), (5, 0, 0, 0, 0, 0, 0)),
        (MONDAY, ("", ROLE, ""), (3, 0, 0, 0, 0, 0, 0)),
        (MONDAY, ("news", GUIDE, "tpm"), (None, 2, 0, 0, 0, 0, 0)),
        (NEXT, ("", "", ""), (None, 0, 3, 0, 0, 0, 0)),
        (NEXT, ("news", GUIDE, "tpm"), (None, 0, 1, 0, 0, 0, 1)),
    ]


def test_without_rows_every_week_is_there_with_nothing() -> None:
    found = funnel([], [], WEEKS)
    assert [line.numbers for _, line in found.weeks] == [(0,) * 7] * 2
    assert (found.total.numbers, found.source, found.page, found.role, found.cells) == ((0,) * 7, (), (), (), ())


@pytest.mark.parametrize(
    ("number", "before", "said"),
    [(1, 8, "12%"), (3, 2, "150%"), (0, 5, "0%"), (1, 1000, "under 1%"), (3, 0, ""), (None, 4, ""), (4, None, "")],
)
def test_a_share_is_of_the_step_before(number: int | None, before: int | None, said: str) -> None:
    assert share(number, before) == said


def test_a_line_has_a_share_for_each_step_but_the_first() -> None:
    assert Line("", (None, 10, 5, 5, 0, 1, 1)).shares == ("", "", "50%", "100%", "0%", "", "100%")


def test_a_long_table_ends_with_the_sum_of_the_rest() -> None:
    lines = [Line(str(n), (None, n, 1, 0, 0, 0, 0)) for n in range(5)]
    assert shortened(lines, 5) == (lines, None, 0)
    assert shortened(lines, 3) == (lines[:3], Line("", (None, 7, 2, 0, 0, 0, 0)), 2)
