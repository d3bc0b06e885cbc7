"""The comparison table: a column each guide names, a cell for each role."""

from django.db import models

from content.models.fields import Ordered, facts_field


class ComparisonColumn(Ordered):
    """What the roles are compared by."""

    guide = models.ForeignKey("content.Guide", on_delete=models.CASCADE, related_name="columns")
    key = models.SlugField(max_length=30, help_text="A stable name such as “kpi”; home page and quiz point at it.")
    label = models.CharField(max_length=60)

    class Meta:
        ordering = ["guide", "order", "id"]
        constraints = [models.UniqueConstraint(fields=["guide", "key"], name="content_column_key_once")]

    def __str__(self) -> str:
        return self.label


class ComparisonCell(models.Model):
    """What one role has in one column."""

    column = models.ForeignKey(ComparisonColumn, on_delete=models.CASCADE, related_name="cells")
    role = models.ForeignKey("content.Role", on_delete=models.CASCADE, related_name="cells")
    text = models.CharField(max_length=200)
    facts = facts_field()

    class Meta:
        ordering = ["column", "role__order", "id"]
        constraints = [models.UniqueConstraint(fields=["column", "role"], name="content_cell_once")]

    def __str__(self) -> str:
        return f"{self.role} · {self.column}"
