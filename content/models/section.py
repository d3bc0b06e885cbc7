"""The sections of a guide, in reading order."""

from django.db import models

from content.models.fields import Ordered


class Section(Ordered):
    """A stretch of the guide under one heading. Level 2 opens a chapter; level 3 lies inside the one before it."""

    class Level(models.IntegerChoices):
        OPENING = 1, "1 · under the title, no heading"
        CHAPTER = 2, "2 · chapter"
        PART = 3, "3 · part of a chapter"
        DETAIL = 4, "4 · detail of a part"

    class Shows(models.TextChoices):
        TEXT = "text", "Only its own rows"
        ROLE = "role", "A role: focus and responsibilities"
        CHALLENGES = "challenges", "A role: challenges"
        COMPARISON = "comparison", "The comparison table"

    guide = models.ForeignKey("content.Guide", on_delete=models.CASCADE, related_name="sections")
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.CHAPTER)
    heading = models.CharField(max_length=160, blank=True)
    contents_label = models.CharField(
        max_length=160, blank=True, help_text="Shown in the contents list; empty: the heading."
    )
    in_contents = models.BooleanField("in the contents list", default=True, help_text="Only chapters are listed.")
    anchor = models.SlugField(max_length=80, help_text="The part after # in a link to this section. Keep it stable.")
    shows = models.CharField(max_length=12, choices=Shows.choices, default=Shows.TEXT)
    role = models.ForeignKey("content.Role", on_delete=models.PROTECT, null=True, blank=True, related_name="sections")
    caption = models.CharField(max_length=160, blank=True, help_text="The comparison table's caption.")

    class Meta:
        ordering = ["guide", "order", "id"]
        constraints = [models.UniqueConstraint(fields=["guide", "anchor"], name="content_anchor_once")]

    def __str__(self) -> str:
        return self.heading or "Opening"
