"""The careers that guides compare."""

from django.db import models

from content.models.fields import MARKUP, Ordered, facts_field


class Role(Ordered):
    """One career. Its color never carries meaning alone: the short name always stands beside it."""

    class Key(models.TextChoices):
        PRODUCT_MANAGER = "product_manager", "Product Manager"
        PROJECT_MANAGER = "project_manager", "Project Manager"
        TPM = "tpm", "Technical Program Manager"

    class Color(models.TextChoices):
        PM = "pm", "violet"
        PJM = "pjm", "brown"
        TPM = "tpm", "teal"

    key = models.CharField(max_length=20, choices=Key.choices, unique=True)
    name = models.CharField(max_length=60)
    short = models.CharField("short name", max_length=10, help_text="For example: TPM.")
    slug = models.SlugField("address", max_length=60, unique=True)
    color = models.CharField(max_length=5, choices=Color.choices)

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.name


class RoleAspect(Ordered):
    """One thing that is true of a role: what it decides, what it does, what is hard about it, whom it suits."""

    class Kind(models.TextChoices):
        FOCUS = "focus", "Focus (one sentence)"
        RESPONSIBILITY = "responsibility", "Responsibility"
        CHALLENGE = "challenge", "Challenge"
        FIT = "fit", "Sounds like me"

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="aspects")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    text = models.CharField(max_length=200)
    detail = models.CharField("in a few words", max_length=300, blank=True, help_text=MARKUP)
    facts = facts_field()

    class Meta:
        ordering = ["role", "kind", "order", "id"]

    def __str__(self) -> str:
        return self.text
