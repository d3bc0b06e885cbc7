"""What leaves as CSV stays text in every spreadsheet."""

import csv
import io
from collections.abc import Callable
from datetime import datetime

import pytest

from leads import cells, exporting
from leads.models import Lead

FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "\u2003=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\u2060=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    "\uff1d1+1",
    "﹢1",
    "﹦1",
    "﹣1",
    "﹫x",
    " \t ＝cmd|' /C calc'!A0",
    "|calc",
    "%0A=1",
    "\u202e=1",
]
TEXTS = ["Alice", "O'Brien", "a=b", "1-2", "", "  ", "<b>", '"quoted", with comma', "田中", "a\nb"]


@pytest.mark.parametrize("value", FORMULAS)
def test_what_could_be_a_formula_gets_an_apostrophe(value: str) -> None:
    assert cells.safe(value) == f"'{value}"


@pytest.mark.parametrize("value", TEXTS)
def test_what_is_text_stays_as_it_is(value: str) -> None:
    assert cells.safe(value) == value


def test_every_cell_is_quoted_behind_a_byte_order_mark() -> None:
    content = b"".join(cells.written(["a", "b"], [[value, 7] for value in FORMULAS + TEXTS]))
    assert content.startswith(b'\xef\xbb\xbf"a","b"\r\n')
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[1:] == [[cells.safe(value), "7"] for value in FORMULAS + TEXTS]


@pytest.mark.django_db
def test_leads_leave_with_what_staff_know(
    make_lead: Callable[..., Lead], now: datetime, django_assert_num_queries: Callable[..., object]
) -> None:
    make_lead("alice@example.org", name="=HYPERLINK(1)", phone="+12155550123", role_of_interest="tpm")
    make_lead("bob@example.org", name="Bob")
    with django_assert_num_queries(2):  # type: ignore[attr-defined]
        content = b"".join(exporting.leads(Lead.objects.present().order_by("pk")))
    heading, first, second = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert tuple(heading) == exporting.HEADING
    told = dict(zip(heading, first, strict=True))
    assert (told["Name"], told["Phone"], told["First source"], told["Created"]) == (
        "'=HYPERLINK(1)",
        "'+12155550123",
        "unknown",
        "2027-01-11 10:00",
    )
    assert second[0] == "Bob"
