"""A guide: the address, the title and what search engines show."""

from django.conf import settings
from django.db import models

from content.models.fields import Ordered


class Guide(Ordered):
    """One long article; readers see its live revision, never these rows."""

    slug = models.SlugField(
        "address", max_length=100, unique=True, help_text="What follows /guides/ in the page's address."
    )
    title = models.CharField(max_length=160)
    description = models.CharField(
        max_length=200, help_text="One or two sentences for search engines and link previews, about 150 characters."
    )
    roles = models.ManyToManyField("content.Role", related_name="guides", blank=True)
    live = models.OneToOneField(
        "content.Revision",
        on_delete=models.PROTECT,
        related_name="live_in",
        null=True,
        blank=True,
        editable=False,
        verbose_name="live revision",
    )

    # Publishing at a later time: what is published is the draft as it is then.
    publish_at = models.DateTimeField("publish at", null=True, blank=True, editable=False)
    publish_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    publish_note = models.CharField(max_length=300, blank=True, editable=False)
    publish_refused = models.TextField(blank=True, editable=False)

    reviewed_at = models.DateTimeField("last reviewed", null=True, blank=True, editable=False)
    reviewer_name = models.CharField(max_length=160, blank=True, editable=False)

    class Meta:
        ordering = ["order", "id"]
        permissions = [("publish_guide", "Can publish a guide")]

    def __str__(self) -> str:
        return self.title
