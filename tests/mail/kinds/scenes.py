"""How every registered kind of mail comes to be: a story told with the real verbs, ending in one row of the ledger.

A room that registers a kind adds its story here; a test fails until it does.
"""

from datetime import datetime

import tests.mail.kinds.scenes_elsewhere  # noqa: F401  tells the other rooms' stories
from bookings import services
from bookings.models import Booking
from tests.bookings.house import DAY, HOUR, MINUTE, NOW, cancel
from tests.mail.kinds.stage import (
    LATE,
    OVER,
    START,
    STORIES,
    Actor,
    Told,
    asked,
    call,
    edit,
    give_away,
    house,
    known,
    move,
    record,
    story,
    unproven,
)

__all__ = ["STORIES", "Told", "call", "house"]


@story("bookings.confirmed")
def _() -> None:
    call()


@story("bookings.confirmed", "the coach phones")
def _() -> None:
    call(house(location_kind="phone", location_detail=""))


@story("bookings.confirmed", "in person, after the clocks change")
def _() -> None:
    kind = house(
        location_kind="in_person", location_detail="12 Main Street, Room 4, Springfield", booking_window=100 * DAY
    )
    call(kind, start=datetime(2027, 3, 16, 15, tzinfo=NOW.tzinfo))


@story("bookings.confirmed", "the coach said yes")
def _() -> datetime:
    services.approve(booking=asked(), actor_kind=Actor.STAFF, actor="ada", now=NOW + HOUR)
    return NOW + HOUR


@story("bookings.confirmed", "a new number")
def _() -> datetime:
    edit(call(house(location_kind="phone", location_detail="")))
    return NOW + HOUR


@story("bookings.pending")
def _() -> None:
    asked()


@story("bookings.prove")
def _() -> None:
    unproven(house())


@story("bookings.prove", "in person, asked for once more")
def _() -> datetime:
    kind = house(location_kind="in_person", location_detail="12 Main Street, Room 4, Springfield")
    services.ask_again(booking=unproven(kind), now=NOW + MINUTE)
    return NOW + MINUTE


@story("bookings.declined")
def _() -> datetime:
    services.decline(booking=asked(), actor_kind=Actor.STAFF, actor="ada", why="I am away that day.", now=NOW + HOUR)
    return NOW + HOUR


@story("bookings.declined", "nobody answered")
def _() -> datetime:
    asked()
    services.decline_unanswered(now=NOW + 2 * DAY)
    return NOW + 2 * DAY


@story("bookings.rescheduled")
def _() -> datetime:
    move(call())
    return NOW + HOUR


@story("bookings.rescheduled", "by staff")
def _() -> datetime:
    move(call(), actor_kind=Actor.STAFF, actor="ada", why="The room is taken.")
    return NOW + HOUR


@story("bookings.rescheduled", "to another coach")
def _() -> datetime:
    give_away(call())
    return NOW + HOUR


@story("bookings.cancelled")
def _() -> datetime:
    cancel(call(), now=NOW + HOUR, why="I found a job.")
    return NOW + HOUR


@story("bookings.cancelled", "by staff")
def _() -> datetime:
    cancel(call(), now=NOW + HOUR, actor_kind=Actor.STAFF, actor="ada", why="Ada is ill.")
    return NOW + HOUR


@story("bookings.reminder")
def _() -> datetime:
    call()
    return START - DAY


@story("bookings.reminder", "too late to cancel")
def _() -> datetime:
    call(house(location_kind="phone", location_detail=""))
    return LATE


@story("bookings.follow_up")
def _() -> datetime:
    record(call())
    return OVER


@story("bookings.follow_up", "without a next step")
def _() -> datetime:
    record(call(), next_step="")
    return OVER


@story("bookings.no_show")
def _() -> datetime:
    record(call(), "no_show", next_step="")
    return OVER


@story("bookings.links")
def _() -> None:
    kind = house()
    address = call(kind).attendee_email
    call(kind, start=START + DAY, email=address)
    kind.needs_approval = True
    kind.save()
    call(kind, start=START + 2 * DAY, email=address)
    services.mail_links(email=address, now=NOW)


@story("bookings.coach_confirmed")
def _() -> None:
    call(access_needs="Captions, please")


@story("bookings.coach_confirmed", "taken over, by phone")
def _() -> datetime:
    give_away(call(house(location_kind="phone", location_detail="")))
    return NOW + HOUR


@story("bookings.coach_pending")
def _() -> None:
    asked()


@story("bookings.coach_rescheduled")
def _() -> datetime:
    move(call())
    return NOW + HOUR


@story("bookings.coach_rescheduled", "by staff")
def _() -> datetime:
    move(call(), actor_kind=Actor.STAFF, actor="olga", why="The room is taken.")
    return NOW + HOUR


@story("bookings.coach_moved_away")
def _() -> datetime:
    give_away(call())
    return NOW + HOUR


@story("bookings.coach_reminder")
def _() -> datetime:
    known(call())
    return START - DAY


@story("bookings.coach_reminder", "nothing is known")
def _() -> datetime:
    Booking.objects.filter(pk=call(questions="", answers=[]).pk).update(lead=None)
    return START - DAY


@story("bookings.coach_updated")
def _() -> datetime:
    edit(call())
    return NOW + HOUR


@story("bookings.coach_updated", "a new number to phone")
def _() -> datetime:
    edit(call(house(location_kind="phone", location_detail="")))
    return NOW + HOUR


@story("bookings.coach_cancelled")
def _() -> datetime:
    cancel(call(), now=NOW + HOUR, why="I found a job.")
    return NOW + HOUR


@story("bookings.coach_cancelled", "by staff")
def _() -> datetime:
    cancel(call(), now=NOW + HOUR, actor_kind=Actor.STAFF, actor="olga", why="The office is closed.")
    return NOW + HOUR


@story("bookings.late_request")
def _() -> datetime:
    services.ask_late_change(booking=call(), text="My train is late. Could we start at eleven?", now=LATE)
    return LATE
