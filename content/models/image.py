"""Pictures inside a section."""

from django.db import models

from content.models.fields import Ordered


class GuideImage(Ordered):
    """A picture with its description; `file` names what was made of the upload, one file for each width."""

    section = models.ForeignKey("content.Section", on_delete=models.CASCADE, related_name="images")
    file = models.CharField(max_length=40, editable=False)
    widths = models.JSONField(default=list, editable=False)
    width = models.PositiveIntegerField(editable=False, default=0)
    height = models.PositiveIntegerField(editable=False, default=0)
    alt = models.CharField(
        "description",
        max_length=250,
        blank=True,
        help_text="What the picture shows, for readers who cannot see it. A guide without it is not published.",
    )
    caption = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["section", "order", "id"]
        verbose_name = "image"

    def __str__(self) -> str:
        return self.alt or "Image without a description"
