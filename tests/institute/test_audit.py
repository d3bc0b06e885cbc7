"""The audit: one row for each thing of weight that staff do, or try; nobody writes or rewrites it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.test import Client

from institute.audit import tasks, writing
from institute.audit.models import AuditRow
from institute.desk import groups
from leads import mailbox
from leads.models import Lead
from mail import tokens
from mail.models import Institute
from tests.bookings.house import DAY, HOUR, NOW, TUESDAY_TEN, a_coach, a_type, book

LOGIN, SECRET, LIST = "/admin/login/", "a-long-enough-password", "/admin/audit/auditrow/"
HERE = "198.51.100.7"


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    groups.ensure()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def staff(name: str, group: str) -> User:
    user = User.objects.create_user(name, f"{name}@institute.example", SECRET, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


def browser(user: User) -> Client:
    """Signed in, with nothing on record yet."""
    client = Client(REMOTE_ADDR=HERE)
    client.force_login(user)
    AuditRow._base_manager.all().delete()
    return client


@pytest.fixture
def olga(clock: time_machine.Traveller) -> Client:
    return browser(staff("olga", "Owner"))


@pytest.fixture
def lead(clock: time_machine.Traveller) -> Lead:
    return Lead.objects.create(email="grace@example.org", name="Grace Hopper", created_at=NOW)


def rows() -> list[tuple[str, str, str, str, str]]:
    found = AuditRow.objects.order_by("id").values_list("what", "actor", "target", "detail", "address")
    return list(found)


def test_signing_in_failing_and_leaving_are_one_row_each(clock: time_machine.Traveller) -> None:
    staff("olga", "Owner")
    AuditRow._base_manager.all().delete()
    client = Client(REMOTE_ADDR=HERE)
    client.post(LOGIN, {"username": "olga", "password": "wrong"})
    client.post(LOGIN, {"username": "my-secret-typed-into-the-name", "password": "x"})
    client.post(LOGIN, {"username": "olga", "password": SECRET})
    client.post("/admin/logout/")
    assert rows() == [
        ("sign_in_failed", "visitor", "user olga", "", HERE),
        ("sign_in_failed", "visitor", "an account that is not there", "", HERE),
        ("signed_in", "olga", "user olga", "", HERE),
        ("signed_out", "olga", "user olga", "", HERE),
    ]
    assert set(AuditRow.objects.values_list("at", flat=True)) == {NOW}


def test_a_limit_that_was_hit_is_a_row_an_hour_for_each_client(clock: time_machine.Traveller) -> None:
    staff("olga", "Owner")
    client = Client(REMOTE_ADDR=HERE)
    for _ in range(14):
        client.post(LOGIN, {"username": "olga", "password": "wrong"})
    assert [row for row in rows() if row[0] == "throttled"] == [("throttled", "visitor", "sign_in", "", HERE)]
    clock.shift(HOUR)
    for _ in range(14):
        client.post(LOGIN, {"username": "olga", "password": "wrong"})
    assert AuditRow.objects.filter(what="throttled").count() == 2


def test_a_public_limit_names_the_page_and_no_token(clock: time_machine.Traveller) -> None:
    client = Client(REMOTE_ADDR=HERE)
    for n in range(63):
        client.get(f"/booking/{'B' * 30}{n:02}/")
    assert rows() == [("throttled", "visitor", "bookings:manage", "", HERE)]


def test_every_refusal_at_the_desk_is_a_row(lead: Lead) -> None:
    ada = staff("ada", "Coach")
    kind = a_type(a_coach("ada", user=ada), a_coach("bob"))
    booking = book(kind, TUESDAY_TEN, kind.coaches.get(slug="bob"))
    client = browser(ada)
    refused: list[tuple[str, int, str]] = [
        (f"/admin/bookings/booking/{booking.pk}/change/", 404, f"bookings.Booking {booking.pk}"),
        (f"/admin/leads/lead/{lead.pk}/change/", 404, f"leads.Lead {lead.pk}"),
        (f"/admin/leads/lead/{lead.pk}/do/erase/", 404, f"leads.Lead {lead.pk}"),
        ("/admin/bookings/booking/book-call/", 200, ""),
        ("/admin/auth/user/", 403, "admin:auth_user_changelist"),
        ("/admin/leads/lead/day/", 403, "leads.change_lead"),
        (LIST, 403, "admin:audit_auditrow_changelist"),
    ]
    for path, status, _ in refused:
        assert (path, client.get(path).status_code) == (path, status)
    assert rows() == [("denied", "ada", target, "", HERE) for _, _, target in refused if target]
    AuditRow._base_manager.all().delete()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    AuditRow._base_manager.all().delete()
    assert strict.post("/admin/logout/").status_code == 403
    assert Client().get("/admin/auth/user/").status_code == 302
    assert rows() == [], "a form without its proof, and somebody who has yet to sign in, tried nothing"


def test_exports_and_erasures_are_rows_without_a_name(olga: Client, lead: Lead) -> None:
    Lead.objects.create(email="b@example.org", created_at=NOW)
    pks = list(Lead.objects.values_list("pk", flat=True))
    answer = olga.post("/admin/leads/lead/", {"action": "export_csv", "_selected_action": pks})
    assert b"grace@example.org" in b"".join(answer)  # type: ignore[arg-type]
    olga.get(f"/admin/leads/lead/{lead.pk}/evidence.json")
    olga.get(f"/admin/leads/lead/{lead.pk}/evidence.exe")
    olga.get(f"/admin/leads/lead/{lead.pk}/do/erase/")
    olga.post(f"/admin/leads/lead/{lead.pk}/do/erase/", {"why": ""})
    olga.post(f"/admin/leads/lead/{lead.pk}/do/erase/", {"why": "She asked us to."})
    assert rows() == [
        ("exported", "olga", "2 leads", "", HERE),
        ("exported", "olga", f"consents of lead {lead.pk}", "", HERE),
        ("denied", "olga", "evidence exe", "", HERE),
        ("erased", "olga", f"lead {lead.pk}", "", HERE),
    ]
    assert "Grace" not in str(rows())


def test_an_erasure_by_the_person_is_a_row(clock: time_machine.Traveller, lead: Lead) -> None:
    raw = tokens.mint(purpose="my_data", subject=mailbox.subject(lead), expires_at=None, now=NOW)
    Client(REMOTE_ADDR=HERE).post(f"/my-data/{raw}/", {"do": "erase", "sure": "yes"})
    assert rows() == [("erased", "visitor", f"lead {lead.pk}", "", HERE)]


def test_an_export_that_cannot_be_put_on_record_does_not_leave(olga: Client, lead: Lead, settings: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditrow RENAME TO away")
    olga.raise_request_exception = False
    answer = olga.post("/admin/leads/lead/", {"action": "export_csv", "_selected_action": [lead.pk]})
    assert answer.status_code == 500
    assert b"grace@example.org" not in answer.content


def test_roles_accounts_and_settings_are_rows_with_what_changed_and_no_value(olga: Client) -> None:
    bob = staff("bob", "Coach")
    AuditRow._base_manager.all().delete()
    advisor = Group.objects.get(name="Advisor")
    page = olga.get(f"/admin/auth/user/{bob.pk}/change/")
    assert page.status_code == 200
    sent = {
        "username": "bob", "email": "new@institute.example", "is_active": "on", "is_staff": "on", "is_superuser": "on",
        "groups": [advisor.pk], "date_joined_0": "2027-01-11", "date_joined_1": "10:00:00",
    }  # fmt: skip
    assert olga.post(f"/admin/auth/user/{bob.pk}/change/", sent).status_code == 302
    assert rows() == [
        ("account_changed", "olga", "user bob", "email", HERE),
        ("role_changed", "olga", "user bob", "superuser True", HERE),
        ("role_changed", "olga", "user bob", "groups taken away: Coach", HERE),
        ("role_changed", "olga", "user bob", "groups added: Advisor", HERE),
    ]
    AuditRow._base_manager.all().delete()
    olga.post(f"/admin/auth/user/{bob.pk}/password/", {"password1": "n3w-long-enough", "password2": "n3w-long-enough"})
    assert rows() == [("account_changed", "olga", "user bob", "password", HERE)]
    AuditRow._base_manager.all().delete()
    olga.post(
        "/admin/mail/institute/add/",
        {"name": "Tpm Institute", "phone_0": "US", "phone": "+12154302201", "phone_hours": "Never",
         "postal_address": "", "reply_to": "", "default_time_zone": "America/New_York"},
    )  # fmt: skip
    Institute.objects.get(pk=1).save()
    institute = Institute.objects.get(pk=1)
    institute.phone_hours = "Always"
    institute.save()
    found = [(what, actor, detail) for what, actor, _, detail, _ in rows()]
    assert found[0][:2] == ("setting_changed", "olga")
    assert found[1:] == [("setting_changed", "command line", "phone hours")]


def test_what_the_command_line_does_to_accounts_is_on_record(clock: time_machine.Traveller) -> None:
    call_command("createsuperuser", interactive=False, username="root", email="r@institute.example", verbosity=0)
    root = User.objects.get()
    root.is_active = False
    root.save()
    root.groups.set([Group.objects.get(name="Owner")])
    root.groups.clear()
    root.delete()
    assert [(what, actor, target, detail) for what, actor, target, detail, _ in rows()] == [
        ("account_changed", "command line", "user root", "made (staff, superuser)"),
        ("role_changed", "command line", "user root", "active False"),
        ("role_changed", "command line", "user root", "groups added: Owner"),
        ("role_changed", "command line", "user root", "groups all taken away"),
        ("role_changed", "command line", "user root", "deleted"),
    ]


def test_nobody_writes_or_rewrites_it_and_owners_read_it(olga: Client) -> None:
    root = User.objects.create_superuser("root", "r@institute.example", SECRET)
    row = AuditRow.objects.order_by("id").first()
    assert row is not None
    before = AuditRow.objects.count()
    for client in (olga, browser_of(root)):
        assert "Account changed" in client.get(LIST).content.decode()
        for path in (f"{LIST}add/", f"{LIST}{row.pk}/delete/"):
            assert (client.get(path).status_code, client.post(path, {"post": "yes"}).status_code) == (403, 403)
        assert client.get(f"{LIST}{row.pk}/change/").status_code == 200
        assert client.post(f"{LIST}{row.pk}/change/", {"actor": "nobody"}).status_code == 403
        client.post(LIST, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert AuditRow.objects.filter(pk=row.pk, actor=row.actor).count() == 1
    assert AuditRow.objects.count() > before, "the tries are rows too"
    for change in (row.save, lambda: AuditRow.objects.update(actor="x"), lambda: AuditRow.objects.all().delete()):
        with pytest.raises(TypeError):
            change()
    for group in ("Advisor", "Editor", "Coach"):
        assert browser_of(staff(group.lower(), group)).get(LIST).status_code == 403


def browser_of(user: User) -> Client:
    client = Client(REMOTE_ADDR=HERE)
    client.force_login(user)
    return client


@pytest.mark.parametrize("ring", [tasks.tidy, lambda: writing.tidy(now=NOW + 7 * DAY + HOUR)])
def test_addresses_go_after_a_week_and_rows_after_two_years(
    olga: Client, clock: time_machine.Traveller, ring: Callable[[], object]
) -> None:
    olga.get("/admin/nothing-here/")
    olga.post("/admin/logout/")
    clock.shift(7 * DAY)
    tasks.tidy()
    assert rows() == [("signed_out", "olga", "user olga", "", HERE)]
    clock.shift(HOUR)
    ring()
    assert rows() == [("signed_out", "olga", "user olga", "", "")]
    clock.shift(timedelta(days=730))
    tasks.tidy()
    assert rows() == []
