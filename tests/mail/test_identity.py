"""Who the institute is."""

from typing import Any

import pytest
from django.template import RequestContext, Template
from django.test import RequestFactory

from mail import identity
from mail.links import absolute
from mail.models import Institute

pytestmark = pytest.mark.django_db


def test_there_is_an_identity_before_anybody_has_typed_one() -> None:
    institute = identity.current()
    assert (institute.name, institute.phone_display, institute.phone_href) == (
        "Tpm Institute",
        "+1 (215) 430-2201",
        "tel:+12154302201",
    )
    assert institute.phone_hours == "Monday to Friday, 9 AM to 5 PM Eastern"
    assert str(institute.default_time_zone) == "America/New_York"
    assert Institute.objects.count() == 0


def test_what_staff_type_is_what_shows() -> None:
    Institute.objects.create(pk=1, name="The House", phone="+442079460958")
    institute = identity.current()
    assert (institute.name, institute.phone_display, institute.phone_href) == (
        "The House",
        "+44 20 7946 0958",
        "tel:+442079460958",
    )


def test_a_template_that_does_not_use_the_identity_asks_no_database(django_assert_num_queries: Any) -> None:
    context = RequestContext(RequestFactory().get("/"))
    with django_assert_num_queries(0):
        Template("nothing").render(context)
    with django_assert_num_queries(1):
        assert Template("{{ institute.name }} {{ institute.phone_display }}").render(context).startswith("Tpm")


def test_links_are_built_from_the_setting_only(settings: Any) -> None:
    settings.SITE_URL = "https://www.example.org"
    assert absolute("/booking/x/") == "https://www.example.org/booking/x/"
    for path in ("booking/", "//evil.example/", "https://evil.example/"):
        with pytest.raises(ValueError, match="one slash"):
            absolute(path)
