"""The questions a kind of call asks beforehand, and the one that every kind asks, as form fields."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms

from bookings.models import Answer, IntakeQuestion
from leads.forms import CleanCharField
from mail.text import one_line, plain

Kind = IntakeQuestion.Kind
LINE_LIMIT, TEXT_LIMIT, ACCESS_LIMIT = 200, 2000, 1000
# More answers than these do not fit as radio buttons on a phone.
FEW = 6
PREFIX = "question_"
REQUIRED = "Please answer: {label}"


def field_name(question: IntakeQuestion) -> str:
    """The form field of a question."""
    return f"{PREFIX}{question.pk}"


def fields(questions: Iterable[IntakeQuestion], earlier: Iterable[Answer] = ()) -> dict[str, forms.Field]:
    """A field for each question by its name, filled with the answers given earlier."""
    given = {answer.question: answer.value for answer in earlier}
    return {field_name(question): _field(question, given.get(question.pk, "")) for question in questions}


def answers(
    questions: Iterable[IntakeQuestion], cleaned: dict[str, Any], earlier: Iterable[Answer] = ()
) -> list[Answer]:
    """What was answered, in the order asked; earlier answers to questions that are not asked any more stay."""
    asked = list(questions)
    known = {question.pk for question in asked}
    found = [Answer(each.pk, each.label, _written(cleaned.get(field_name(each)))) for each in asked]
    return [each for each in found if each.value] + [each for each in earlier if each.question not in known]


def access_needs() -> CleanCharField:
    """The standing question, which is never required."""
    return CleanCharField(
        lines=True,
        label="Anything that would make this call easier for you?",
        max_length=ACCESS_LIMIT,
        required=False,
        help_text="For example captions, a slower pace, breaks, or the camera off. Only your coach and the institute see it.",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": "Use at most 1,000 characters; this has %(show_value)d."},
    )


def clean_access_needs(value: str) -> str:
    """Lines stay, other controls go."""
    return plain(value, limit=ACCESS_LIMIT)


class NumberField(forms.DecimalField):
    """A number that people type; kept as they would write it, never in exponents."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_digits=15,
            decimal_places=6,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "maxlength": "24", "autocomplete": "off"}),
            **kwargs,
        )


def _field(question: IntakeQuestion, given: str) -> forms.Field:
    common: dict[str, Any] = {
        "label": question.label,
        "help_text": question.help_text,
        "required": question.required,
        "initial": given,
        "error_messages": {"required": REQUIRED.format(label=question.label)},
    }
    messages = common["error_messages"]
    if question.kind == Kind.TEXT:
        messages["max_length"] = "Use at most 2,000 characters; this has %(show_value)d."
        area = forms.Textarea(attrs={"rows": 4})
        return CleanCharField(lines=True, max_length=TEXT_LIMIT, widget=area, **common)
    if question.kind in (Kind.CHOICE, Kind.YES_NO):
        return _choice(question, given, common)
    if question.kind == Kind.NUMBER:
        for problem in ("invalid", "max_digits", "max_decimal_places", "max_whole_digits"):
            messages[problem] = "Enter a number, like 12 or 2.5."
        return NumberField(**common)
    messages["max_length"] = "Use at most 200 characters."
    return CleanCharField(max_length=LINE_LIMIT, widget=forms.TextInput(attrs={"autocomplete": "off"}), **common)


def _choice(question: IntakeQuestion, given: str, common: dict[str, Any]) -> forms.Field:
    options = ["Yes", "No"] if question.kind == Kind.YES_NO else question.options
    # An answer that staff have since taken off the list is still what was said.
    options = options if not given or given in options else [*options, given]
    common["error_messages"]["invalid_choice"] = "Choose one of the answers in the list."
    choices = [(each, each) for each in options]
    if len(options) > FEW:
        return forms.ChoiceField(choices=[("", "Choose one"), *choices], **common)
    if not question.required:
        # A radio button cannot be taken back; somebody who would rather not say must be able to.
        choices.append(("", "I would rather not say" if question.kind == Kind.YES_NO else "None of these"))
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)


def _written(value: object) -> str:
    """An answer as it is kept: several lines for a text, one line for everything else."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
    if not isinstance(value, str):
        return ""
    return plain(value, limit=TEXT_LIMIT) if "\n" in value else one_line(value, limit=TEXT_LIMIT)
