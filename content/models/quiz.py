"""The quiz: draft rows that staff edit, editions that visitors see, and results without a name on them."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from content.models.fields import Ordered, facts_field
from content.models.role import Role
from content.quiz.errors import EditionIsImmutable
from leads.models.append_only import Frozen, FrozenQuerySet


class QuizQuestion(Ordered):
    """One question of the draft; visitors see the live edition, never these rows."""

    key = models.SlugField(
        max_length=30, unique=True, help_text="A stable name such as “q1”; stored results point at it."
    )
    prompt = models.CharField("question", max_length=200)
    basis = models.CharField(
        max_length=200, blank=True, help_text="For colleagues: what in the guide it is drawn from."
    )
    scored = models.BooleanField(default=True, help_text="Scored questions have exactly one answer for each role.")

    class Meta:
        ordering = ["order", "id"]
        permissions = [("publish_quiz", "Can publish an edition of the quiz")]

    def __str__(self) -> str:
        return self.prompt


class QuizOption(Ordered):
    """One answer of a question of the draft."""

    class Step(models.TextChoices):
        NONE = "", "–"
        BOOK = "book", "Book a coaching call"
        EMAIL = "email", "Email me this result"
        GUIDE = "guide", "Read the guide"

    question = models.ForeignKey(QuizQuestion, on_delete=models.CASCADE, related_name="options")
    key = models.SlugField(max_length=30, help_text="A stable name; stored results point at it.")
    label = models.CharField("answer", max_length=200)
    role = models.CharField(max_length=20, choices=Role.Key.choices, blank=True, help_text="Whom it counts for.")
    facts = facts_field()
    advice = models.TextField(
        max_length=400, blank=True, help_text="Answers that are not scored: what the result page says to it."
    )
    step = models.CharField(
        "next step",
        max_length=5,
        choices=Step.choices,
        blank=True,
        default=Step.NONE,
        help_text="Answers that are not scored: which next step the result page puts first, if any.",
    )

    class Meta:
        verbose_name = "answer"
        ordering = ["question", "order", "id"]
        constraints = [models.UniqueConstraint(fields=["question", "key"], name="content_quiz_option_once")]

    def __str__(self) -> str:
        return self.label


def refuse(*args: Any, **kwargs: Any) -> NoReturn:
    """Stands where a writing method of the ORM would be."""
    raise EditionIsImmutable


class QuizEditionQuerySet(models.QuerySet["QuizEdition"]):
    """Reads; the only write is an insert by `quiz.publishing.publish`."""

    update = delete = bulk_update = update_or_create = refuse


class QuizEdition(models.Model):
    """One published version of the quiz. The newest is asked; older ones explain the results they gave."""

    number = models.PositiveIntegerField("edition", unique=True)
    snapshot = models.JSONField()
    published_at = models.DateTimeField()
    # A leaver's account may go; the name of who published stays.
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    publisher_name = models.CharField(max_length=160)
    note = models.CharField(max_length=300, blank=True)

    objects = QuizEditionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"Edition {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert once; every later save is refused."""
        if not self._state.adding or self.pk is not None:
            raise EditionIsImmutable
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise EditionIsImmutable

    @property
    def version(self) -> str:
        """The name that is written down with a result, "role-fit-1"."""
        return f"role-fit-{self.number}"


class QuizResult(Frozen):
    """The answers of one run and what came of them. Nobody's, until the visitor leaves an address with it."""

    class Band(models.TextChoices):
        CLEAR = "clear", "Clear"
        LEANING = "leaning", "Leaning"
        BETWEEN = "between", "Between two"
        ALL = "all", "All three"

    edition = models.ForeignKey(QuizEdition, on_delete=models.PROTECT, related_name="results")
    taken_at = models.DateTimeField()
    seed = models.CharField(max_length=16)
    # {"q1": ["tpm", "project_manager"], "q9": ["student"]}: first pick, then perhaps the second.
    answers = models.JSONField()
    band = models.CharField(max_length=7, choices=Band.choices)
    # Of two or three roles the one with the highest total; ties in the order of the guide.
    first_role = models.CharField("highest role", max_length=20, choices=Role.Key.choices)
    product_manager = models.PositiveSmallIntegerField()
    project_manager = models.PositiveSmallIntegerField()
    tpm = models.PositiveSmallIntegerField("TPM")
    came_from = models.CharField(max_length=1000, blank=True, editable=False)
    # Minted with the form, so that a double click is one result.
    key = models.CharField(max_length=64, unique=True, null=True, editable=False)
    leads = models.ManyToManyField("leads.Lead", related_name="+", editable=False)

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering = ["-taken_at", "-id"]
        indexes = [models.Index(fields=["edition", "band", "first_role"], name="content_quiz_counts")]

    def __str__(self) -> str:
        return f"{self.get_band_display()}: {self.get_first_role_display()}"


class QuizDay(models.Model):
    """How often the quiz was finished on one day, by where it was found and what came out; nobody's, and never taken back."""

    day = models.DateField()
    page = models.CharField(max_length=300)
    source = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=20)
    runs = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day", "page", "source", "role"]
        constraints = [models.UniqueConstraint(fields=["day", "page", "source", "role"], name="content_quiz_day_once")]
        verbose_name = "quiz runs of a day"
        verbose_name_plural = "quiz runs by day"

    def __str__(self) -> str:
        return f"{self.day} {self.page}: {self.role}"
