"""`manage.py prepare`, which every start and every release may run again."""

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from bookings.models import Coach
from content.models import Guide

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-random-password-7f3k"


def test_a_new_place_gets_the_guide_the_demo_and_one_sign_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("prepare", first=True, sign_in="owner", verbosity=0)
    owner = User.objects.get()
    assert (owner.username, owner.is_superuser, owner.check_password(PASSWORD)) == ("owner", True, True)
    assert Guide.objects.get().live is not None
    assert Coach.objects.filter(is_demo=True).count() == 3
    assert "sign-in made" in capsys.readouterr().out


def test_a_second_time_changes_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("prepare", first=True, sign_in="owner", verbosity=0)
    revision = Guide.objects.get().live
    capsys.readouterr()
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "another-random-password-2")
    call_command("prepare", first=True, sign_in="second", verbosity=0)
    assert capsys.readouterr().out == ""
    assert User.objects.get().check_password(PASSWORD)
    assert Guide.objects.get().live == revision
    assert Coach.objects.count() == 3


def test_production_gets_neither_demo_nor_account() -> None:
    call_command("prepare", verbosity=0)
    assert (Coach.objects.count(), User.objects.count(), Guide.objects.count()) == (0, 0, 1)


def test_no_password_no_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DJANGO_SUPERUSER_PASSWORD", raising=False)
    with pytest.raises(CommandError, match=r"^Give the password in DJANGO_SUPERUSER_PASSWORD\.$"):
        call_command("prepare", sign_in="owner", verbosity=0)


def test_demo_coaches_cannot_sign_in() -> None:
    call_command("prepare", first=True, verbosity=0)
    assert [user.username for user in User.objects.all() if user.has_usable_password()] == []
