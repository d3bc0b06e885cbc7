"""The score of a lead: a sum of dated reasons, each counted once. Opening a mail or a page is no reason."""

from leads.models import CALL, LIST, Activity, Lead, Outcome, ScoreReason, Stage
from mail import statements
from mail.rows import require_transaction

# Reason → what staff read, points.
REASONS: dict[str, tuple[str, int]] = {
    "subscribed": ("Left an address", 5),
    "confirmed": ("Confirmed the address", 10),
    "list": ("Agreed to interview-preparation emails", 5),
    "call": ("Asked for a phone call", 20),
    "enquiry": ("Wrote to us", 15),
    "question": ("Asked a question about the guide", 5),
    "quiz": ("Took the role-fit quiz", 10),
    "replied": ("Answered one of our mails", 15),
    "talked": ("Talked with us on the phone", 15),
    "booked": ("Booked a call", 30),
    "attended": ("Came to the call", 20),
    "no_show": ("Missed a call", -10),
    "wrong_number": ("The phone number is wrong", -20),
    "do_not_call": ("Does not want to be called", -30),
    "lost": ("Lost", -50),
}
_BOOKING = {"confirmed": "booked", "completed": "attended", "no_show": "no_show"}
_CALLS = {Outcome.TALKED, Outcome.WRONG_NUMBER, Outcome.DO_NOT_CALL}
_ONCE = """
INSERT INTO leads_scorereason (lead_id, at, reason, points) VALUES (%(lead)s, %(at)s, %(reason)s, %(points)s)
ON CONFLICT (lead_id, reason) DO NOTHING RETURNING points
"""
_COUNT = "UPDATE leads_lead SET score = score + %(points)s WHERE id = %(lead)s RETURNING score"
# PostgreSQL does both at once; SQLite writes nothing in a WITH.
_BOTH = f"""
WITH counted AS ({_ONCE})
UPDATE leads_lead SET score = score + counted.points FROM counted WHERE id = %(lead)s RETURNING score
"""  # noqa: S608  our own words
_PLAIN = {"subscribed", "confirmed", "enquiry", "question", "quiz", "replied"}


def reason_of(activity: Activity) -> str:
    """The reason that this line of the timeline is for, or ""."""
    kind, data = activity.kind, activity.data
    if kind in _PLAIN:
        return kind
    if kind == "consent_given":
        return {LIST: "list", CALL: "call"}.get(str(data.get("purpose")), "")
    if kind == "booking":
        return _BOOKING.get(str(data.get("status")), "")
    if kind == "call":
        return str(data["outcome"]) if data.get("outcome") in _CALLS else ""
    if kind == "stage":
        return "lost" if data.get("new") == Stage.LOST else ""
    return ""


def note(activity: Activity) -> None:
    """Count the line's reason, where it has one that was not counted before.

    What counts for the first time is written under the lead's lock by its verb; a later line writes nothing here, so
    that a verb which holds only a coach's lock never takes the lead's after it.
    """
    require_transaction()
    reason = reason_of(activity)
    if not reason:
        return
    lead = activity.lead
    values = {
        "lead": lead.pk,
        "at": statements.adapt(activity.at),
        "reason": reason,
        "points": REASONS[reason][1],
    }

    def keep(row: tuple[int]) -> None:
        (lead.score,) = row

    if statements.on_postgresql():
        statements.soon(_BOTH, values, then=keep)
    elif statements.rows(_ONCE, values):
        statements.soon(_COUNT, values, then=keep)


def explained(lead: Lead) -> list[tuple[ScoreReason, str]]:
    """The lead's reasons in the order they came, each with its words."""
    return [(row, REASONS.get(row.reason, (row.reason, 0))[0]) for row in lead.score_reasons.all()]
