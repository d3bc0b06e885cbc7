"""What stands inside a section: paragraphs, points, steps, tips, questions, callouts."""

from django.db import models

from content.models.fields import MARKUP, Ordered, facts_field


class Item(Ordered):
    """A row inside a section."""

    facts = facts_field()

    class Meta:
        abstract = True
        ordering = ["section", "order", "id"]


class Paragraph(Item):
    """One paragraph of prose."""

    section = models.ForeignKey("content.Section", on_delete=models.CASCADE, related_name="paragraphs")
    text = models.TextField(help_text=MARKUP)
    after = models.BooleanField("after the lists", default=False, help_text="Stands below the section's lists.")

    def __str__(self) -> str:
        return self.text[:60]


class Labelled(Item):
    """A short label and, if it helps, a line that explains it."""

    label = models.CharField(max_length=160)
    text = models.TextField(blank=True, help_text=MARKUP)

    class Meta(Item.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.label


class Point(Labelled):
    """One line of a plain list."""

    section = models.ForeignKey("content.Section", on_delete=models.CASCADE, related_name="points")


class Step(Labelled):
    """One numbered step of a procedure."""

    section = models.ForeignKey("content.Section", on_delete=models.CASCADE, related_name="steps")


class Tip(Labelled):
    """One thing the reader can do."""

    section = models.ForeignKey("content.Section", on_delete=models.CASCADE, related_name="tips")


class FAQ(Ordered):
    """A question and its answer."""

    section = models.ForeignKey("content.Section", on_delete=models.CASCADE, related_name="faqs")
    question = models.CharField(max_length=200)
    answer = models.TextField(help_text=MARKUP)
    anchor = models.SlugField(max_length=80, help_text="The part after # in a link to this question. Keep it stable.")
    question_facts = facts_field()
    answer_facts = facts_field()

    class Meta:
        verbose_name = "FAQ"
        ordering = ["section", "order", "id"]

    def __str__(self) -> str:
        return self.question


class Callout(Item):
    """A box that stands out: the short answer, a note, or the next thing to do."""

    class Kind(models.TextChoices):
        ANSWER = "answer", "The short answer (once, at the top)"
        NOTE = "note", "Note"
        ACTION = "action", "Next step, with a button"

    class Action(models.TextChoices):
        NONE = "", "No button"
        BOOK = "book", "Book a coaching call"
        SUBSCRIBE = "subscribe", "Get the guide by email"

    section = models.ForeignKey("content.Section", on_delete=models.CASCADE, related_name="callouts")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.NOTE)
    heading = models.CharField(max_length=120, blank=True)
    text = models.TextField(help_text=MARKUP)
    action = models.CharField(max_length=12, choices=Action.choices, blank=True, default=Action.NONE)

    def __str__(self) -> str:
        return self.heading or self.text[:60]
