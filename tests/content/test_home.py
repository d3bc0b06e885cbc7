"""The home page: one main action, and the roles as they were published."""

import pytest
from django.test import Client

from content.models import Revision
from tests.content.page import cells, read

GUIDE = "/guides/tpm-vs-product-vs-project-manager/"


def test_home_shows_roles_and_table_of_the_published_revision(live: Revision, client: Client) -> None:
    page = read(client.get("/").content)
    cards = page.find("article")
    assert [card.find("h3")[0].text for card in cards] == [
        "Product Manager",
        "Project Manager",
        "Technical Program Manager",
    ]
    assert [card.find("p")[-1].text for card in cards] == [
        "Common KPI Product adoption",
        "Common KPI On-time delivery",
        "Common KPI Program success",
    ]
    assert len(cells(page.find("table")[0])) == 9


def test_home_has_the_quiz_as_its_one_main_action_and_booking_second(live: Revision, client: Client) -> None:
    (main,) = read(client.get("/").content).find("main")
    buttons = [(a.text, a.attrs["href"]) for a in main.find("a") if "btn" in a.attrs.get("class", "")]
    assert buttons == [
        ("Take the 3-minute quiz", "/quiz/"),
        ("Book a coaching call", "/book/"),
        ("Read the full guide", GUIDE),
    ]
    assert [a.text for a in main.find("a") if "btn-main" in a.attrs.get("class", "")] == ["Take the 3-minute quiz"]


@pytest.mark.django_db
def test_home_stands_without_a_guide(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    (main,) = read(response.content).find("main")
    assert [a.text for a in main.find("a")] == ["Take the 3-minute quiz", "Book a coaching call"]
