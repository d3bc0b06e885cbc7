"""A select of all time zones that does not ask a template for each of its six hundred options."""

from typing import Any

from django.forms.utils import flatatt
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from unfold.widgets import UnfoldAdminSelectWidget


class ZoneSelect(UnfoldAdminSelectWidget):
    """Looks and answers like the desk's other selects; its choices may not be in groups."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        """None for the template: `render` puts the options in."""
        return []

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The select with all its options, of which those in `value` are chosen."""
        chosen = set(self.format_value(value))
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((key, flatatt({"selected": str(key) in chosen}), label) for key, label in self.choices),
        )
        frame = super().render(name, value, attrs, renderer)
        return mark_safe(frame.replace("</select>", f"{options}</select>", 1))  # noqa: S308 - both are escaped
