"""What the public JSON looks like, as openapi.json says it."""

from ninja import Field, Schema


class EventTypeOut(Schema):
    """A kind of call."""

    slug: str
    title: str
    summary: str
    duration_minutes: int
    durations_minutes: list[int] = Field(description="Every length on offer, the usual one first")
    needs_approval: bool = Field(description="Whether the coach says yes or no to each booking")
    location: str = Field(description="video, phone or in_person")
    price: str
    coaches: list[str] = Field(description="Slugs of the coaches who take it")


class CoachOut(Schema):
    """Somebody who can be booked."""

    slug: str
    name: str
    headline: str
    time_zone: str


class SlotOut(Schema):
    """A time that is free."""

    start: str = Field(description="Instant in UTC, e.g. 2027-03-09T20:00:00Z")
    local: str = Field(description="The same in the zone asked for, with its offset")
    coaches: list[str] = Field(description="Slugs of the coaches who are free then")


class SlotsOut(Schema):
    """The free times of a range, sorted."""

    time_zone: str
    slots: list[SlotOut]


class SlotsQuery(Schema):
    """What to look for; times are instants (with offset) or dates in `time_zone`, and `to` is not included."""

    since: str = Field("", alias="from", description="First instant or date; today, where left out")
    until: str = Field("", alias="to", description="End, not included; 31 days after `from`, where left out")
    time_zone: str = Field("", description="IANA name; the institute's zone, where left out")
    coach: str = Field("", description="Slug of a coach; any coach, where left out")
    duration: str = Field("", description="Minutes, one of the event type's lengths; the usual one, where left out")


class Problem(Schema):
    """Why there is no answer."""

    detail: str
