"""A page of every component, for tests only: to look at, and for axe to read in light and dark."""

from pathlib import Path

from crispy_forms.helper import FormHelper
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path

TEMPLATE = Path(__file__).parent / "templates" / "kitchen.html"


class Details(forms.Form):
    """Every kind of field the site uses, needed and optional."""

    name = forms.CharField(label="Your name", max_length=80, error_messages={"required": "Enter your name."})
    email = forms.EmailField(label="Email", help_text="We send the confirmation and the reminders there.")
    phone = forms.CharField(label="Phone", required=False, help_text="With country code, for example +1 215 430 2201.")
    role = forms.ChoiceField(
        label="Role of interest", choices=[("", "Choose a role"), ("tpm", "Technical Program Manager")]
    )
    when = forms.ChoiceField(
        label="Best time to call",
        choices=[("am", "Morning"), ("pm", "Afternoon")],
        widget=forms.RadioSelect,
        required=False,
    )
    topics = forms.MultipleChoiceField(
        label="Topics",
        choices=[("design", "System design"), ("people", "Working with many teams")],
        widget=forms.CheckboxSelectMultiple,
    )
    questions = forms.CharField(label="What would you like to talk about?", widget=forms.Textarea, required=False)
    wants_list = forms.BooleanField(
        label="Yes, send me the interview-preparation emails (about five). I can stop them with one click.",
        required=False,
    )
    agree = forms.BooleanField(label="I have read how to move or cancel the call.")

    def clean(self) -> None:
        super().clean()
        if "name" in self.data and not self.data["name"]:
            raise forms.ValidationError("Please wait a moment and send again.")


def _page(request: HttpRequest, form: forms.Form) -> HttpResponse:
    form.helper = FormHelper()
    form.helper.form_tag = False
    form.helper.disable_csrf = True
    template = engines["django"].from_string(TEMPLATE.read_text())
    return HttpResponse(template.render({"form": form}, request))


def kitchen(request: HttpRequest) -> HttpResponse:
    return _page(request, Details())


def kitchen_with_errors(request: HttpRequest) -> HttpResponse:
    return _page(request, Details({"name": "", "email": "ada@example", "role": "", "phone": "+1 215"}))


def error_page(request: HttpRequest, code: int) -> HttpResponse:
    return render(request, f"{code}.html", {"error_id": "5f0c2b7d4e6a", "form_expired": code == 403})


urlpatterns = [
    path("kitchen/", kitchen),
    path("kitchen/errors/", kitchen_with_errors),
    path("kitchen/<int:code>/", error_page),
    path("", include("institute.urls")),
]
