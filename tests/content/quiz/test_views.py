"""The quiz and its result as pages, without script."""

import json
import random
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from content.models import QuizEdition, QuizResult
from content.quiz.edition import Edition
from leads import abuse
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


# --- Taking it ---------------------------------------------------------------------------------------------------------------


def test_reading_the_quiz_changes_nothing_and_asks_for_no_address(edition: QuizEdition, client: Client) -> None:
    before = everything()
    for _ in range(3):
        client.get("/quiz/")
        client.head("/quiz/")
    answer = client.get("/quiz/")
    assert everything() == before
    assert set(answer.cookies) == {"csrftoken"}
    page = main(answer)
    assert "8 questions, about 3 minutes, no email." in page.text
    assert [e.attrs["name"] for e in page.find("input") if "mail" in e.attrs["name"]] == []
    assert checked(page) == {f"pick-q{number}_second": "" for number in range(1, 9)}


def test_each_question_says_its_number_to_a_screen_reader(edition: QuizEdition, client: Client) -> None:
    legends = [e.find("legend")[0].text for e in main(client.get("/quiz/")).find("fieldset") if "id" in e.attrs]
    assert [text.partition(":")[0] for text in legends] == [
        *(f"Question {number} of 8" for number in range(1, 9)),
        "Not scored, optional",
        "Not scored, optional",
    ]


def test_two_visitors_see_two_orders_and_one_sees_the_same_after_a_mistake(
    edition: QuizEdition, client: Client, give: Give, stopped: Clock
) -> None:
    def order(answer: Any) -> list[str]:
        return [e.attrs["value"] for e in main(answer).find("input", type="radio")]

    assert len({tuple(order(client.get("/quiz/"))) for _ in range(8)}) > 1
    again = [client.post("/quiz/", give([TPM], seed=seed)) for seed in ("0" * 16, "0" * 16, "1" * 16)]
    assert order(again[0]) == order(again[1]) != order(again[2])


def test_too_few_answers_come_back_with_what_is_missing_and_all_that_was_picked(
    edition: QuizEdition, client: Client, give: Give, stopped: Clock
) -> None:
    answer = client.post("/quiz/", give([TPM, PM, "", "", "", "", PJM], pick__q2_second=TPM, pick__q9="student"))
    assert answer.status_code == 422
    page = main(answer)
    (summary,) = page.find("div", class_="error-summary")
    assert "Please answer at least 6 of the 8 questions; you have answered 3 so far." in summary.text
    assert [a.attrs["href"] for a in summary.find("a")] == [f"#question-{number}" for number in (3, 4, 5, 6, 8)]
    kept = {name: value for name, value in checked(page).items() if value}
    assert kept == {"pick-q1": TPM, "pick-q2": PM, "pick-q2_second": TPM, "pick-q7": PJM, "pick-q9": "student"}
    assert QuizResult.objects.count() == 0


def test_a_second_pick_alone_is_asked_about(edition: QuizEdition, client: Client, give: Give, stopped: Clock) -> None:
    answer = client.post("/quiz/", give([TPM] * 7, pick__q8_second=PM))
    assert answer.status_code == 422
    (field,) = main(answer).find("fieldset", id="question-8")
    assert "Choose a first pick too, or take the second one back." in field.text
    assert "open" in field.find("details")[0].attrs


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"company_website": "https://spam.example"}, "A hidden field was filled in"),
        ({"form_time": ""}, "We could not tell when this form was opened."),
    ],
)
def test_a_robots_form_comes_back_with_its_answers(
    edition: QuizEdition, client: Client, give: Give, stopped: Clock, change: dict[str, str], sentence: str
) -> None:
    answer = client.post("/quiz/", give([TPM] * 8, **change))
    assert answer.status_code == 422
    assert sentence in main(answer).text
    assert checked(main(answer))["pick-q8"] == TPM
    assert QuizResult.objects.count() == 0
    stopped.forward(seconds=3)  # a person sends it once more
    hidden = {e.attrs["name"]: e.attrs.get("value", "") for e in main(answer).find("input", type="hidden")}
    assert client.post("/quiz/", give([TPM] * 8) | hidden).status_code == 303


def test_the_limit_is_told_in_words_and_keeps_the_answers(
    edition: QuizEdition, client: Client, give: Give, stopped: Clock, settings: Settings
) -> None:
    settings.ABUSE_LIMITS = settings.ABUSE_LIMITS | {"quiz:address": "1/hour"}
    assert client.post("/quiz/", give([TPM] * 8)).status_code == 303
    answer = client.post("/quiz/", give([PM] * 8))
    assert (answer.status_code, int(answer["Retry-After"]) <= 3600) == (429, True)
    assert "Please wait a little" in main(answer).text
    assert checked(main(answer))["pick-q1"] == PM


