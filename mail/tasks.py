"""Doorbells of the mail room: Celery only nudges, every fact is in the database."""

from celery import shared_task

from mail import clock, retention
from mail.nudge import ring
from mail.sender import drain

# A worker that is told to stop waits for its task: short turns let it go in time.
TURN = 20.0  # seconds


@shared_task(name="mail.send_due", ignore_result=True)
def send_due() -> None:
    """Send what is due for up to 20 seconds, then ring for the next turn where more is waiting."""
    if drain(clock=clock.now, seconds=TURN).cut_short:
        ring()


@shared_task(name="mail.tidy", ignore_result=True)
def tidy() -> None:
    """Let go of what need not be kept."""
    retention.tidy(now=clock.now())
