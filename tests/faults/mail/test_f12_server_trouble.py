"""F12: the mail server refuses, is silent, hangs up, says no in every way it can; what may still go out goes out."""

import time
from dataclasses import dataclass
from typing import Any

import pytest

from tests import services
from tests.faults.figures import FULL, Table, size
from tests.faults.mail import server
from tests.faults.mail.booker import Booker
from tests.faults.mail.conftest import House
from tests.faults.mail.server import OK, Manner
from tests.faults.mail.tally import Tally
from tests.journeys.stack import wait_until

NUMBER, SECONDS = size(6, 200, knob="MAILS"), size(2, 60, knob="SECONDS")
SENDERS = 3
A_MINUTE = 10  # attempts that a mail server in trouble is asked for at most
AFTER = {
    "breaker": 35.0,
    "message": 150.0,
}  # the longest step of the breaker, of a message's first two tries; one pause


@dataclass(frozen=True)
class Trouble:
    """One way of going wrong; `waits` says what holds the mail back: the breaker, each message, or nothing for ever."""

    name: str
    manner: Manner
    waits: str = "breaker"
    signed_in: bool = False
    encrypted: bool = False


TROUBLES = [
    Trouble("refused", server.REFUSED),
    Trouble("silent", server.SILENT),
    Trouble("silent after the content", server.SILENT_AT_THE_END),
    Trouble("hangs up after DATA", server.DROPS_AFTER_DATA),
    Trouble("421", server.BUSY_421),
    Trouble("451", server.LATER_451, waits="message"),
    Trouble("550", server.NEVER_550, waits="ever"),
    Trouble("535", server.SIGN_IN_535, signed_in=True),
    Trouble("TLS failure", server.TLS_BROKEN, encrypted=True),
]
# Inside `make test` one of a kind is enough.
CHOSEN = TROUBLES if FULL else [each for each in TROUBLES if each.name not in {"silent", "hangs up after DATA", "421"}]


def start_senders(house: House, trouble: Trouble, *, off: tuple[str, ...] = ()) -> None:
    """A few loops that sign in or encrypt where the trouble asks for it; inside `make test` they are impatient."""
    settings: dict[str, Any] = {} if FULL else {"EMAIL_TIMEOUT": 1}
    if trouble.signed_in:
        settings |= {"EMAIL_HOST_USER": "robot", "EMAIL_HOST_PASSWORD": "secret"}
    if trouble.encrypted:
        services.need("openssl", there=house.certificate)
        settings |= {"EMAIL_USE_TLS": True, "SSL_CERT_FILE": house.certificate}
    for n in range(SENDERS):
        house.nursery.loop(name=f"loop{n}", every=size(1, 5) / 2, off=off, **settings)


@pytest.mark.parametrize("trouble", CHOSEN, ids=lambda each: each.name.replace(" ", "_"))
def test_f12_trouble_of_the_server_costs_lateness_only(house: House, trouble: Trouble, table: Table) -> None:
    what = f"{trouble.name} for {SECONDS} s, {NUMBER} reminders"
    house.server.manner = trouble.manner
    house.calls(number=NUMBER, first=0, over=SECONDS / 2, offsets=[7 * 24 * 60])
    start_senders(house, trouble)
    visitors = Booker(house.web(), 2) if FULL else None
    time.sleep(SECONDS)
    if visitors:
        visitors.stop()
    told, attempts = (
        house.ask("trouble", seconds=10 if trouble.waits == "breaker" else 0),
        len(house.server.connections),
    )
    house.server.manner = OK
    well_again = house.now()
    if trouble.waits == "ever":
        refused_for_good(house, table, what)
    else:
        before = len([each for each in house.server.taken if each.told])
        if FULL:
            wait_until(lambda: len(house.server.taken) > before, seconds=200, saying="mail flows again")
        house.turn_until_sent(seconds=size(30, 300))
        recovered(house, table, what, trouble, well_again)
    if trouble.waits == "breaker":
        asked = told["failures"] if trouble.name == "refused" else attempts
        table.at_most("F12", f"{what}: attempts a minute", asked * 60 / max(SECONDS, 60), A_MINUTE, "attempts")
        table.exactly("F12", f"{what}: staff are told why", bool(told["why"]), True)
    table.at_most("F12", f"{what}: longest patience", max(house.server.patience, default=0.0), 20.5)
    if visitors:
        visitors.told(table, "F12", what)
    table.exactly("F12", f"{trouble.name}: broken promises", house.ask("broken"), [])
    table.judge()


def recovered(house: House, table: Table, what: str, trouble: Trouble, well_again: float) -> None:
    """Everything came, nothing failed; the first of it within the next step."""
    tally = Tally(house.ask("messages"), house.server)
    first = min(each.began for each in house.server.taken if each.told and each.began >= well_again)
    table.exactly("F12", f"{what}: lost, or not marked as sent", tally.lost + tally.not_marked, [])
    table.exactly("F12", f"{what}: copies of other bytes", tally.differing + tally.strangers, [])
    if trouble.name == "silent after the content":
        table.told("F12", f"{what}: copies", tally.copies)
    else:
        table.exactly("F12", f"{what}: copies", tally.copies, 0)
    table.at_most("F12", f"{what}: first mail after it is well again", first - well_again, AFTER[trouble.waits])


def refused_for_good(house: House, table: Table, what: str) -> None:
    """Each failed once, staff are told, and nobody tries again."""
    house.wait_until_sent(seconds=30, due=True)
    house.shift(house.ahead + 3600)
    time.sleep(size(1, 10))
    reminders = Tally(house.ask("messages"), house.server).rows
    ends = {(row["status"], row["attention"]) for row in reminders.values()}
    # Not what tells a coach of a call that a visitor booked meanwhile.
    offers = sum("<ada" in each for each in house.server.offered)
    table.exactly("F12", f"{what}: how they end (state, staff are told)", ends, {("failed", True)})
    table.exactly("F12", f"{what}: times they were offered", offers, NUMBER)


def test_f12_without_the_breaker_a_server_in_trouble_is_hammered(house: House) -> None:
    """The proof: more attempts in a few seconds than it should see in a minute."""
    house.server.manner = server.BUSY_421
    house.calls(number=3, first=0, over=1)
    start_senders(house, TROUBLES[4], off=("breaker",))
    wait_until(lambda: len(house.server.connections) > A_MINUTE, seconds=20, saying="it is hammered")
