"""The page of a result, without script."""

import json
import random
import re
from pathlib import Path
from typing import Any

from django.test import Client
from pytest_django import Settings

from content.models import QuizEdition, QuizResult
from content.quiz.edition import Edition
from leads.models import Activity, Lead
from mail import tokens
from mail.models import LinkToken, Message
from tests.content.page import Element, cells, read
from tests.content.quiz.conftest import PJM, PM, ROLES, TPM, Clock, Give, Take, by_hand, stored
from tests.content.quiz.test_scoring import random_answers

HOSTILE: list[str] = json.loads((Path(__file__).parents[2] / "data" / "hostile.json").read_text("utf-8"))
NAMES = {"Product Manager (PM)": PM, "Project Manager (PjM)": PJM, "Technical Program Manager (TPM)": TPM}


def everything() -> list[Any]:
    """All rows that a page of the quiz could change."""
    models = [QuizResult, LinkToken, Lead, Activity, Message]
    return [list(model._base_manager.order_by("pk").values()) for model in models]


def main(answer: Any) -> Element:
    (found,) = read(answer.content).find("main")
    return found


def checked(page: Element) -> dict[str, str]:
    return {e.attrs["name"]: e.attrs["value"] for e in page.find("input", type="radio") if "checked" in e.attrs}


# --- The scoring shown is the scoring used ------------------------------------------------------------------------------------


def test_the_scoring_shown_is_the_scoring_used(
    edition: QuizEdition, quiz: Edition, client: Client, give: Give, stopped: Clock, settings: Settings
) -> None:
    settings.ABUSE_LIMITS = dict.fromkeys(settings.ABUSE_LIMITS, "1000000/second")
    dice = random.Random(5)
    headings = set()
    for _ in range(30):
        answers = {key: list(picks) for key, picks in random_answers(quiz, dice).items()}
        sent = {f"pick-{key}": picks[0] for key, picks in answers.items()}
        sent |= {f"pick-{key}_second": picks[1] for key, picks in answers.items() if len(picks) > 1}
        page = main(client.get(client.post("/quiz/", give() | sent)["Location"]))
        table = {NAMES[row]: int(text.split()[0]) for (row, _), text in cells(page.find("table")[0]).items()}
        tags = dict.fromkeys(ROLES, 0)
        for item in page.find("ol", class_="reasons"):
            for tag in item.find("span", class_="tag"):
                points, short = re.match(r"\+(\d) (\w+)", tag.text).groups()  # type: ignore[union-attr]
                tags[{"PM": PM, "PjM": PJM, "TPM": TPM}[short]] += int(points)
        bars = {rect.attrs["width"] for rect in page.find("rect", class_="fill")}
        row = QuizResult.objects.latest("pk")
        used = {role: getattr(row, role) for role in ROLES}
        assert table == tags == used == by_hand(answers)
        assert bars == {str(points) for points in used.values()}
        headings.add(page.find("h1")[0].text.partition(":")[0])
    assert headings == {"A clear fit", "Leaning toward Product Manager", "Leaning toward Project Manager",
                        "Leaning toward Technical Program Manager", "Between two roles", "Close to all three roles"}  # fmt: skip


def test_the_rule_shown_is_the_rule_of_the_edition(
    edition: QuizEdition, client: Client, give: Give, stopped: Clock
) -> None:
    other = QuizEdition(number=2, published_at=edition.published_at, publisher_name="Erin")
    other.snapshot = edition.snapshot | {
        "rule": edition.snapshot["rule"] | {"first": 3, "least_answered": 2, "clear": 9}
    }
    other.save()
    page = main(client.get(client.post("/quiz/", give([TPM, TPM, PM], edition="2"))["Location"]))
    assert cells(page.find("table")[0]) == {
        ("Technical Program Manager (TPM)", "Points"): "6 of 24",
        ("Product Manager (PM)", "Points"): "3 of 24",
        ("Project Manager (PjM)", "Points"): "0 of 24",
    }
    assert "Your pick counts 3 points for its role." in page.text
    assert "A lead of 9 points or more is a clear result" in page.text
    assert page.find("h1")[0].text == "Leaning toward Technical Program Manager"


# --- The result -----------------------------------------------------------------------------------------------------------------


def test_the_whole_result_comes_before_any_field(take: Take, client: Client) -> None:
    page = client.get(take([TPM] * 5 + [PM, PJM], pick__q9="project", pick__q10="month")).content.decode()
    field = page.index('type="email"')
    for words in ("What speaks for it", "What argues against it", "The hard parts", "How to prepare", "Your next step"):
        assert page.index(words) < field
    assert "Plans, budgets and risks are your ground." in page
    assert "A month is short" in page


