from django.db import models


class Topic(models.Model):
    """What a message is about, with the version that is still true."""

    key = models.CharField(max_length=200, unique=True)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.key} (version {self.version})"
