"""Who comes in a quarter, drawn from a seed: people with what they will do, and robots with what they will try."""

import random
from dataclasses import dataclass, field

GUIDE = "/guides/tpm-vs-product-vs-project-manager/"
PAGES = (GUIDE, GUIDE, GUIDE, "/roles/technical-program-manager/", "/roles/product-manager/", "/guides/")
# The last one would like to be a formula in somebody's spreadsheet.
CAMPAIGNS = ("", "", "", "newsletter", "linkedin", '=HYPERLINK("x")')
ROLES = ("product_manager", "project_manager", "tpm")
BROWSERS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/604.1",
)
ROBOTS = (
    "python-requests/2.32.5 of nobody",
    "Mozilla/5.0 (compatible; ExampleBot/1.0; +https://bot.example/)",
    "curl/8",
)
TRICKS = ("trap", "fast", "forged", "contact", "quiz", "hammer")
_SYLLABLES = (
    "bra",
    "cle",
    "dro",
    "fli",
    "gwe",
    "hul",
    "jor",
    "kni",
    "lum",
    "mez",
    "nar",
    "ost",
    "pra",
    "qui",
    "rel",
    "sto",
)


@dataclass(slots=True)
class Person:
    """One visitor, and what they will do if the site lets them."""

    number: int
    day: int
    hour: int
    address: str
    agent: str
    page: str
    campaign: str
    more: tuple[str, ...] = ()
    answers: str = ""  # a role, or "several"; "" takes no quiz
    mails_result: bool = False
    asks: bool = False
    role: str = ""
    wants_list: bool = False
    wants_call: bool = False
    trapped: bool = False  # a password manager fills the hidden field, and a person at the desk lets the form in
    confirms: bool = False
    books: bool = False
    outcome: str = ""  # "completed", "enrolled", "no_show", "cancelled"
    unsubscribes: bool = False
    erases_after: int = 0  # days; 0 never
    returns_after: int = 0
    name: str = field(init=False)
    email: str = field(init=False)
    phone: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = f"{_word(self.number * 7 + 3, 2).title()} {_word(self.number, 4).title()}"
        self.email = f"{self.name.replace(' ', '.').lower()}@visitor{self.number % 7}.example"
        self.phone = f"({312 + self.number % 3}) {220 + self.number % 700}-{1000 + self.number % 9000:04}"

    @property
    def traces(self) -> tuple[str, ...]:
        """What must stand in no log and in no key: the name, the address, the number as typed, stored and bare."""
        digits = "".join(char for char in self.phone if char.isdigit())
        return (self.name, self.email, self.phone, f"+1{digits}", digits)


@dataclass(frozen=True, slots=True)
class Robot:
    """One robot and its trick."""

    number: int
    day: int
    hour: int
    trick: str

    @property
    def address(self) -> str:
        """A network of its own."""
        return f"172.{16 + (self.number >> 16 & 15)}.{self.number >> 8 & 255}.{self.number & 255}"

    @property
    def agent(self) -> str:
        """What it says it is; without a browser's words it is no reader."""
        return ROBOTS[self.number % len(ROBOTS)]


def people(number: int, *, seed: int, days: int, share: float = 1) -> list[Person]:
    """So many people, the same for the same seed; of those who take the quiz or ask for the guide, only a share."""
    dice, cast = random.Random(seed), []
    for n in range(number):
        person = Person(
            number=n,
            day=dice.randrange(days),
            hour=dice.randrange(23),
            address=f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}",
            agent=dice.choice(BROWSERS),
            page=dice.choice(PAGES),
            campaign=dice.choice(CAMPAIGNS),
            more=(dice.choice(PAGES),) if dice.random() < 0.2 else (),
        )
        if cast and dice.random() < 0.03:  # two people behind one address with the same browser: one reader
            person.address, person.agent = cast[-1].address, cast[-1].agent
        _plan(person, dice, share)
        cast.append(person)
    return cast


def robots(number: int, *, seed: int, days: int) -> list[Robot]:
    """So many robots, every trick in turn."""
    dice = random.Random(seed + 1)
    return [Robot(n, dice.randrange(days), dice.randrange(23), TRICKS[n % len(TRICKS)]) for n in range(number)]


def _plan(person: Person, dice: random.Random, share: float) -> None:
    def chance(of: float) -> bool:
        return dice.random() < of

    if chance(0.22 * share):
        person.answers = dice.choice((*ROLES, "several"))
        person.mails_result = chance(0.3)
    if chance(0.26 * share):
        person.asks = True
        person.role = dice.choice((*ROLES, "undecided"))
        person.wants_list = chance(0.6)
        person.wants_call = chance(0.3)
        person.trapped = chance(0.06)
    known = person.asks or person.mails_result
    person.confirms = known and chance(0.7)
    person.books = chance(0.3) if person.confirms else chance(0.03)
    if person.books:
        person.outcome = dice.choice(("completed", "completed", "enrolled", "enrolled", "no_show", "cancelled"))
    person.unsubscribes = person.confirms and person.wants_list and chance(0.3)
    if (known or person.books) and chance(0.2):
        person.erases_after = dice.randrange(1, 21)
    if chance(0.1):
        person.returns_after = dice.randrange(1, 15)


def _word(number: int, syllables: int) -> str:
    word = ""
    for _ in range(syllables):
        word += _SYLLABLES[number % len(_SYLLABLES)]
        number //= len(_SYLLABLES)
    return word
