"""The PDF of a revision, made once when it was published."""

from django.db import models


class RevisionPdf(models.Model):
    """The bytes that are served; a revision never changes, so they never do."""

    revision = models.OneToOneField("content.Revision", on_delete=models.CASCADE, related_name="pdf")
    content = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = "PDF of a revision"

    def __str__(self) -> str:
        return f"{self.revision} as PDF"
