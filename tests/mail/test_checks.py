"""What `manage.py check` says about mail."""

from typing import Any

import pytest
from django.core.checks import run_checks

pytestmark = pytest.mark.django_db


def found(**options: Any) -> set[str]:
    return {str(message.id) for message in run_checks(**options) if str(message.id).startswith("mail.")}


def test_nothing_is_wrong_as_it_stands() -> None:
    assert found() == set()


@pytest.mark.parametrize("address", ["", "hello", "Tpm <hello@>"])
def test_a_sender_no_server_would_take_is_an_error(settings: Any, address: str) -> None:
    settings.DEFAULT_FROM_EMAIL = address
    assert found() == {"mail.E001"}


def test_a_staff_address_that_is_none_is_an_error(settings: Any) -> None:
    settings.STAFF_EMAIL = "nobody"
    assert found() == {"mail.E002"}


def test_a_public_site_whose_mail_goes_into_files_is_warned(settings: Any) -> None:
    settings.SITE_IS_PUBLIC, settings.MAIL_TRANSPORT, settings.DEBUG = True, "file", False
    assert found(include_deployment_checks=True) == {"mail.W001"}
    settings.MAIL_TRANSPORT = "smtp"
    assert found(include_deployment_checks=True) == set()
