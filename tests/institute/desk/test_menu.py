"""The sidebar shows each role its own work, and no list is left out."""

import re
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse

from bookings.models import Coach
from institute.desk.menu import PAGES, navigation

pytestmark = pytest.mark.django_db


def menu(user: User) -> dict[str | None, list[str]]:
    """Group → titles."""
    request = RequestFactory().get("/admin/")
    request.user = user
    return {group["title"]: [item["title"] for item in group["items"]] for group in navigation(request)}


def links(user: User) -> list[str]:
    """Every link of the menu."""
    request = RequestFactory().get("/admin/")
    request.user = user
    return [item["link"] for group in navigation(request) for item in group["items"]]


def test_an_owner_finds_every_list_exactly_once(member: Callable[..., User]) -> None:
    superuser = User.objects.create_superuser("root")
    found = [link for link in links(superuser) if link != "/admin/"]
    assert len(found) == len(set(found))
    lists = {f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry}
    pages = {reverse(url) for pages in PAGES.values() for _, _, url, _ in pages}
    assert set(found) == lists | pages
    assert set(links(member("Owner"))) == set(links(superuser))


@pytest.mark.parametrize(
    ("group", "headings"),
    [
        ("Owner", [None, "Consultations", "Leads", "Guide", "Mail", "Institute"]),
        ("Advisor", [None, "Consultations", "Leads", "Mail"]),
        ("Editor", [None, "Guide"]),
        ("Coach", [None, "Consultations", "Leads"]),
    ],
)
def test_a_role_sees_its_own_groups(member: Callable[..., User], group: str, headings: list[str | None]) -> None:
    assert list(menu(member(group))) == headings


def test_staff_find_consultations_first_and_the_institute_under_its_name(member: Callable[..., User]) -> None:
    owner = menu(member("Owner"))
    assert owner["Consultations"][0] == "Consultations"
    assert owner["Institute"][0] == "Institute"
    assert "Institute" not in owner["Mail"]


@pytest.mark.parametrize("group", ["Owner", "Advisor", "Editor", "Coach"])
def test_every_link_of_the_menu_opens(member: Callable[..., User], group: str) -> None:
    user = member(group)
    if group == "Coach":
        Coach.objects.create(name="Alice", slug="alice", user=user)
    client = Client()
    client.force_login(user)
    answers = {link: client.get(link).status_code for link in links(user)}
    assert {link: status for link, status in answers.items() if status not in {200, 302}} == {}
    assert answers["/admin/"] == 200


def test_the_page_shows_the_menu(member: Callable[..., User]) -> None:
    client = Client()
    client.force_login(member("Coach"))
    page = client.get("/admin/").content.decode()
    assert re.findall(r"<h2[^>]*>\s*(Consultations|Leads|Guide|Mail|Institute)\s", page) == ["Consultations", "Leads"]


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/admin/", "Overview"),
        ("/admin/leads/lead/", "Leads"),
        ("/admin/leads/lead/7/change/", "Leads"),
        ("/admin/leads/lead/day/", "Your day"),
        ("/admin/leads/task/overdue/", "Overdue tasks"),
        ("/admin/funnel/", "Funnel"),
        ("/admin/password_change/", None),
    ],
)
def test_one_item_is_where_the_reader_is(member: Callable[..., User], path: str, title: str | None) -> None:
    request = RequestFactory().get(path)
    request.user = member("Owner")
    items = [item for group in navigation(request) for item in group["items"]]
    assert [item["title"] for item in items if item["active"]] == ([title] if title else [])
