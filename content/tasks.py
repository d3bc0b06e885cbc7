"""Doorbell of the content room."""

import logging

from celery import shared_task

from content import printing, publishing
from mail import clock

log = logging.getLogger(__name__)


@shared_task(name="content.publish_due", ignore_result=True)
def publish_due() -> None:
    """Publish what was planned for by now, and make the PDFs that are missing."""
    for revision in publishing.publish_due(now=clock.now()):
        log.info("Published %s at its time", revision)
    printing.catch_up(now=clock.now())
