from django.db import models


class LocationKind(models.TextChoices):
    """Where a call happens."""

    VIDEO = "video", "Video link"
    PHONE = "phone", "We phone you"
    IN_PERSON = "in_person", "In person"
