"""What people do, as they would: pages, forms, mailed links. Each `yield` is a moment in which others act and mail comes."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, unquote, urlsplit

from tests.journeys.visitor import Page, Visitor
from tests.simulated.cast import PAGES, Person
from tests.simulated.tally import Tally, day_of
from tests.simulated.world import World

Act = Iterator[None]
KIND = "/book/career-consultation/"
LASTS = timedelta(minutes=30)
QUIZ, SUBSCRIBE = "/quiz/", "/subscribe/"


@dataclass(slots=True)
class Life:
    """One person on the site, and the books in which it is written down."""

    person: Person
    world: World
    tally: Tally
    later: Callable[[int, Act], None]  # so many days from now

    def come(self) -> Act:
        """The first visit: read, perhaps take the quiz, ask for the guide, confirm, book."""
        person = self.person
        visitor = self.world.visitor(person.address, person.agent)
        here = self.read(visitor, person.page, person.campaign)
        for page in person.more:
            self.read(visitor, page, "")
        if person.answers:
            yield from self.take_quiz(visitor, here)
        if person.asks:
            yield from self.ask(visitor, here)
        if person.confirms and not person.trapped:
            yield from self.confirm(visitor)
        if person.books:
            yield from self.book(visitor, here)
        elif person.erases_after:
            self.later(person.erases_after, self.erase())
        if person.returns_after:
            self.later(person.returns_after, self.come_back())
        if person.unsubscribes and not person.trapped and not person.erases_after:
            self.later(2, self.unsubscribe())

    def read(self, visitor: Visitor, page: str, campaign: str) -> str:
        """Open a page of the guide; the address that the browser shows."""
        here = f"{page}?utm_source={quote(campaign)}" if campaign else page
        self.tally.read(self.world.now(), page, self.person.address, self.person.agent)
        _ok(visitor.get(here))
        return here

    def take_quiz(self, visitor: Visitor, here: str) -> Act:
        """All eight questions, and perhaps the result by mail."""
        person, (source, page) = self.person, whence(here)
        sheet = _ok(visitor.get(QUIZ, referrer=here))
        yield
        form = sheet.form(having="edition")
        result = _ok(visitor.submit(sheet, form, **picks(form.choices, person.answers)))
        assert result.path.startswith("/quiz/result/"), result.path
        role = "undecided" if person.answers == "several" else person.answers
        self.tally.took_quiz(self.world.now(), source, page, role)
        if person.mails_result:
            yield
            sent = visitor.submit(result, result.form(having="wants_list"), email=person.email, name=person.name)
            assert "emailed=1" in _ok(sent).path
            self.tally.left_address(person.email, self.world.now(), source=source, page=page, role=role)

    def ask(self, visitor: Visitor, here: str) -> Act:
        """The guide by mail, by the link that stands on the page where it has one."""
        person, (source, page) = self.person, whence(here)
        form_page = _ok(visitor.get(f"{SUBSCRIBE}?from={urlsplit(here).path}", referrer=here))
        yield
        wishes = {"wants_list": person.wants_list or None, "wants_call": person.wants_call or None}
        told = {"name": person.name, "email": person.email, "phone": person.phone, "role_of_interest": person.role}
        trap = {"company_website": "https://example.org/"} if person.trapped else {}
        answer = visitor.submit(form_page, form_page.form(having="email"), **told, **wishes, **trap)
        if person.trapped:
            assert (answer.status, "A hidden field was filled in" in answer.text) == (422, True), answer.text[:2000]
            yield
            # Without script there is no proof: a person looks at it.
            answer = visitor.submit(answer, answer.form(having="email"))
            assert "/held" in answer.path or "a person" in answer.text, answer.path
            self.tally.held["people"] += 1
            self.later(1, self.be_let_in(source, page))
            return
        assert answer.path == "/subscribe/thanks/", (answer.status, answer.path, answer.text[:3000])
        self.tally.left_address(person.email, self.world.now(), source=source, page=page, role=person.role)

    def be_let_in(self, source: str, page: str) -> Act:
        """Staff have looked: it is no robot."""
        staff = self.world.staff()
        listed = _ok(staff.get(f"/admin/leads/quarantine/?q={quote(self.person.email)}"))
        row = next(href for href, _ in listed.links if "/quarantine/" in href and "/change/" in href)
        held = _ok(staff.get(row))
        form = next(form for form in held.forms if form.action.endswith("/release-it/"))
        _ok(staff.submit(held, form))
        known = self.person
        self.tally.left_address(known.email, self.world.now(), source=source, page=page, role=known.role)
        yield from ()

    def confirm(self, visitor: Visitor) -> Act:
        """The button behind the mailed link."""
        link = yield from self.mailed("/confirm/")
        page = _ok(visitor.get(link))
        _ok(visitor.submit(page, page.post_form()))
        self.tally.step(self.person.email, "confirmed", self.world.now())

    def book(self, visitor: Visitor, here: str) -> Act:
        """A time within two weeks, held and then booked; taken ones are left to others."""
        person, dice, (source, origin) = self.person, random.Random(self.person.number), whence(here)
        for attempt in range(8):
            day = day_of(self.world.now()) + timedelta(days=1 + dice.randrange(9) + attempt)
            page = _ok(visitor.get(f"{KIND}?tz=America/New_York&day={day}&from={day}", referrer=here))
            starts = [s for form in page.forms for s in form.choices.get("start", [])]
            if not starts:
                continue
            start, chosen_at = dice.choice(starts), self.world.now()
            details = visitor.submit(page, page.form(having="start"), start=start)
            if details.status == 409:
                continue
            yield
            form = _ok(details).form(having="idempotency_key")
            booked = _ok(visitor.submit(details, form, name=person.name, email=person.email, phone=person.phone))
            assert "Your call is booked" in booked.text, booked.text[:3000]
            self.tally.left_address(person.email, self.world.now(), source=source, page=origin, role="")
            self.tally.step(person.email, "booked", chosen_at)
            yield from self.after_booking(visitor, datetime.fromisoformat(start))
            return
        raise AssertionError("nothing was free for two weeks")

    def after_booking(self, visitor: Visitor, start: datetime) -> Act:
        """Cancel it from the mail, be erased before it, or have staff write down the day after what became of it."""
        person = self.person
        self.tally.done["booked"] += 1
        if person.outcome == "cancelled":
            link = yield from self.mailed("/booking/")
            cancel = visitor.follow(_ok(visitor.get(link)), "Cancel this call")
            assert "This call is cancelled" in visitor.submit(cancel, cancel.post_form()).text
            self.tally.done["cancelled"] += 1
        if person.outcome == "cancelled" or (person.erases_after and person.number % 2):
            if person.erases_after:
                self.later(1, self.erase())
            return
        self.later((day_of(start) - day_of(self.world.now())).days + 1, self.be_recorded(start))

    def be_recorded(self, start: datetime) -> Act:
        """What staff say of the call."""
        person, staff = self.person, self.world.staff()
        listed = _ok(staff.get(f"/admin/bookings/booking/?which=outcome&q={quote(person.email)}"))
        row = next(href for href, _ in listed.links if "/bookings/booking/" in href and "/change/" in href)
        number = urlsplit(row).path.split("/")[4]
        ask = _ok(staff.get(f"/admin/bookings/booking/{number}/record-outcome/"))
        came = person.outcome != "no_show"
        said = {"outcome": "completed" if came else "no_show"}
        if person.outcome == "enrolled":
            said["programme"] = "Interview Bootcamp"
        done = _ok(staff.submit(ask, ask.form(having="outcome"), **said))
        assert "Recorded:" in done.text, done.text[:3000]
        if came:
            self.tally.step(person.email, "attended", start)
        if person.outcome == "enrolled":
            self.tally.step(person.email, "enrolled", self.world.now())
        self.tally.done[person.outcome] += 1
        if person.erases_after:
            self.later(person.erases_after, self.erase())
        yield from ()

    def come_back(self) -> Act:
        """Another day, by another campaign: who is known already is no new lead."""
        person = self.person
        visitor = self.world.visitor(person.address, person.agent)
        here = self.read(visitor, PAGES[(person.number + 1) % len(PAGES)], "later")
        if person.asks and not person.trapped and not person.erases_after:
            page = _ok(visitor.get(SUBSCRIBE, referrer=here))
            yield
            form = page.form(having="email")
            again = visitor.submit(page, form, name=person.name, email=person.email, role_of_interest="undecided")
            assert _ok(again).path == "/subscribe/thanks/", again.path
            self.tally.done["asked again"] += 1

    def unsubscribe(self) -> Act:
        """From the link in the first letter, where one has come."""
        links = self.world.mail.links(self.person.email, "/unsubscribe/")
        if links:
            visitor = self.world.visitor(self.person.address, self.person.agent)
            page = _ok(visitor.get(links[-1]))
            _ok(visitor.submit(page, page.form(having="List-Unsubscribe")))
            self.tally.done["unsubscribed"] += 1
        yield from ()

    def erase(self) -> Act:
        """Ask for the link, open it, and let go of everything; the figures stay."""
        person = self.person
        if person.email not in self.tally.known:
            return
        visitor = self.world.visitor(person.address, person.agent)
        page = _ok(visitor.get("/my-data/"))
        yield
        _ok(visitor.submit(page, page.form(having="email"), email=person.email))
        link = yield from self.mailed("/my-data/")
        page = _ok(visitor.get(link))
        _ok(visitor.submit(page, page.form(having="sure"), sure=True, do="erase"))
        self.tally.done["erased"] += 1

    def mailed(self, path: str) -> Iterator[None]:
        """The newest link of that kind, a few moments later at most."""
        for _ in range(6):
            yield
            links = self.world.mail.links(self.person.email, path)
            if links:
                return links[-1]
        raise AssertionError(f"no mail with {path} for person {self.person.number}")


def whence(here: str) -> tuple[str, str]:
    """Source and page of somebody who goes on from this address: the campaign, or else the page itself."""
    parts = urlsplit(here)
    return unquote(parts.query.removeprefix("utm_source=")) or parts.path, parts.path


def picks(choices: dict[str, list[str]], wanted: str) -> dict[str, str]:
    """The answers of the eight scored questions, all for one role or in turn for two."""
    roles = ("tpm", "product_manager") if wanted == "several" else (wanted,)
    return {f"pick-q{n}": roles[n % len(roles)] for n in range(1, 9) if f"pick-q{n}" in choices}


def _ok(page: Page) -> Page:
    assert page.status == 200, (page.status, page.path, page.text[:3000])
    return page
