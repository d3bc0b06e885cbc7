"""How many read, counted without knowing who: one row a page and day."""

from django.db import models


class ReaderDay(models.Model):
    """Distinct readers and views of one page on one day; the page "" is the whole of what is counted."""

    day = models.DateField()
    page = models.CharField(max_length=200, blank=True)
    readers = models.PositiveIntegerField(default=0)
    views = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day", "page"]
        constraints = [models.UniqueConstraint(fields=["day", "page"], name="content_reader_day_once")]
        verbose_name = "readers of a day"
        verbose_name_plural = "readers by day"

    def __str__(self) -> str:
        return f"{self.day} {self.page or 'all pages'}"


class ReaderSalt(models.Model):
    """The day's salt; thrown away with the marks when the day is over, and with them all that could tell two readers apart."""

    day = models.DateField(unique=True)
    salt = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return str(self.day)


class ReaderMark(models.Model):
    """One reader of one page on a day that is not over yet, as a salted hash."""

    day = models.DateField()
    page = models.CharField(max_length=200, blank=True)
    mark = models.BinaryField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "page", "mark"], name="content_reader_mark_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.page}"