def test_a_result_is_private_and_unindexed(take: Take, client: Client) -> None:
    place = take([TPM] * 6)
    assert len(place.split("/")[3]) == 32
    for path in (place, f"{place}change/", f"{place}delete/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Cache-Control"], answer["X-Robots-Tag"]) == (200, "no-store", "noindex")
        assert answer["Referrer-Policy"] == "same-origin"
    raw = place.split("/")[3]
    assert [row.digest for row in LinkToken.objects.all()] == [tokens.digest(raw)]


def test_looking_at_a_result_changes_nothing(take: Take, client: Client) -> None:
    place = take([TPM] * 6)
    before = everything()
    for path in (place, f"{place}change/", f"{place}email/", f"{place}delete/", "/quiz/deleted/"):
        for _ in range(2):
            client.get(path)
            client.head(path)
    assert client.get(f"{place}again/").status_code == 405
    assert everything() == before


def test_unknown_expired_foreign_and_deleted_links_get_one_same_page(
    take: Take, client: Client, stopped: Clock
) -> None:
    place, other = take([TPM] * 6), take([PM] * 6)
    client.post(f"{other}delete/")
    foreign = tokens.mint(purpose="confirm", subject="lead:1:x", expires_at=None, now=stopped.now)
    odd = tokens.mint(purpose="quiz", subject="lead:1", expires_at=None, now=stopped.now)
    assert client.get(place).status_code == 200
    stopped.forward(days=90)
    links = [place, other, *(f"/quiz/result/{raw}/" for raw in ("x", "A" * 32, "A" * 200, "%00", foreign, odd))]
    pages = {(answer.status_code, answer.content) for answer in map(client.get, links)}
    assert [status for status, _ in pages] == [404]
    assert "This link does not work any more" in main(client.get(place)).text
    for action in ("email", "again", "delete"):
        assert client.post(f"/quiz/result/{'A' * 32}/{action}/", {"email": "a@example.org"}).status_code == 404


def test_the_answers_can_be_changed_afterwards(take: Take, client: Client, give: Give) -> None:
    place = take([TPM] * 5 + [PM], pick__q1_second=PJM, pick__q9="student")
    page = main(client.get(f"{place}change/"))
    filled = {name: value for name, value in checked(page).items() if value}
    assert filled == {f"pick-q{number}": TPM for number in range(1, 6)} | {
        "pick-q6": PM,
        "pick-q1_second": PJM,
        "pick-q9": "student",
    }
    hidden = {e.attrs["name"]: e.attrs.get("value", "") for e in page.find("input", type="hidden")}
    assert (hidden["seed"], hidden["edition"]) == ("0123456789abcdef", "1")
    assert (
        client.post("/quiz/", hidden | filled | {"pick-q7": TPM, "form_time": give()["form_time"]}).status_code == 303
    )
    assert client.get(place).status_code == 200


def test_a_deleted_result_is_gone_with_its_links(take: Take, client: Client) -> None:
    place = take([TPM] * 6)
    assert main(client.get(f"{place}delete/")).find("h1")[0].text == "Delete your result?"
    answer = client.post(f"{place}delete/")
    assert (answer.status_code, answer["Location"]) == (303, "/quiz/deleted/")
    assert main(client.get(answer["Location"])).find("h1")[0].text == "Your result is deleted"
    assert (QuizResult.objects.count(), client.get(place).status_code) == (0, 404)


def test_the_page_that_led_here_is_kept_with_the_result(edition: QuizEdition, client: Client, take: Take) -> None:
    def carried(**get: Any) -> str:
        (field,) = [e for e in main(client.get("/quiz/", **get)).find("input") if e.attrs["name"] == "came_from"]
        return field.attrs.get("value", "")

    guide = "/guides/tpm-vs-product-vs-project-manager/"
    assert carried(headers={"referer": f"http://testserver{guide}"}) == guide
    assert carried(query_params={"from": guide}) == guide
    assert [carried(headers={"referer": other}) for other in ("https://evil.example/x", "http://[", "")] == [""] * 3
    campaign = f"{guide}?utm_source=news"
    assert carried(query_params={"from": guide}, headers={"referer": f"http://testserver{campaign}"}) == campaign
    assert [carried(query_params={name: "news"}) for name in ("utm_source", "x")] == ["/quiz/?utm_source=news", ""]
    take([TPM] * 6, came_from=guide)
    assert stored().came_from == guide
