"""F5: one form, sent again: double click, back, reload, in parallel, after a connection that broke at any byte."""

import random
import re
import socket
import time
from collections.abc import Callable

from tests.faults import scene
from tests.faults.crowd import (
    FORM_TIME,
    Answer,
    Filled,
    choose,
    chooser,
    day_after,
    details,
    failures,
    many,
    starts_of,
    together,
)
from tests.faults.figures import Table, size
from tests.faults.inside import ask
from tests.journeys.stack import Stack

FORMS = size(1, 100, knob="FORMS")
MOST = size(3, 10)  # times a form is sent


def double_click(form: Filled, times: int, dice: random.Random) -> list[Answer]:
    """Twice within a moment, the second before the first is answered."""
    return together([form.send] * 2)


def parallel(form: Filled, times: int, dice: random.Random) -> list[Answer]:
    """So many tabs at the same moment."""
    return together([form.send] * times)


def reload(form: Filled, times: int, dice: random.Random) -> list[Answer]:
    """One after the other, as a browser does that is told to send the form again."""
    return [form.send() for _ in range(times)]


def back(form: Filled, times: int, dice: random.Random) -> list[Answer]:
    """To the page that came, back to the form with what was typed, and pressed again."""
    answers = []
    for _ in range(times):
        answers.append(form.send())
        if answers[-1].won:
            assert form.client.get(answers[-1].location).status == 200
    return answers


def cut(form: Filled, times: int, dice: random.Random) -> list[Answer]:
    """The connection breaks at a random byte, of the question or of the answer; then the form is sent again."""
    form.send()
    for _ in range(times - 1):
        _break_off(form, dice)
    return [form.send()]


def cut_first(form: Filled, times: int, dice: random.Random) -> list[Answer]:
    """The same, where the connection breaks before any answer was ever seen."""
    time.sleep(FORM_TIME)
    for _ in range(times - 1):
        _break_off(form, dice)
    return [form.send()]


def _break_off(form: Filled, dice: random.Random) -> None:
    client, body = form.client, form.body()
    lines = [
        f"POST {form.page.path} HTTP/1.1",
        f"Host: {client.host}",
        f"X-Forwarded-For: {client.address}",
        f"Origin: {client.site}",
        f"Referer: {client.site}{form.page.path}",
        "Cookie: " + "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()),
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    request = "\r\n".join([*lines, "", ""]).encode() + body
    host, port = client.host.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        if dice.random() < 0.5:
            connection.sendall(request[: dice.randrange(len(request))])
        else:
            connection.sendall(request)
            connection.recv(dice.randrange(1, 200))


Way = Callable[[Filled, int, random.Random], list[Answer]]
Sent = dict[str, tuple[list[Answer], list[str], str]]
DAYS = 6  # for each way
WAYS: tuple[Way, ...] = (
    double_click, back, reload, parallel, cut, cut_first
)  # fmt: skip


def a_form(site: Stack, start: str, email: str, *, coach: str) -> Filled:
    """A time is held, and its form filled."""
    client, page = chooser(site.site, scene.DISJOINT, start[:10], coach)
    held = choose(client, page, start)
    assert held.won, (held.status, held.text[:1000])
    return details(client, held, email)


def page_after(form: Filled, answer: Answer) -> str:
    """What the visitor sees in the end, without what is minted anew each time."""
    if not answer.won:
        return f"{answer.status}"
    text = form.client.get(answer.location).text
    text = re.sub(r"/booking/[\w-]+/", "/booking/…/", text)
    return re.sub(r'(csrfmiddlewaretoken" value=)"[^"]*"', r"\1…", text)


def send_all(site: Stack, ways: tuple[Way, ...], number: int, *, first_day: int) -> Sent:
    """Each way with so many forms: by address the answers, the pages they led to, and the way.

    The ways go side by side, each on days of its own: most of the time of each is waiting.
    """

    def go(numbered: tuple[int, Way]) -> Sent:
        place, way = numbered
        days = range(first_day + place * DAYS, first_day + (place + 1) * DAYS)
        times = iter([(coach, s) for day in days for s in starts_of(day_after(day)) for coach in scene.COACHES])
        dice, done = random.Random(place), {}
        for turn in range(number):
            coach, start = next(times)
            # Every other form leaves the choice of the coach to the house.
            form = a_form(site, start, f"{way.__name__}{turn}@example.org", coach=coach if turn % 2 else "")
            if not turn % 2:
                next(times)
            answers = way(form, dice.randint(2, MOST), dice)
            done[form.email] = (answers, [page_after(form, answer) for answer in answers], way.__name__)
        return done

    return {email: each for done in many(list(enumerate(ways)), go) for email, each in done.items()}


def test_f5_a_form_sent_again_is_one_call_one_mail_and_the_same_page(guarded: Stack, table: Table) -> None:
    done = send_all(guarded, WAYS, FORMS, first_day=60)
    for way in WAYS:
        mine = {email: each for email, each in done.items() if each[2] == way.__name__}
        what = f"{way.__name__.replace('_', ' ')}, {len(mine)} forms"
        calls = ask(guarded, "calls", prefix=way.__name__)
        calls = [call for call in calls if call[0] in mine]
        table.exactly("F5", f"{what}: calls", (len(calls), {call[1] for call in calls}), (len(mine), {"confirmed"}))
        table.exactly("F5", f"{what}: confirmations a call", {call[4] for call in calls}, {1})
        differing = [email for email, (_, pages, _) in mine.items() if len(set(pages)) != 1]
        table.exactly("F5", f"{what}: forms whose pages differed", differing, [])
        answers = [answer for each, _, _ in mine.values() for answer in each]
        table.exactly("F5", f"{what}: answers that led to the call", sum(a.won for a in answers), len(answers))
        table.exactly("F5", f"{what}: error pages", failures(answers), 0)
    table.exactly("F5", "broken promises", ask(guarded, "broken"), [])
    table.judge()


def test_f5_a_repeat_costs_nothing_of_what_an_address_may_book(guarded: Stack) -> None:
    """Twenty copies of a form, more than an address may send in an hour, and then the same person books again."""
    day = day_after(59)
    one, two, three = starts_of(day)[:3]
    first = a_form(guarded, one, "repeats@example.org", coach=scene.COACHES[0])
    assert {answer.status for answer in together([first.send] * 20)} == {303}
    for start in (two, three):
        form = a_form(guarded, start, "repeats@example.org", coach=scene.COACHES[0])
        assert form.send().won
    assert [call[3][11:16] for call in ask(guarded, "calls", prefix="repeats")] == ["08:00", "08:30", "09:00"]


def test_f5_without_the_key_the_pages_differ(unguarded: Callable[..., Stack]) -> None:
    """The proof: the second press of a form meets a call that it does not know as its own."""
    site = unguarded("key")
    done = send_all(site, (reload,), 1, first_day=60)
    ((answers, pages, _),) = done.values()
    assert answers[0].won
    assert len(set(pages)) > 1
    assert not answers[1].won


def test_f5_without_the_key_a_form_whose_hold_ran_out_is_booked_twice(unguarded: Callable[..., Stack]) -> None:
    """The same where two coaches are free: the second press simply books the other one."""
    site = unguarded("key")
    start = starts_of(day_after(58))[3]
    form = a_form(site, start, "twice@example.org", coach="")
    site.shift_clock(660)
    try:
        answers = [form.send() for _ in range(2)]
    finally:
        site.shift_clock(0)
    assert [answer.won for answer in answers] == [True, True]
    calls = ask(site, "calls", prefix="twice")
    assert sorted(call[1:3] for call in calls) == [["confirmed", coach] for coach in scene.COACHES]
