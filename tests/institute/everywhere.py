"""Every address of the public site with something behind it: a link for each token, a slug for each name.

A page that is added without an entry here fails the tests that go everywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from bookings import links, services
from bookings.models import Booking, EventType, IntakeQuestion
from content import first_guide, previews
from content.models import Guide
from content.quiz import first
from content.quiz import services as quiz_services
from leads import magnet, mailbox
from leads.models import Lead
from leads.people import ensure_lead
from mail import tokens, trials
from mail.models import Trial
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN, a_coach, a_type, book, book_unproven, hold

GOOD = {
    "name": "Grace", "email": "grace@example.org", "message": "When do classes begin?", "question": "Is it hard?",
    "phone": "+12155550100", "text": "My train is late.", "why": "I found a job.", "start": "2027-01-14T16:00:00Z",
    "tz": "America/Chicago", "sure": "yes", "questions": "From QA to TPM?", "q": "role",
}  # fmt: skip
# What is posted besides what stands in a form.
MORE = ("csrfmiddlewaretoken", "page", "came_from", "heard_of", "company_website", "form_time", "suspected", "proof",
        "idempotency_key", "do", "coach", "duration", "view", "part", "consent", "only", "place", "next")  # fmt: skip


@dataclass(frozen=True)
class Page:
    """A route of the site: the name it is reversed by, its pattern, and what stands for each of its parameters."""

    name: str
    pattern: str
    arguments: dict[str, str]

    @property
    def path(self) -> str:
        """The address with something behind it."""
        return self.filled(self.arguments)

    def filled(self, arguments: dict[str, str]) -> str:
        """The address with these segments, as they are."""
        path = self.pattern
        for name, value in arguments.items():
            path = path.replace(f"<{name}>", value)
        return f"/{path}"


class Controls(HTMLParser):
    """The forms that post from a page, each with its controls and what a person leaves in them."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self._select = ""
        self._inside = False
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = a.get("method", "").lower() == "post"
            if self._inside:
                self.forms.append({})
        if not self._inside:
            return
        name, form = a.get("name", ""), self.forms[-1]
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            form.setdefault(self._select, a.get("value", ""))
            if a.get("value"):
                form[self._select] = form[self._select] or a["value"]
        elif tag in ("input", "textarea", "button") and name:
            kept = a.get("value", "") if a.get("type") in ("hidden", "radio", "checkbox", "submit") else ""
            form.setdefault(name, GOOD.get(name, kept) if a.get("type") != "hidden" else kept)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        if tag == "form":
            self._inside = False


def patterns() -> Iterator[tuple[str, str]]:
    """Name and pattern of every route of the public site; parameters as <name>, whatever converts them."""

    def walk(found: list[Any], stem: str, space: str) -> Iterator[tuple[str, str]]:
        for each in found:
            here = stem + "".join(
                part if not part.startswith("<") else f"<{part[1:-1].rpartition(':')[2]}>"
                for part in _parts(str(each.pattern))
            )
            if here.startswith(settings.ADMIN_PATH):
                continue
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, here, f"{each.namespace}:" if each.namespace else space)
            elif isinstance(each, URLPattern):
                yield f"{space}{each.name}", here

    return walk(get_resolver().url_patterns, "", "")


def _parts(pattern: str) -> list[str]:
    """The pattern in pieces, parameters apart."""
    parts = [""]
    for letter in pattern:
        if letter == "<":
            parts.append("")
        parts[-1] += letter
        if letter == ">":
            parts.append("")
    return parts


@dataclass
class World:
    """What stands behind the addresses."""

    kind: EventType
    call: Booking
    lead: Lead
    guide: Guide
    segments: dict[str, dict[str, str]]

    def pages(self) -> list[Page]:
        """Every page, in the order of the URLs; a KeyError names one that has no entry."""
        found = []
        for name, pattern in patterns():
            wanted = [part[1:-1] for part in _parts(pattern) if part.startswith("<")]
            known = self.segments.get(name) or (self.segments[name] if "token" in wanted else {})
            found.append(
                Page(
                    name, pattern, {part: known[part] if part in known else self.segments[""][part] for part in wanted}
                )
            )
        return found


def world(now: datetime = NOW) -> World:
    """A guide, a quiz with a result, a call in every state that a link opens, a lead with every link."""
    revision = first_guide.ensure(now=now)
    assert revision is not None
    guide, edition = revision.guide, first.ensure(now=now)
    assert edition is not None
    kind = a_type(a_coach("ada"), slug="consultation")
    for sort in IntakeQuestion.Kind.values:
        IntakeQuestion.objects.create(event_type=kind, label=sort, kind=sort, choices="One\nTwo")
    call = book(kind, TUESDAY_TEN + 3 * DAY)
    asked = book(a_type(*kind.coaches.all(), slug="asked", needs_approval=True), TUESDAY_TEN + 2 * DAY)
    waiting = book_unproven(kind, TUESDAY_TEN + DAY, email="maybe@example.org")
    with transaction.atomic():
        lead = ensure_lead(email="alice@example.org", name="Alice", now=now)
        lead.confirmed_at = now
        lead.save()
    answers = {"q1": ("tpm",), "q2": ("tpm",), "q3": ("tpm",), "q4": ("tpm",), "q5": ("tpm",), "q6": ("tpm",)}
    result = quiz_services.record(edition=edition, answers=answers, seed="0" * 16, key="", came_from="", now=now)
    trial = Trial.objects.create(way=trials.way(), asked_at=now)

    def mint(purpose: str, subject: str, detail: str = "") -> str:
        return tokens.mint(purpose=purpose, subject=subject, expires_at=now + 9 * DAY, now=now, detail=detail)

    manage = {"token": links.mint_manage(booking=call, now=now)}
    own = {purpose: {"token": mint(purpose, mailbox.subject(lead))}
           for purpose in ("confirm", "preferences", "unsubscribe", "my_data")}  # fmt: skip
    answered = {"token": result}
    feed = services.new_feed(owner=lead, now=now).rpartition("/")[2].removesuffix(".ics")
    segments = {
        "": {"slug": "consultation", "name": "none.png"},
        "bookings:details": {
            "slug": "consultation",
            "token": links.mint_hold(booking=hold(kind, TUESDAY_TEN + HOUR), now=now),
        },
        "bookings:prove": {"token": mint("prove", waiting.topic_key, links.address_mark(waiting))},
        "bookings:approve": {"token": links.mint_approve(booking=asked, now=now)},
        "bookings:feed": {"token": feed},
        **{f"bookings:{name}": manage for name in ("manage", "reschedule", "cancel", "edit", "calendar", "subscribe")},
        **{f"leads:{purpose}": own[purpose] for purpose in own},
        "leads:my_data_json": own["my_data"],
        "leads:my_data_text": own["my_data"],
        **{f"content:{name}": {"slug": guide.slug} for name in ("guide", "search", "ask", "asked", "guide_pdf")},
        "content:role": {"slug": "product-manager"},
        "content:guide_file": {"token": magnet.mint(lead, now=now)},
        "content:preview": {"token": previews.make(guide=guide, by=None, now=now)},
        **{f"content:quiz_{name}": answered for name in ("result", "change", "email", "again", "delete")},
        "test_mail": {"token": mint(trials.PURPOSE, f"trial:{trial.pk}")},
    }
    return World(kind, call, lead, guide, segments)
