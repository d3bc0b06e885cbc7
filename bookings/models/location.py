from django.db import models
from phonenumber_field.phonenumber import to_python


class LocationKind(models.TextChoices):
    """Where a call happens."""

    VIDEO = "video", "Video link"
    PHONE = "phone", "We phone you"
    IN_PERSON = "in_person", "In person"


def readable(number: str) -> str:
    """A stored number as people read it aloud, e.g. "+1 215-430-2201"; what is no number stays as it is."""
    found = to_python(number)
    return str(found.as_international) if found and found.is_valid() else number
