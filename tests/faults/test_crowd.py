"""F1 and F2: many people want few times, over HTTP, through the forms of the site."""

from collections.abc import Callable

from tests import services
from tests.faults import scene
from tests.faults.crowd import (
    Answer,
    choose,
    chooser,
    day_after,
    details,
    failures,
    many,
    slowest_of,
    starts_of,
    statuses,
    together,
)
from tests.faults.figures import Table, size
from tests.faults.inside import ask
from tests.journeys.stack import Stack

# The embedded default has one writer: it is asked by a hundred, a server by five hundred.
CROWD = size(40, 500 if services.on_postgres() else 100, knob="CLIENTS")


def hold_at_once(site: Stack, kind: str, day: str, wanted: list[tuple[str, str]]) -> tuple[list[Answer], list]:
    """Everybody opens the page of the coach, then all choose at the same moment; the answers, and the filled forms."""
    people = many(wanted, lambda each: chooser(site.site, kind, day, each[0]))
    answers = together(
        [
            lambda person=person, start=start: choose(*person, start)
            for person, (_, start) in zip(people, wanted, strict=True)
        ]
    )
    winners = [(person[0], answer) for person, answer in zip(people, answers, strict=True) if answer.won]
    return answers, many(winners, lambda winner: details(*winner))


def spread(crowd: int, starts: list[str]) -> list[tuple[str, str]]:
    """Whom and when each of a crowd wants: all coaches and starts alike."""
    places = [(coach, start) for start in starts for coach in scene.COACHES]
    return [places[number % len(places)] for number in range(crowd)]


def test_f1_forty_starts_are_sold_to_forty_of_a_crowd(guarded: Stack, table: Table) -> None:
    day = day_after(3)
    starts = starts_of(day)[: size(5, 20)]
    places = 2 * len(starts)
    answers, forms = hold_at_once(guarded, scene.DISJOINT, day, spread(CROWD, starts))
    booked = together([form.send for form in forms])
    table.exactly("F1", f"times sold of {places} to {CROWD} people", sum(each.won for each in booked), places)
    table.exactly("F1", "answers to the first press", statuses(answers), {303: places, 409: CROWD - places})
    polite = sum(each.lost_politely for each in answers)
    table.exactly("F1", "losers who saw the page with other times", polite, CROWD - places)
    table.exactly("F1", "error pages", failures([*answers, *booked]), 0)
    table.at_most("F1", "p95 of the press", slowest_of(answers, 0.95), 3 if services.on_postgres() else 15)
    table.at_most("F1", "p99 of the press", slowest_of(answers, 0.99), 6 if services.on_postgres() else 15)
    table.at_most("F1", "p99 of booking", slowest_of(booked, 0.99), 6)
    table.exactly("F1", "broken promises", ask(guarded, "broken"), [])
    table.judge()


def test_f1_overlapping_starts_never_overlap_and_no_free_start_is_refused(guarded: Stack, table: Table) -> None:
    day = day_after(4)
    starts = starts_of(day, minutes=15)[: size(12, 39)]  # half an hour from the 40th would end after the hours
    wanted = spread(CROWD, starts)
    answers, forms = hold_at_once(guarded, scene.OVERLAPPING, day, wanted)
    booked = together([form.send for form in forms])
    table.exactly("F1", "overlapping starts: holds that were booked", sum(each.won for each in booked), len(forms))
    taken = ask(guarded, "taken", day=day)
    refused = {each for each, answer in zip(wanted, answers, strict=True) if not answer.won}
    needless = [each for each in refused if not any(clash(each, row) for row in taken)]
    table.exactly("F1", "overlapping starts: free ones refused", needless, [])
    table.exactly("F1", "overlapping starts: error pages", failures([*answers, *booked]), 0)
    table.told("F1", "overlapping starts: sold", len(taken))
    table.exactly("F1", "overlapping starts: broken promises", ask(guarded, "broken"), [])
    table.judge()


def clash(wanted: tuple[str, str], row: list[str]) -> bool:
    """Whether half an hour and its ten minutes at this start meet what was taken."""
    from datetime import datetime, timedelta

    start = datetime.fromisoformat(wanted[1])
    begin, end = (datetime.fromisoformat(each) for each in row[1:3])
    return wanted[0] == row[0] and start < end and begin < start + timedelta(minutes=40)


def test_f2_one_time_has_one_winner_in_every_round(guarded: Stack, table: Table) -> None:
    crowd, rounds = size(16, 200, knob="CLIENTS"), size(3, 50, knob="ROUNDS")
    coach = scene.COACHES[0]
    times = [start for day in range(5, 8) for start in starts_of(day_after(day))][:rounds]
    people = many(range(crowd), lambda _: chooser(guarded.site, scene.DISJOINT, day_after(5), coach))
    winners, answers, forms = [], [], []
    for number, start in enumerate(times):
        if number and number % 25 == 0:  # one address may hold so many times an hour: others come
            people = many(range(crowd), lambda _: chooser(guarded.site, scene.DISJOINT, day_after(5), coach))
        pressed = together([lambda person=person, start=start: choose(*person, start) for person in people])
        winners.append(sum(each.won for each in pressed))
        answers += pressed
        for (client, _), answer in zip(people, pressed, strict=True):
            if answer.won:
                forms.append(details(client, answer, f"round{number}@example.org"))
                del client.cookies["hold"]  # whoever wants the next time is somebody else
    booked = [form.send() for form in forms]
    table.exactly("F2", f"winners in {rounds} rounds of {crowd} people", sorted(set(winners)), [1])
    table.exactly("F2", "winners who booked", sum(each.won for each in booked), rounds)
    table.exactly("F2", "error pages", failures([*answers, *booked]), 0)
    table.exactly(
        "F2",
        "losers who saw the page with other times",
        sum(each.lost_politely for each in answers),
        (crowd - 1) * rounds,
    )
    table.told("F2", "p99 of the press, seconds", round(slowest_of(answers, 0.99), 2))
    table.exactly("F2", "broken promises", ask(guarded, "broken"), [])
    table.judge()


def test_f1_without_lock_check_and_constraint_a_time_is_sold_many_times(unguarded: Callable[..., Stack]) -> None:
    """The proof that the tests above can fail: more winners than times, and the checker names the overlaps."""
    site, day = unguarded("lock", "check", "constraint"), day_after(3)
    answers, _ = hold_at_once(site, scene.DISJOINT, day, spread(20, starts_of(day)[:2]))
    assert sum(each.won for each in answers) > 4
    assert any("overlaps" in each for each in ask(site, "broken"))


def test_f1_with_the_constraint_alone_nothing_is_sold_twice(unguarded: Callable[..., Stack]) -> None:
    """Lock and check off: the database's own guard refuses, and even that is a polite page."""
    site, day = unguarded("lock", "check"), day_after(3)
    before = ask(site, "broken")  # the site is shared by all tests that take guards off, and some leave ruins
    answers, _ = hold_at_once(site, scene.DISJOINT, day, spread(20, starts_of(day)[:2]))
    assert sum(each.won for each in answers) == 4
    assert {each.status for each in answers} <= {303, 409}
    assert ask(site, "broken") == before
