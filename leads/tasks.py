"""Doorbells of the leads room."""

import logging

from celery import shared_task

from leads import erasing, retention, sequences
from leads.limits_storage import forget_ended
from mail import clock

log = logging.getLogger(__name__)


@shared_task(name="leads.tidy", ignore_result=True)
def tidy() -> None:
    """Let go of the counters whose windows have ended."""
    forget_ended(now=clock.now())


@shared_task(name="leads.go_on", ignore_result=True)
def go_on() -> None:
    """Finish the erasures whose cancellations have left, and stop sequences that nobody stopped here, after a bounce."""
    now = clock.now()
    erased, stopped = erasing.go_on(now=now), sequences.settle_all(now=now)
    if erased or stopped:
        log.info("Finished %d erasures, stopped %d sequences", erased, stopped)


@shared_task(name="leads.retention", ignore_result=True)
def let_go() -> None:
    """Erase the leads whose time is over."""
    number = sum(retention.run(now=clock.now()).values())
    log.info("Erased %d leads whose time was over", number)
