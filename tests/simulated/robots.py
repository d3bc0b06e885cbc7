"""What robots try. Every form of theirs is refused or waits for a person, and none of them is anybody in the figures."""

from collections.abc import Iterator

from tests.journeys.visitor import Page
from tests.simulated.acts import KIND, QUIZ, SUBSCRIBE, picks
from tests.simulated.cast import GUIDE, Robot
from tests.simulated.tally import Tally
from tests.simulated.world import World

FORGED = "1799999999999:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def act(robot: Robot, world: World, tally: Tally) -> Iterator[None]:
    """One visit of a robot."""
    visitor = world.visitor(robot.address, robot.agent)
    visitor.get(GUIDE)
    contact = robot.trick == "contact"
    path = QUIZ if robot.trick == "quiz" else "/contact/" if contact else SUBSCRIBE
    page = visitor.get(path)
    told: dict[str, str | bool | None] = {"name": f"Robot {robot.number}", "email": f"r{robot.number}@robots.example"}
    told |= {"message": "Buy."} if contact else {"role_of_interest": "tpm", "wants_list": True}
    bad: dict[str, str | bool | None] = {"company_website": "https://spam.example/"}
    if robot.trick in ("forged", "contact"):
        bad = {"form_time": FORGED}
    if robot.trick == "quiz":
        told = {**picks(page.form(having="edition").choices, "tpm")}
    having = "edition" if robot.trick == "quiz" else "email"

    def send(on: Page, **more: str | bool | None) -> Page:
        tally.done["forms of robots"] += 1
        return visitor.submit(on, on.form(having=having), **told | more)

    if robot.trick in ("fast", "hammer"):
        # Faster than anybody types, again and again.
        for n in range(2 if robot.trick == "fast" else world.limit):
            _refused(send(visitor.get(path), email=f"r{robot.number}.{n}@robots.example"), tally)
        if robot.trick == "fast":
            return
        # Then slowly, into the trap, until the network has used up its hour.
    yield
    caught = send(page, **bad)
    _refused(caught, tally)
    yield
    if robot.trick == "hammer":
        for n in range(world.limit + 3):
            again = send(caught, email=f"r{robot.number}-{n}@robots.example", **bad)
            if n < world.limit:
                _held(again, tally)
            else:
                _refused(again, tally, status=429)
        for _ in range(5):
            visitor.get(KIND)
        return
    again = send(caught, **bad)
    if robot.trick == "quiz":  # it has its result, which is nobody's, and the figures leave it out
        assert again.path.startswith("/quiz/result/"), again.text[:2000]
        tally.done["robots' quiz runs"] += 1
    else:
        _held(again, tally)


def _refused(page: Page, tally: Tally, status: int = 422) -> None:
    assert page.status == status, (page.status, page.path, page.text[:2000])
    tally.done["refused"] += 1


def _held(page: Page, tally: Tally) -> None:
    assert (page.status, page.path) == (200, "/form/received/"), (page.status, page.path, page.text[:2000])
    tally.held["robots"] += 1
