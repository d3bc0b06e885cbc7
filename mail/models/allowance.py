from django.db import models


class Allowance(models.Model):
    """What was handed to the mail server lately, by all senders together: one row a span, its counts by slot."""

    span = models.CharField(max_length=10, primary_key=True)
    slots = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{sum(self.slots.values())} in the last {self.span}"
