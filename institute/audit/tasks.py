"""Doorbells of the audit room."""

import logging

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from institute.audit import writing
from mail import clock

log = logging.getLogger(__name__)


@shared_task(name="audit.tidy", ignore_result=True)
def tidy() -> None:
    """Let go of network addresses after a week, of rows after two years, and of sessions that have ended."""
    addresses, rows = writing.tidy(now=clock.now())
    # An ended session opens nothing, but it still says what a visitor had asked for.
    SessionStore.clear_expired()
    if addresses or rows:
        log.info("Blanked %d addresses and deleted %d rows of the audit", addresses, rows)
