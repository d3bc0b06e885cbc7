"""What staff can do with one lead: a form, a verb of this room, and the sentence that says what was done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.models import User

from leads import assigning, by_hand, calling, erasing, merging, sequences, services, to_do
from leads.admin.desk import MinuteField, in_desk_look
from leads.errors import NotPossible
from leads.forms import CleanCharField
from leads.models import Lead, Outcome, Stage
from leads.people import normalise_email

CHANGE, ERASE = "leads.change_lead", "leads.delete_lead"


def staff() -> Any:
    """Those who can own a lead: people who sign in at the desk and work with leads."""
    groups = ("Owner", "Advisor")
    rows = User.objects.filter(is_active=True, is_staff=True)
    return (rows.filter(groups__name__in=groups) | rows.filter(is_superuser=True)).distinct().order_by("username")


class VerbForm(forms.Form):
    """A form about one lead; `who` does it."""

    def __init__(self, *args: Any, lead: Lead, who: Any, **kwargs: Any) -> None:
        self.lead, self.who = lead, who
        super().__init__(*args, **kwargs)
        in_desk_look(self)


class CallForm(VerbForm):
    """What became of a phone call."""

    outcome = forms.ChoiceField(label="What became of it", choices=Outcome.choices, widget=forms.RadioSelect)
    call_back_at = MinuteField(
        label="Call back at", required=False, help_text="By the desk’s clock; for “Call back at”."
    )
    note = CleanCharField(
        lines=True, label="Note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class NoteForm(VerbForm):
    """A note."""

    note = CleanCharField(
        lines=True,
        label="Note",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Goes to the timeline with your name. Visitors never see it, unless they ask for all their data.",
    )


class TaskForm(VerbForm):
    """Something to do."""

    what = CleanCharField(label="What is to be done", max_length=300)
    due_at = MinuteField(label="Due", help_text="By the desk’s clock.")
    owner = forms.ModelChoiceField(User.objects.none(), label="For", required=False, empty_label="Nobody yet")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = staff()  # type: ignore[attr-defined]
        self.fields["owner"].initial = self.who.pk


class OwnerForm(VerbForm):
    """Whose lead it is."""

    owner = forms.ModelChoiceField(User.objects.none(), label="Owner", required=False, empty_label="Nobody")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = staff()  # type: ignore[attr-defined]
        self.fields["owner"].initial = self.lead.owner_id


class StageForm(VerbForm):
    """How far the lead is."""

    stage = forms.ChoiceField(label="Stage", choices=Stage.choices)
    why = CleanCharField(label="Reason", required=False, max_length=200, help_text="Needed where the lead is lost.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].initial = self.lead.stage


class WhyForm(VerbForm):
    """A reason."""

    why = CleanCharField(label="How did the person say so?", max_length=300)


class RowForm(VerbForm):
    """One of the rows around the lead."""

    row = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31)

    def found(self, rows: Any) -> Any:
        """The lead's own row; raises NotPossible for another's."""
        row = rows.filter(pk=self.cleaned_data["row"]).first()
        if row is None:
            raise NotPossible("That is not there any more.")
        return row


class MergeForm(VerbForm):
    """The other row of the same person, by its address, number or id."""

    other = CleanCharField(
        label="The other row",
        max_length=254,
        help_text="Its email address, phone number (with + and the country code) or number in this desk’s address bar.",
    )

    def found(self) -> Lead:
        """The row that is meant; raises NotPossible."""
        words = self.cleaned_data["other"].strip()
        rows = Lead.objects.present()
        if "@" in words:
            rows = rows.filter(email=normalise_email(words))
        elif words.startswith("+"):
            rows = rows.filter(phone=words).exclude(pk=self.lead.pk)
        else:
            rows = rows.filter(pk=int(words) if words.isascii() and words.isdigit() and len(words) < 10 else 0)
        found = list(rows[:2])
        if len(found) != 1:
            raise NotPossible("There is no lead like that." if not found else "There are several: use the address.")
        return found[0]


@dataclass(frozen=True, slots=True)
class Verb:
    """`run(form, actor, now)` does it, and answers with what staff read; raises NotPossible."""

    title: str
    button: str
    form: type[VerbForm]
    run: Callable[[Any, str, datetime], str]
    words: str = ""
    permission: str = CHANGE
    danger: bool = False
    on_merged: bool = False


def _call(form: CallForm, actor: str, now: datetime) -> str:
    given = form.cleaned_data
    wanted = given["call_back_at"] if given["outcome"] == Outcome.CALL_BACK else None
    row = calling.log_call(
        lead=form.lead, outcome=given["outcome"], by=form.who, now=now, note=given["note"], call_back_at=wanted
    )
    return f"Written down: {row.get_outcome_display().lower()}."


def _note(form: NoteForm, actor: str, now: datetime) -> str:
    by_hand.add(lead=form.lead, words=form.cleaned_data["note"], actor=actor, now=now)
    return "The note is on the timeline."


def _task(form: TaskForm, actor: str, now: datetime) -> str:
    given = form.cleaned_data
    row = to_do.add(
        lead=form.lead, what=given["what"], due_at=given["due_at"], owner=given["owner"], actor=actor, now=now
    )
    return f"To do: {row}"


def _done(form: RowForm, actor: str, now: datetime) -> str:
    return f"Done: {to_do.finish(task=form.found(form.lead.tasks), actor=actor, now=now)}"


def _reopen(form: RowForm, actor: str, now: datetime) -> str:
    return f"Open again: {to_do.reopen(task=form.found(form.lead.tasks), actor=actor, now=now)}"


def _owner(form: OwnerForm, actor: str, now: datetime) -> str:
    row = assigning.assign(lead=form.lead, owner=form.cleaned_data["owner"], actor=actor, now=now)
    return f"The owner is {row.owner or 'nobody'} now."


def _stage(form: StageForm, actor: str, now: datetime) -> str:
    given = form.cleaned_data
    row = by_hand.move(lead=form.lead, stage=given["stage"], why=given["why"], actor=actor, now=now)
    return f"{row}: {row.get_stage_display()}."


def _allow(form: WhyForm, actor: str, now: datetime) -> str:
    calling.allow_calls(lead=form.lead, actor=actor, why=form.cleaned_data["why"], now=now)
    return "May be called again."


def _replied(form: VerbForm, actor: str, now: datetime) -> str:
    services.mark_replied(lead=form.lead, actor=actor, now=now)
    return "Marked as answered. Letters in a row have stopped."


def _stop(form: RowForm, actor: str, now: datetime) -> str:
    row = sequences.stop_by_staff(enrolment=form.found(form.lead.enrolments), actor=actor, now=now)
    return f"Stopped: {row.sequence}."


def _restart(form: RowForm, actor: str, now: datetime) -> str:
    row = form.found(form.lead.enrolments.select_related("sequence"))
    reason = sequences.restart_by_staff(enrolment=row, actor=actor, now=now)
    if reason is not None:
        raise NotPossible(f"It cannot go on: {reason.label}.")
    return f"Goes on: {row.sequence}."


def _merge(form: MergeForm, actor: str, now: datetime) -> str:
    other = form.found()
    merging.merge(kept=form.lead, gone=other, actor=actor, now=now)
    return f"{other} was merged into this lead."


def _undo(form: RowForm, actor: str, now: datetime) -> str:
    row = merging.undo(merge=form.found(form.lead.merges), actor=actor, now=now)
    return f"{row.gone} is a lead of its own again."


def _erase(form: WhyForm, actor: str, now: datetime) -> str:
    receipt = erasing.begin(lead=form.lead, how=form.cleaned_data["why"], by=actor, now=now)
    return f"Erased. The receipt is {receipt}." if receipt else "The erasure has begun; it ends within the hour."


VERBS: dict[str, Verb] = {
    "call": Verb("Log a phone call", "Write the call down", CallForm, _call),
    "note": Verb("Write a note", "Keep the note", NoteForm, _note),
    "task": Verb("Add a task", "Add the task", TaskForm, _task),
    "done": Verb("Task done", "Mark as done", RowForm, _done),
    "reopen": Verb("Task not done", "Open it again", RowForm, _reopen),
    "owner": Verb("Change the owner", "Change the owner", OwnerForm, _owner),
    "stage": Verb("Change the stage", "Change the stage", StageForm, _stage),
    "allow-calls": Verb(
        "Take off the do-not-call list",
        "Allow calls again",
        WhyForm,
        _allow,
        "Only where the person asked for it. What you write stands on the timeline.",
    ),
    "replied": Verb(
        "Answered our mail",
        "Mark as answered",
        VerbForm,
        _replied,
        "Sequences stop for this person; from here on a person of ours writes.",
    ),
    "stop": Verb("Stop the sequence", "Stop it", RowForm, _stop, "What has not left stays here."),
    "restart": Verb("Let the sequence go on", "Let it go on", RowForm, _restart),
    "merge": Verb(
        "Merge with another row",
        "Merge the other row into this one",
        MergeForm,
        _merge,
        "Everything of the other row comes here, and blanks are filled from it. It can be undone.",
        danger=True,
    ),
    "undo": Verb(
        "Undo the merge", "Make two rows again", RowForm, _undo, "What came with the other row goes back to it."
    ),
    "erase": Verb(
        "Erase this person",
        "Erase for good",
        WhyForm,
        _erase,
        "Coming calls are cancelled, then everything that names the person goes, in every room. This cannot be undone.",
        permission=ERASE,
        danger=True,
    ),
}