def test_sending_the_same_form_twice_is_one_result(take: Take, client: Client) -> None:
    key = "k" * 32
    first, second = (take([TPM] * 8, idempotency_key=key) for _ in range(2))
    assert first != second
    assert main(client.get(first)).find("h1")[0].text == main(client.get(second)).find("h1")[0].text
    assert QuizResult.objects.count() == 1
    take([PM] * 8, idempotency_key=key)  # back, changed, sent again
    assert sorted(QuizResult.objects.values_list("first_role", flat=True)) == [PM, TPM]


def test_every_form_needs_its_proof(take: Take, give: Give) -> None:
    place = take([TPM] * 8)
    strict = Client(enforce_csrf_checks=True)
    paths = ["/quiz/", f"{place}email/", f"{place}again/", f"{place}delete/"]
    assert [strict.post(path, give([TPM] * 8)).status_code for path in paths] == [403] * 4
    assert QuizResult.objects.count() == 1


def test_without_an_edition_the_page_says_so(db: None, client: Client, give: Give) -> None:
    for answer in (client.get("/quiz/"), client.post("/quiz/", give([TPM] * 8))):
        assert answer.status_code == 200
        assert "The quiz is not open at the moment." in main(answer).text


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
    take([TPM] * 6, came_from=guide)
    assert stored().came_from == guide


# --- Whatever is sent -----------------------------------------------------------------------------------------------------------

FIELDS = ["pick-q1", "pick-q1_second", "pick-q9", "seed", "edition", "idempotency_key", "came_from", "form_time"]


@pytest.mark.parametrize("field", FIELDS)
def test_junk_in_any_field_gets_an_answer_in_words(
    edition: QuizEdition, client: Client, give: Give, stopped: Clock, settings: Settings, field: str
) -> None:
    settings.ABUSE_LIMITS = dict.fromkeys(settings.ABUSE_LIMITS, "1000000/second")
    for value in [*HOSTILE[::9], "\x00", "a\x00b", "x" * 100_000, "\udcff", "9" * 30]:
        sent = give([TPM] * 7, **{field.replace("-", "__"): value.encode("utf-8", "replace").decode()})
        answer = client.post("/quiz/", sent)
        assert answer.status_code in {303, 422}, (field, value[:40])
        if answer.status_code == 422:
            assert main(answer).find("div", class_="error-summary")
        else:
            assert client.get(answer["Location"]).status_code == 200


def test_repeated_missing_and_unknown_keys_are_no_error_page(
    edition: QuizEdition, client: Client, give: Give, stopped: Clock
) -> None:
    twice = give([TPM] * 7) | {"pick-q1": [TPM, PM], "pick-q77": "x", "pick-q2[]": "y"}
    assert client.post("/quiz/", twice).status_code == 303
    assert client.post("/quiz/").status_code == 422
    assert client.post("/quiz/", "a=%FF%00", content_type="application/x-www-form-urlencoded").status_code in {400, 422}
    assert client.get("/quiz/?from=%00&seed=%FF").status_code == 200


def test_what_editors_write_is_shown_as_text(edition: QuizEdition, client: Client, give: Give, stopped: Clock) -> None:
    nasty = "<script>alert(1)</script><b data-x>"
    snapshot = json.loads(json.dumps(edition.snapshot))
    snapshot["questions"][0]["prompt"] = nasty
    snapshot["questions"][0]["options"][2]["label"] = nasty
    snapshot["questions"][8]["options"][0]["advice"] = nasty
    other = QuizEdition(number=2, published_at=edition.published_at, publisher_name="Erin", snapshot=snapshot)
    other.save()
    place = client.post("/quiz/", give([TPM] * 6, edition="2", pick__q9="engineering"))["Location"]
    for path in ("/quiz/", place):
        html = client.get(path).content.decode()
        assert nasty not in html
        assert nasty in unescape(html)


def test_the_form_is_as_old_as_the_visit_says(edition: QuizEdition, client: Client, give: Give, stopped: Clock) -> None:
    day_old = abuse.form_time(stopped.now - timedelta(hours=25))
    answer = client.post("/quiz/", give([TPM] * 8, form_time=day_old))
    assert (answer.status_code, checked(main(answer))["pick-q3"]) == (422, TPM)
