"""Questions that readers ask under a guide."""

from django.conf import settings
from django.db import models


class ReaderQuestion(models.Model):
    """Plain text from a reader, read by staff first; in public with its answer, and not before."""

    class Status(models.TextChoices):
        NEW = "new", "Waiting for an answer"
        ANSWERED = "answered", "Answered in public"
        HIDDEN = "hidden", "Not shown"

    guide = models.ForeignKey("content.Guide", on_delete=models.CASCADE, related_name="reader_questions")
    question = models.TextField(max_length=500)
    name = models.CharField(
        max_length=80, blank=True, help_text="Shown beside the question, where the reader gave one."
    )
    email = models.EmailField(help_text="Never shown; the answer is mailed there.")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.NEW)
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True, max_length=3000)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answerer_name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        permissions = [("answer_question", "Can answer readers' questions")]

    def __str__(self) -> str:
        return self.question[:60]

    @property
    def anchor(self) -> str:
        """Where it stands on the guide's page."""
        return f"question-{self.pk}"
