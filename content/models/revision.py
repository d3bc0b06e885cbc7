"""What readers see: an immutable copy of a guide's rows."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from content.errors import RevisionIsImmutable


def refuse(*args: Any, **kwargs: Any) -> NoReturn:
    """Stands where a writing method of the ORM would be."""
    raise RevisionIsImmutable


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Reads; the only write is an insert by `publishing.publish`."""

    update = delete = bulk_update = update_or_create = refuse


class Revision(models.Model):
    """One published state of a guide. The newest is live; older ones stay as they were."""

    guide = models.ForeignKey("content.Guide", on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    slug = models.SlugField("address", max_length=100)
    title = models.CharField(max_length=160)
    snapshot = models.JSONField()
    published_at = models.DateTimeField()
    # A leaver's account may go; the name of who published stays.
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    publisher_name = models.CharField(max_length=160)
    note = models.CharField(max_length=300, blank=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-id"]
        indexes = [models.Index(fields=["slug"], name="content_revision_slug")]
        constraints = [models.UniqueConstraint(fields=["guide", "number"], name="content_revision_number_once")]

    def __str__(self) -> str:
        return f"{self.title} · revision {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert once; every later save is refused."""
        if not self._state.adding or self.pk is not None:
            raise RevisionIsImmutable
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise RevisionIsImmutable
