"""The desk's list of 100,000 leads beside that of 1,000: as it opens, sorted, narrowed, searched.

`python -m benchmarks.leads fill LEADS` fills the database that the settings name, `… ask TIMES` asks it and prints JSON.
"""
# ruff: noqa: T201  speaks to its caller; Django is set up first

import json
import sys
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks.figures import Figure
from benchmarks.place import Place

FEW, MANY, EACH = 1_000, 100_000, 5
LIST = "/admin/leads/lead/"
# What an advisor does with it: the columns of the list are counted from the left, its checkbox is none.
PAGES = {
    "as it opens": "",
    "the highest score first": "?o=-5",
    "the lowest score first": "?o=5",
    "confirmed ones": "?confirmed=yes",
    "one stage": "?stage__exact=contacted",
    "a name": "?q=Person+777",
}
MOST = 2


def measure(place: Place, rounds: int) -> Iterator[Figure]:
    """Both lists in turn; how often the database is asked must be the same, and so is the limit on the time."""
    with place.seeded("leads", "1", "0", "0") as small, place.seeded("leads", "1", "0", "0") as large:
        sides = {FEW: place.environment(small), MANY: place.environment(large)}
        for leads, env in sides.items():
            place.run("benchmarks.leads", "fill", str(leads), env=env)
        turns = [
            {
                leads: json.loads(place.run("benchmarks.leads", "ask", str(EACH), env=env))
                for leads, env in sides.items()
            }
            for _ in range(rounds)
        ]
    for what in PAGES:
        ratios = sorted(turn[MANY][what]["ms"] / turn[FEW][what]["ms"] for turn in turns)
        queries = {turn[leads][what]["queries"] for turn in turns for leads in sides}
        yield Figure(
            what=f"list of {MANY:,} leads beside {FEW:,}: {what} ({' and '.join(map(str, sorted(queries)))} queries)",
            ours=f"{median(turn[MANY][what]['ms'] for turn in turns):.0f} ms",
            theirs=f"{median(turn[FEW][what]['ms'] for turn in turns):.0f} ms",
            ratio=median(ratios) if len(queries) == 1 else None,
            hold=("<=", MOST) if what != "a name" else None,
            spread=f"{ratios[0]:.2f}-{ratios[-1]:.2f}",
        )


def fill(leads: int) -> None:
    """So many people, one a minute up to now, a fifth of them confirmed, with scores as they come."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO leads_lead (email, name, role_of_interest, best_time_to_call, time_zone, heard_of, stage, lost_reason,
                origin, created_at, confirmed_at, first_source, last_source, score, do_not_call)
            SELECT 'person' || n || '@example.org', 'Person ' || n, 'tpm', '', 'America/New_York', '',
                (ARRAY['new', 'new', 'new', 'confirmed', 'contacted'])[1 + n %% 5], '', 'visitor',
                now() - n * interval '1 minute', CASE n %% 5 WHEN 3 THEN now() END, 'newsletter', 'newsletter', n %% 60, false
            FROM generate_series(1, %s) n""",
            [leads],
        )
        cursor.execute("VACUUM ANALYZE")


def ask(times: int) -> dict[str, dict[str, Any]]:
    """Queries and milliseconds of each page, for an advisor who is signed in."""
    from django.contrib.auth.models import Group, User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    advisor, _ = User.objects.get_or_create(username="advisor", is_staff=True)
    advisor.groups.add(Group.objects.get(name="Advisor"))
    client = Client(headers={"Host": "127.0.0.1"})
    client.force_login(advisor)

    def once(page: str) -> float:
        began = time.perf_counter()
        answer = client.get(LIST + page)
        took = (time.perf_counter() - began) * 1000
        if answer.status_code != 200:
            sys.exit(f"{answer.status_code} for {page}")
        return took

    found: dict[str, dict[str, Any]] = {}
    for what, page in PAGES.items():
        once(page)
        with CaptureQueriesContext(connection) as caught:
            once(page)
            queries = len(caught)
        found[what] = {"queries": queries, "ms": median(once(page) for _ in range(times))}
    return found


def main(verb: str, number: int) -> None:
    """Fill the database, or ask its list."""
    import django

    django.setup()
    if verb == "fill":
        fill(number)
    else:
        print(json.dumps(ask(number)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
