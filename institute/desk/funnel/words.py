"""What each column counts, in the words that stand on the page; a figure whose meaning nobody knows is worth nothing."""

from dataclasses import dataclass

from institute.desk.funnel.people import IMPORT, STAFF
from leads.models import Role


@dataclass(frozen=True, slots=True)
class Column:
    """One step: its name, what a share of it is called, and what is counted."""

    step: str
    name: str
    of: str
    counts: str


COLUMNS = (
    Column(
        "readers",
        "Readers",
        "of readers",
        "Browsers that opened a page of the guide, each counted once a day by a code whose key is thrown away when the day is "
        "over. Days are added, so who reads on two days counts twice. Robots that say what they are and staff who are signed "
        "in are left out. Where readers came from and which role interests them is not known.",
    ),
    Column(
        "quiz",
        "Quiz",
        "of readers",
        "Finished runs of the role-fit quiz, on the day they were sent. A run is no person: nobody is asked for a name. "
        "The role is the one that came out, “not sure yet” where it lies between several. Runs that looked like a robot’s "
        "are left out; a result that is deleted later stays counted.",
    ),
    Column(
        "lead",
        "Leads",
        "of quiz runs",
        "People, each once, when we first heard of them: by a form, a booking, an entry by staff or an import. Forms that wait "
        "in the quarantine or were refused make nobody a lead.",
    ),
    Column(
        "confirmed",
        "Confirmed",
        "of leads",
        "People, each once, when they first pressed the button in one of our mails and so showed that the address is theirs.",
    ),
    Column(
        "booked",
        "Booked",
        "of confirmed",
        "People, each once, when they chose the time of their first coaching call, whatever became of that call later. A time "
        "that was only held and never booked does not count.",
    ),
    Column(
        "attended",
        "Attended",
        "of booked",
        "People, each once, on the day of their first call that staff recorded as held.",
    ),
    Column(
        "enrolled",
        "Enrolled",
        "of attended",
        "People, each once, when their stage first became Enrolled, by the outcome of a call or set by staff. Where staff took "
        "it back to an earlier stage it does not count; who was lost afterwards still does.",
    ),
)
UNKNOWN = "Not known"
ROLES = {str(role.value): str(role.label) for role in Role} | {Role.UNDECIDED.value: "Not sure yet"}
SOURCES = {STAFF: "Entered by staff", IMPORT: "From an import"}


def named(by: str, key: str) -> str:
    """What a line of the table by source, page or role is called."""
    if by == "role":
        return ROLES.get(key, key) or UNKNOWN
    if by == "source":
        return SOURCES.get(key, key) or UNKNOWN
    return key or UNKNOWN
