"""Addresses that role pages have or once had."""

from django.db import models


class RoleAddress(models.Model):
    """An address under which a role was published; the page moves, the address goes on leading there."""

    slug = models.SlugField(max_length=60, unique=True)
    key = models.CharField(max_length=20)

    class Meta:
        verbose_name = "address of a role"
        verbose_name_plural = "addresses of roles"

    def __str__(self) -> str:
        return self.slug
