"""The quiz as a form, and the form under a result that mails it."""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from content.quiz.edition import Answers, Edition, Option, Picks, Question
from leads import abuse, consent_texts
from leads.forms import EMAIL_MESSAGES, NAME_MESSAGES, CleanCharField, CleanEmailField, OwnPathField
from leads.models import LIST

_SEED = re.compile(r"[0-9a-f]{16}\Z")
_KEY = re.compile(r"[A-Za-z0-9_-]{20,64}\Z")
SECOND = "_second"
NOT_THERE = {"invalid_choice": "Choose one of the answers shown."}
SECOND_ALONE = "Choose a first pick too, or take the second one back."


def fresh_seed() -> str:
    """What the order of the answers is drawn from; minted once a visit and stored with the result."""
    return secrets.token_hex(8)


def fresh_key() -> str:
    """A key that makes sending the same form twice one result."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Choice:
    """One radio button."""

    option: Option
    id: str
    chosen: bool


@dataclass(frozen=True)
class Asked:
    """One question as it stands on the page."""

    number: int
    question: Question
    first: tuple[Choice, ...]
    second: tuple[Choice, ...]
    errors: tuple[str, ...]

    @property
    def id(self) -> str:
        """The anchor of the question."""
        return f"question-{self.number}"

    @property
    def opened(self) -> bool:
        """Whether the second pick is in use."""
        return any(choice.chosen for choice in self.second)

    @property
    def answered(self) -> bool:
        """Whether there is a first pick."""
        return any(choice.chosen for choice in self.first)


class QuizForm(abuse.AbuseFields):
    """All questions of an edition at once; whoever has script sees one at a time."""

    # These accept anything: junk in a hidden field is no mistake of the visitor's.
    seed = forms.Field(required=False, widget=forms.HiddenInput)
    edition = forms.Field(required=False, widget=forms.HiddenInput)
    idempotency_key = forms.Field(required=False, widget=forms.HiddenInput)
    came_from = OwnPathField(required=False)

    def __init__(
        self, *args: Any, quiz: Edition, number: int, seed: str, answers: Answers | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.quiz = quiz
        given = answers or {}
        for question in quiz.questions:
            choices = [(option.key, option.label) for option in question.options]
            picks = (*given.get(question.key, ()), "", "")
            self.fields[name(question)] = forms.ChoiceField(
                required=False, choices=choices, initial=picks[0], error_messages=NOT_THERE
            )
            if question.scored:
                self.fields[name(question) + SECOND] = forms.ChoiceField(
                    required=False, choices=choices, initial=picks[1], error_messages=NOT_THERE
                )
        own = self.data.get("seed") if self.is_bound else None
        self.order_seed = str(own) if own and _SEED.match(str(own)) else seed
        self.fields["seed"].initial = self.order_seed
        self.fields["edition"].initial = number
        self.fields["idempotency_key"].initial = fresh_key()
        self.helper = FormHelper()
        self.helper.form_tag = self.helper.form_show_errors = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(abuse.layout(), "seed", "edition", "idempotency_key", "came_from")

    def clean_idempotency_key(self) -> str:
        """The key as we minted it, or "" for anything else."""
        key = str(self.cleaned_data["idempotency_key"] or "")
        return key if _KEY.match(key) else ""

    def clean(self) -> dict[str, Any]:
        """A second pick has a first one beside it, and enough questions are answered."""
        data = super().clean() or {}
        for question in self.quiz.scored:
            first = name(question)
            if data.get(first + SECOND) and not data.get(first) and first not in self.errors:
                self.add_error(first, SECOND_ALONE)
        answered = sum(bool(data.get(name(question))) for question in self.quiz.scored)
        least = self.quiz.rule.least_answered
        if answered < least:
            so_far = "none yet" if not answered else f"{answered} so far"
            raise forms.ValidationError(
                f"Please answer at least {least} of the {len(self.quiz.scored)} questions; you have answered {so_far}.",
                code="too_few",
            )
        return data

    @property
    def answers(self) -> dict[str, Picks]:
        """What was picked, by the key of the question; skipped questions are left out."""
        found = {}
        for question in self.quiz.questions:
            picks = (self.cleaned_data.get(name(question)), self.cleaned_data.get(name(question) + SECOND))
            if chosen := tuple(dict.fromkeys(str(pick) for pick in picks if pick)):
                found[question.key] = chosen
        return found

    @property
    def asked(self) -> list[Asked]:
        """The questions in their order, the answers in the order of this visit."""
        return [self._asked(number, question) for number, question in enumerate(self.quiz.questions, start=1)]

    def _asked(self, number: int, question: Question) -> Asked:
        first, second = name(question), name(question) + SECOND
        return Asked(
            number=number,
            question=question,
            first=self._choices(first, question),
            second=self._choices(second, question) if question.scored else (),
            errors=tuple(
                str(error) for field in (first, second) if field in self.fields for error in self.errors.get(field, ())
            ),
        )

    def _choices(self, field: str, question: Question) -> tuple[Choice, ...]:
        value = self[field].value()
        return tuple(
            Choice(option, f"{field}-{option.key}", option.key == value) for option in question.shown(self.order_seed)
        )

    @property
    def missing(self) -> list[Asked]:
        """The scored questions without an answer, where more answers are needed."""
        if not self.has_error(NON_FIELD_ERRORS, "too_few"):
            return []
        return [each for each in self.asked if each.question.scored and not each.answered]


def name(question: Question) -> str:
    """The form field of a question's first pick; keys are staff's words and must not meet a field of ours."""
    return f"pick-{question.key}"


class EmailForm(abuse.AbuseFields):
    """Where to mail a result, and one separate, unticked wish."""

    email = CleanEmailField(
        label="Email address",
        error_messages=EMAIL_MESSAGES,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    name = CleanCharField(
        label="Your name",
        required=False,
        max_length=120,
        error_messages=NAME_MESSAGES,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    wants_list = forms.BooleanField(required=False, label=consent_texts.words(LIST))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("email", "name", "wants_list", abuse.layout())
