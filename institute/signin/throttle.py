"""How often a password may be tried: for one account, and from one network address. It waits, it never locks for good."""

from datetime import datetime

from django.http import HttpRequest

from leads import abuse
from leads.client import client_address, client_network
from leads.limits_storage import DatabaseStorage, give_back

ACCOUNT, ADDRESS = "sign_in:account", "sign_in:address"


def attempt(request: HttpRequest, username: str, *, now: datetime) -> None:
    """Count a try before the password is looked at; raise TooMany, also for the right one.

    An account that waits costs its address nothing, or one account under attack would shut out a whole office.
    """
    abuse.count((ACCOUNT, _account(username)), (ADDRESS, _address(request)), now=now)


def succeeded(request: HttpRequest, username: str, *, now: datetime) -> None:
    """Take the try back: the account starts afresh, and an office that signs in every morning does not add up."""
    DatabaseStorage(now).clear(abuse.limit(ACCOUNT).key_for(ACCOUNT, _account(username)))
    give_back(abuse.limit(ADDRESS).key_for(ADDRESS, _address(request)), now=now)


def _account(username: str) -> str:
    return username.strip().casefold()[:254]


def _address(request: HttpRequest) -> str:
    return client_network(client_address(request))
