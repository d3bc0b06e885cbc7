"""Calendars to subscribe to: one live address for each coach and each student."""

from datetime import datetime

from django.db import transaction

from bookings import links
from bookings.models import Coach
from leads.models import Lead
from mail import tokens


@transaction.atomic(durable=True)
def new_feed(*, owner: Coach | Lead, now: datetime) -> str:
    """A fresh subscribe address of this person's calls, shown once; the former one is dead from here on."""
    subject = links.feed_subject(owner)
    tokens.revoke(subject=subject, purpose=links.FEED, now=now)
    return links.feed_url(tokens.mint(purpose=links.FEED, subject=subject, expires_at=None, now=now))


@transaction.atomic(durable=True)
def end_feed(*, owner: Coach | Lead, now: datetime) -> int:
    """Revoke the subscribe address without a new one; how many were live."""
    return tokens.revoke(subject=links.feed_subject(owner), purpose=links.FEED, now=now)
