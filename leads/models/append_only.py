"""Rows that are written once: what happened stays as it was told."""

from typing import Any, NoReturn

from django.db import models


class FrozenQuerySet(models.QuerySet[Any]):
    """Reads and inserts only; a bulk change would rewrite history without a trace."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise TypeError(f"{self.model.__name__} rows are never changed.")


class KeptQuerySet(FrozenQuerySet):
    """Not even deleted."""

    def delete(self) -> NoReturn:
        """Refused."""
        raise TypeError(f"{self.model.__name__} rows are never deleted.")


class Frozen(models.Model):
    """A row that can be inserted but not changed. Deleting is left to the erasure of a whole person."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; a second save of the same row is refused with TypeError."""
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} rows are never changed.")
        super().save(*args, **kwargs)
