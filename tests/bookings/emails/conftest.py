import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from bookings.models import EventType
from tests.bookings.house import a_coach, a_type


@pytest.fixture
def kind(db: None, settings: Settings) -> EventType:
    settings.SITE_URL = "https://institute.example"
    settings.DEFAULT_FROM_EMAIL = "Tpm Institute <hello@institute.example>"
    return a_type(a_coach(user=User.objects.create_user("ada", "ada@institute.example")))
