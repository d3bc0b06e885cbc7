"""What several rows of the guide have in common: their place in a list and the facts they state."""

from django.core.validators import RegexValidator
from django.db import models

FACTS = RegexValidator(r"^F\d{3}( F\d{3})*$", "Write fact ids like F011, several with one blank between them.")
MARKUP = "Plain text. **Two stars** make it strong; [words](#anchor) or [words](/path/) make a link."


def facts_field() -> models.CharField:
    """Ids of the facts that a row states, so that tests and quiz reasons can point at the row."""
    return models.CharField(
        "facts", max_length=120, blank=True, validators=[FACTS], help_text="For example: F011 F012."
    )


class Ordered(models.Model):
    """A row that has its place among its siblings."""

    order = models.PositiveSmallIntegerField(default=0, help_text="Smaller numbers come first.")

    class Meta:
        abstract = True
