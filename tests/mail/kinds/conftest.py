import pytest
from pytest_django import Settings

from tests.mail.kinds.reading import SENDER, SITE


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.SITE_URL = SITE
    settings.DEFAULT_FROM_EMAIL = f"Tpm Institute <{SENDER}>"
