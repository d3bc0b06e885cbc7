"""Doorbell of the leads room."""

from celery import shared_task

from leads.limits_storage import forget_ended
from mail import clock


@shared_task(name="leads.tidy", ignore_result=True)
def tidy() -> None:
    """Let go of the counters whose windows have ended."""
    forget_ended(now=clock.now())
