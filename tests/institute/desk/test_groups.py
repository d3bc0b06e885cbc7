"""The four groups exist after migrate, and each may do what its people do."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command

from institute.desk import groups

pytestmark = pytest.mark.django_db


def may(group: str) -> set[str]:
    """The permissions of a group as app.code."""
    rows = Permission.objects.filter(group__name=group)
    return {f"{app}.{code}" for app, code in rows.values_list("content_type__app_label", "codename")}


def test_a_fresh_database_has_the_groups_and_nobody_in_them() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == {"Owner", "Advisor", "Editor", "Coach"}
    assert User.objects.count() == 0


@pytest.mark.parametrize("group", ["Owner", "Advisor", "Editor", "Coach"])
def test_a_group_holds_exactly_what_is_written_down(group: str) -> None:
    assert may(group) == groups.wanted()[group]
    assert may(group)


@pytest.mark.parametrize(
    ("group", "code", "allowed"),
    [
        ("Owner", "auth.change_user", True),
        ("Owner", "content.publish_guide", True),
        ("Owner", "mail.change_institute", True),
        ("Owner", "content.change_revision", False),
        ("Owner", "bookings.delete_bookingevent", False),
        ("Advisor", "leads.change_lead", True),
        ("Advisor", "leads.delete_lead", False),
        ("Advisor", "mail.send_message", True),
        ("Advisor", "leads.change_consent", False),
        ("Advisor", "content.change_guide", False),
        ("Advisor", "auth.view_user", False),
        ("Editor", "content.publish_guide", True),
        ("Editor", "leads.view_lead", False),
        ("Editor", "bookings.view_booking", False),
        ("Coach", "bookings.add_timeoff", True),
        ("Coach", "bookings.change_schedule", True),
        ("Coach", "bookings.delete_booking", False),
        ("Coach", "bookings.change_eventtype", False),
        ("Coach", "leads.view_lead", True),
        ("Coach", "leads.change_lead", False),
        ("Coach", "mail.view_message", False),
        ("Coach", "auth.change_user", False),
    ],
)
def test_who_may_do_what(group: str, code: str, allowed: bool) -> None:
    app, _, name = code.partition(".")
    assert Permission.objects.filter(content_type__app_label=app, codename=name).exists()
    assert (code in may(group)) is allowed


def test_the_next_migrate_puts_a_group_back_and_leaves_others_alone() -> None:
    coach, own = Group.objects.get(name="Coach"), Group.objects.create(name="Interns")
    coach.permissions.add(Permission.objects.get(codename="change_user"))
    own.permissions.add(Permission.objects.get(codename="view_lead"))
    Group.objects.get(name="Editor").delete()
    groups.ensure()
    assert may("Coach") == groups.wanted()["Coach"]
    assert may("Editor") == groups.wanted()["Editor"]
    assert may("Interns") == {"leads.view_lead"}


@pytest.mark.django_db(transaction=True)
def test_groups_come_after_the_permissions_of_the_last_app() -> None:
    """A flush empties all tables and sends the same signals as the very first migrate."""
    call_command("flush", interactive=False, verbosity=0)
    assert {group: may(group) for group in groups.wanted()} == groups.wanted()


def test_putting_right_what_is_right_writes_nothing(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(5):  # type: ignore[operator]  three reads within a savepoint
        groups.ensure()


def test_a_migrate_that_takes_the_sign_in_tables_away_is_let_through() -> None:
    class NoSignIn:
        def get_model(self, app: str, name: str) -> None:
            raise LookupError(app)

    Group.objects.all().delete()
    groups.after_migrate(using="default", apps=NoSignIn())
    assert Group.objects.count() == 0


@pytest.mark.parametrize("name", ["first_guide", "prepare"])
def test_no_command_that_production_runs_makes_an_account(name: str) -> None:
    call_command(name, verbosity=0)
    assert User.objects.count() == 0
