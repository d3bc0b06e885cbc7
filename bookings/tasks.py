"""Doorbells of the booking room: a task calls one function and logs."""

import logging

from celery import shared_task

from bookings import services
from bookings.errors import Busy
from bookings.outside import refreshing
from mail import clock

log = logging.getLogger(__name__)


@shared_task(name="bookings.tidy_holds", ignore_result=True)
def tidy_holds() -> None:
    """Mark the holds that ran out, so that the desk's lists show them as what they are; no guard needs it."""
    try:
        number = services.expire_holds(now=clock.now())
    except Busy:
        log.info("The calendar was busy; the holds are tidied next time")
    else:
        log.info("Tidied %d holds that ran out", number)


@shared_task(name="bookings.decline_unanswered", ignore_result=True)
def decline_unanswered() -> None:
    """Tell those who wait for a coach's answer that none came in time."""
    try:
        number = services.decline_unanswered(now=clock.now())
    except Busy:
        log.info("The calendar was busy; unanswered requests are declined next time")
    else:
        if number:
            log.info("Declined %d requests that nobody answered", number)


@shared_task(name="bookings.forget_unproven", ignore_result=True)
def forget_unproven() -> None:
    """Let go of who stood behind a time that no address ever confirmed."""
    number = services.forget_unproven(now=clock.now())
    if number:
        log.info("Let go of the person in %d times that were never confirmed", number)


@shared_task(name="bookings.refresh_outside", ignore_result=True)
def refresh_outside() -> None:
    """Fetch the outside calendars whose turn it is."""
    number = refreshing.refresh_due(now=clock.now())
    if number:
        log.info("Fetched %d outside calendars", number)
