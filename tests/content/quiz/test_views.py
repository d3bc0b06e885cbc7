"""The quiz as a page, without script."""

import json
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from content.models import QuizDay, QuizEdition, QuizResult
from leads import abuse
from leads.models import Activity, Lead
from mail.models import LinkToken, Message
from tests.content.page import Element, read
from tests.content.quiz.conftest import PJM, PM, TPM, Clock, Give, Take

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
    # It has its result, and nobody can tell that it was no robot: the figures leave it out.
    assert (QuizResult.objects.count(), QuizDay.objects.count()) == (1, 0)


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
