"""Doorbells of the mail room: Celery only nudges, every fact is in the database."""

from celery import shared_task


@shared_task(name="mail.send_due", ignore_result=True)
def send_due() -> None:
    """Send what is due."""


@shared_task(name="mail.tidy", ignore_result=True)
def tidy() -> None:
    """Let go of what need not be kept."""
