"""Doorbells of the audit room."""

import logging

from celery import shared_task

from institute.audit import writing
from mail import clock

log = logging.getLogger(__name__)


@shared_task(name="audit.tidy", ignore_result=True)
def tidy() -> None:
    """Let go of network addresses after a week, and of rows after two years."""
    addresses, rows = writing.tidy(now=clock.now())
    if addresses or rows:
        log.info("Blanked %d addresses and deleted %d rows of the audit", addresses, rows)
