"""What the operator may set about outside calendars."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from bookings.outside.addresses import Network


@dataclass(frozen=True, slots=True)
class Conf:
    """The settings, in the types that the room uses."""

    ports: tuple[int, ...]
    networks: tuple[Network, ...]
    interval: timedelta


def conf() -> Conf:
    """The settings as they are now."""
    return Conf(
        ports=tuple(settings.OUTSIDE_PORTS),
        networks=tuple(settings.OUTSIDE_NETWORKS),
        interval=timedelta(seconds=settings.OUTSIDE_INTERVAL),
    )
