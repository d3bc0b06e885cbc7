"""The breaker that all senders share: while the mail server is away, one of them asks now and then, and no row suffers."""

from datetime import datetime, timedelta

from mail.models import Outage
from mail.text import plain

# The first step keeps the attempts under ten a minute; the last decides how soon mail flows again.
STEPS = tuple(timedelta(seconds=seconds) for seconds in (6, 10, 15, 20, 30))


def outage() -> Outage | None:
    """The trouble that mail waits for at the moment, for staff to see; None while all is well."""
    return Outage.objects.filter(pk=1, failures__gt=0).first()


def may_try(*, now: datetime) -> bool:
    """Whether a sender may open a connection: always while all is well, else one sender at each step's end."""
    row = outage()
    if row is None or row.open_until is None:
        return True
    # A clock that was set back must not keep the breaker open for hours.
    if now < row.open_until <= now + STEPS[-1]:
        return False
    # The probe counts as failed until it succeeds, so a sender killed while probing costs one step and no more.
    failures = row.failures + 1
    probe = Outage.objects.filter(pk=1, failures=row.failures, open_until=row.open_until)
    return bool(probe.update(failures=failures, open_until=now + _step(failures)))


def trip(*, now: datetime, error: str) -> None:
    """The server could not be used: every sender waits. Senders that trip together count once."""
    error = plain(error, limit=2000)
    Outage.objects.bulk_create([Outage(pk=1)], ignore_conflicts=True)
    if not Outage.objects.filter(pk=1, failures=0).update(
        failures=1, since=now, open_until=now + STEPS[0], last_error=error
    ):
        Outage.objects.filter(pk=1).update(last_error=error)


def close() -> None:
    """The server gave an answer about a message: all senders may go on."""
    Outage.objects.filter(pk=1, failures__gt=0).update(failures=0, since=None, open_until=None, last_error="")


def _step(failures: int) -> timedelta:
    return STEPS[min(failures, len(STEPS)) - 1]
