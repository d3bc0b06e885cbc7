"""Does the site take longer for an address it knows? Each form is sent with known and unknown ones in turn, and timed.

An address is known when it has a confirmed lead and a coming call. Everybody has an address of the net of their own and
fetches the form first, because all limits are on; one mailbox is named in four forms, of the five that an hour allows.
`python -m benchmarks.answers NUMBER` makes that many known addresses in the database that the settings name.
"""

import http.client
import sys
import time
from collections.abc import Iterator
from statistics import median

from benchmarks.booking import TYPING, expect
from benchmarks.figures import Figure
from benchmarks.place import Place
from benchmarks.visitor import Visitor, address

EACH, MOST_MS = 200, 50
FIELDS = {"name": "Grace Visitor", "company_website": "", "role_of_interest": "tpm"}
# What it is called, where the form stands and where it is sent.
FORMS = (
    ("the lead form", "/subscribe/", "/subscribe/"),
    ("its mail once more", "", "/subscribe/thanks/"),
    ("find my booking", "/booking/find/", "/booking/find/"),
    ("my data", "/my-data/", "/my-data/"),
)


def measure(place: Place, rounds: int) -> Iterator[Figure]:
    """Two hundred times known and unknown, one after the other, for each form; rounds do not matter here."""
    with place.seeded("answers", "1", str(EACH), "0") as database:
        place.run("benchmarks.answers", str(EACH), env=place.environment(database))
        with place.ours(database) as site:
            names = [f"{kind}{n}@example.org" for n in range(EACH) for kind in ("known", "unknown")]
            people = [(Visitor(site.port, address(n)), name) for n, name in enumerate(names)]
            for what, page, path in FORMS:
                yield _compared(what, site.port, page, path, people)


def _compared(what: str, port: int, page: str, path: str, people: list[tuple[Visitor, str]]) -> Figure:
    """The medians of both, and how far apart they are in milliseconds; the answers themselves must be the same."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    filled = []
    for visitor, email in people:
        shown = expect(visitor.get(line, page or path), 200)
        filled.append((visitor, email, shown.hidden | FIELDS | {"email": email}))
    time.sleep(TYPING)
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    seen: dict[str, set[tuple[int, str, int]]] = {"known": set(), "unknown": set()}
    for visitor, email, form in filled:
        kind = "unknown" if email.startswith("unknown") else "known"
        began = time.perf_counter()
        answer = visitor.post(line, path, form)
        took[kind].append((time.perf_counter() - began) * 1000)
        seen[kind].add((answer.status, answer.location, len(answer.text)))
    line.close()
    if seen["known"] != seen["unknown"] or len(seen["known"]) != 1:
        raise SystemExit(f"{what}: {seen['known']} for known addresses, {seen['unknown']} for unknown ones")
    known, unknown = median(took["known"]), median(took["unknown"])
    spread = f"{sorted(took['known'])[9 * EACH // 10]:.0f}/{sorted(took['unknown'])[9 * EACH // 10]:.0f} ms at 90 %"
    return Figure(
        f"{what}: known beside unknown addresses, ms apart",
        f"{known:.1f} ms",
        f"{unknown:.1f} ms",
        abs(known - unknown),
        ("<=", MOST_MS),
        spread,
    )


def main(number: int) -> None:
    """Known addresses: a confirmed lead each, with one of the calls that the seed has made."""
    import django

    django.setup()
    from django.db import transaction

    from bookings.models import Booking
    from leads.people import ensure_lead
    from mail import clock

    now = clock.now()
    with transaction.atomic():
        for n, call in enumerate(Booking.objects.filter(status=Booking.Status.CONFIRMED).order_by("pk")[:number]):
            lead = ensure_lead(email=f"known{n}@example.org", name="Grace Visitor", now=now)
            lead.confirmed_at = now
            lead.save(update_fields=["confirmed_at"])
            Booking.objects.filter(pk=call.pk).update(attendee_email=lead.email, lead=lead)


if __name__ == "__main__":
    main(int(sys.argv[1]))
