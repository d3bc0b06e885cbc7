"""The sign-in page of the desk with its limits, and the page that asks for the password once more."""

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from unfold.widgets import UnfoldAdminPasswordWidget

from institute.signin import fresh, throttle
from leads.errors import TooMany
from leads.token_pages import too_many
from mail import clock

WRONG = "That is not the password of this account."


class PasswordForm(forms.Form):
    """The password once more."""

    your_password = forms.CharField(
        label="Your password",
        strip=False,
        max_length=4096,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password", "autofocus": True}),
        error_messages={"required": "Enter your password."},
    )


@sensitive_post_parameters()
@never_cache
def login(request: HttpRequest) -> HttpResponse:
    """Django's own page; a try is counted before it is looked at, and a right one is not held against anybody."""
    if request.method != "POST":
        return admin.site.login(request)
    name, now = request.POST.get("username", ""), clock.now()
    try:
        throttle.attempt(request, name, now=now)
    except TooMany as error:
        return too_many(request, error)
    response = admin.site.login(request)
    if response.status_code == 302:
        throttle.succeeded(request, name, now=now)
    return response


@sensitive_post_parameters()
@never_cache
def confirm_password(request: HttpRequest) -> HttpResponse:
    """The prompt; a right password leads on to `next`, which is a page of the desk or its first one."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            if fresh.check(request, form.cleaned_data[fresh.FIELD], now=clock.now()):
                return HttpResponseRedirect(own_page(request.POST.get("next", "")))
        except TooMany as error:
            return too_many(request, error)
        form.add_error(fresh.FIELD, WRONG)
    wanted = own_page((request.POST if request.method == "POST" else request.GET).get("next", ""))
    return _page(request, form, action=request.path, carried=[("next", wanted)])


def to_prompt(request: HttpRequest) -> HttpResponse:
    """On to the prompt, and from there back."""
    return HttpResponseRedirect(f"{reverse('confirm_password')}?{urlencode({'next': request.get_full_path()})}")


def ask(request: HttpRequest) -> HttpResponse | None:
    """The prompt around a form that was sent; None once the password stands in it, and the form goes on its way.

    What is carried is what was posted; passwords in it are not put into a page, they are asked for again.
    """
    sent = fresh.FIELD in request.POST
    form = PasswordForm(request.POST if sent else None)
    if sent and form.is_valid():
        try:
            if fresh.check(request, form.cleaned_data[fresh.FIELD], now=clock.now()):
                return None
        except TooMany as error:
            return too_many(request, error)
        form.add_error(fresh.FIELD, WRONG)
    carried = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and "password" not in name
        for value in values
    ]
    return _page(request, form, action=request.get_full_path(), carried=carried)


def own_page(path: str) -> str:
    """The path if it is one of the desk, else the desk's first page; "//evil" and "/\\evil" are other hosts."""
    home = reverse("admin:index")
    own = (
        path.startswith(f"/{settings.ADMIN_PATH}")
        and "\\" not in path
        and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    )
    return path if own else home


def _page(request: HttpRequest, form: PasswordForm, *, action: str, carried: list[tuple[str, str]]) -> HttpResponse:
    context = admin.site.each_context(request) | {
        "title": "Your password, please",
        "form": form,
        "action": action,
        "carried": carried,
        "media": form.media,
        "home": reverse("admin:index"),
    }
    status = 422 if form.is_bound and form.errors else 200
    return TemplateResponse(request, "desk/confirm_password.html", context, status=status)
