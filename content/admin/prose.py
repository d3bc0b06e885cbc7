"""The rich-text editor of the admin: bold and links, nothing else; the form hands on markup, never HTML."""

from typing import Any

from django import forms
from django.db import models
from django_prose_editor.widgets import AdminProseEditorWidget

from content import prose
from content.models import FAQ, Callout, Paragraph, Point, RoleAspect, Step, Tip

CONFIG = {
    "extensions": {
        "Bold": True,
        "HardBreak": True,
        "Link": {"enableTarget": False, "protocols": ["https"]},
        "Menu": {"groups": [{"group": "marks"}, {"group": "link"}, {"group": "history"}]},
    }
}
HELP = "Bold words and links: to #a-section, to a page like /book/, or to https://… {phone} becomes our number."
# Which texts hold prose, and whether each of their lines stands on its own.
PROSE: dict[type[models.Model], dict[str, bool]] = {
    Paragraph: {"text": True},
    Point: {"text": False},
    Step: {"text": False},
    Tip: {"text": False},
    FAQ: {"answer": False},
    Callout: {"text": True},
    RoleAspect: {"detail": False},
}


class ProseField(forms.CharField):
    """Markup in the database, rich text on the screen, cleaned in between."""

    widget = AdminProseEditorWidget(config=CONFIG, preset="configurable")

    def __init__(self, *, lines: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lines = lines

    def prepare_value(self, value: Any) -> Any:
        """The editor's HTML of kept markup; what was sent and came back stays what it is."""
        text = value or ""
        return text if text.startswith("<p>") else prose.to_html(text)

    def to_python(self, value: Any) -> str:
        """The markup of what was sent."""
        return prose.from_html(super().to_python(value) or "", lines=self.lines)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another markup was sent than the one kept."""
        return (initial or "") != self.to_python(data)


class Prose:
    """For admins and inlines: the model's prose gets the editor."""

    def formfield_for_dbfield(self, db_field: models.Field, request: Any, **kwargs: Any) -> Any:
        """A prose field where the model has prose there."""
        places = PROSE.get(db_field.model, {})
        if db_field.name not in places:
            return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        return ProseField(
            lines=places[db_field.name],
            label=str(db_field.verbose_name).capitalize(),
            required=not db_field.blank,
            max_length=db_field.max_length,
            help_text=HELP,
        )
