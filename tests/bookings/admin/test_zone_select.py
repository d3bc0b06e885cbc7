"""The select of time zones is what the desk's own select would be."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from timezone_field.forms import TimeZoneFormField
from unfold.widgets import UnfoldAdminSelectWidget

from bookings.admin.zone_select import ZoneSelect


class Tags(HTMLParser):
    """Every tag with its attributes and every text, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Any] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, sorted((name, value or "") for name, value in attrs)))

    def handle_data(self, data: str) -> None:
        if text := re.sub(r"\s+", " ", data).strip():
            self.found.append(text)


def tags(html: str) -> list[Any]:
    parser = Tags()
    parser.feed(html)
    return parser.found


@pytest.mark.parametrize("value", [None, "", "Europe/London", "Nowhere/Else", '"><script>'])
@pytest.mark.parametrize("required", [True, False])
def test_it_says_what_the_select_of_the_desk_says(value: str | None, required: bool) -> None:
    both = []
    for widget in (ZoneSelect, UnfoldAdminSelectWidget):
        field = TimeZoneFormField(required=required, widget=widget, use_pytz=False)
        field.choices = [("", '<b>"none" & more'), *field.choices]
        both.append(tags(str(field.widget.render("zone", value, {"id": "id_zone", "data-x": "<&>"}))))
    assert both[0] == both[1]
    assert sum(each == "Europe/London" for each in both[0]) == 1
