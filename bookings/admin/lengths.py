"""Lengths of time typed as a number in the unit people think in, not as "0:30:00"."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}


class LengthField(forms.DecimalField):
    """A number of minutes, hours or days that stands for a timedelta."""

    def __init__(self, *, unit: str, **kwargs: Any) -> None:
        self.unit = UNITS[unit]
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("widget", UnfoldAdminDecimalFieldWidget(attrs={"step": "any"}))
        super().__init__(max_digits=8, decimal_places=4, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The stored length as a plain number."""
        if isinstance(value, timedelta):
            number = Decimal(int(value.total_seconds())) / Decimal(int(self.unit.total_seconds()))
            return f"{number.quantize(Decimal('0.0001')).normalize():f}"
        return value

    def clean(self, value: Any) -> timedelta | None:
        """The length, to the second."""
        number = super().clean(value)
        return None if number is None else timedelta(seconds=round(number * int(self.unit.total_seconds())))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as written."""
        return super().has_changed(self.prepare_value(initial), data)


class MinutesListField(forms.CharField):
    """Several numbers of minutes, e.g. "1440, 60"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=80, widget=UnfoldAdminTextInputWidget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The list as typed."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        """The numbers; raises ValidationError for anything else."""
        words = str(super().clean(value)).replace(",", " ").split()
        if not all(word.isascii() and word.isdigit() and len(word) <= 6 for word in words):
            raise forms.ValidationError("Give whole minutes with commas between them, for example 1440, 60.")
        return [int(word) for word in words]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as written."""
        return super().has_changed(self.prepare_value(initial), data)
