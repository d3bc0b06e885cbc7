"""One verb with one lead: its form, or what it did."""

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from leads.admin import lead_page, once
from leads.admin.addresses import back_to, page_of
from leads.admin.desk import deny, desk_form, need
from leads.admin.verbs import ERASE, VERBS, Verb, VerbForm
from leads.errors import NotPossible
from leads.models import Lead
from mail import clock, marks


def page(admin: ModelAdmin, request: HttpRequest, lead: Lead, verb: str) -> HttpResponse:
    """The form of this verb; a POST does it, once."""
    what = VERBS.get(verb)
    if what is None:
        deny(request, "verb", verb)
    need(request, what.permission)
    posted, key = request.method == "POST", once.key_of(request)
    data = request.POST if posted else None
    form = what.form(data, lead=lead, who=request.user, initial={"row": request.GET.get("row", "")[:10]})
    if posted and form.is_valid() and _done(request, what, form, key):
        return HttpResponseRedirect(back_to(request.POST, lead))
    return desk_form(
        admin,
        request,
        form=form,
        title=f"{what.title}: {lead}",
        button=what.button,
        back=page_of(lead),
        template="leads/desk/call.html" if verb == "call" else "leads/desk/form.html",
        words=[what.words] if what.words else [],
        danger=what.danger,
        form_key=key,
        next=request.POST.get("next", request.GET.get("next", ""))[:10],
        panel=lead_page.panel(lead, user=request.user, now=clock.now()) if verb == "call" else None,
    )


def _done(request: HttpRequest, what: Verb, form: VerbForm, key: str) -> bool:
    if form.lead.merged_into_id or form.lead.erased_at:
        form.add_error(None, "This row was merged or erased. Nothing was changed.")
        return False
    if not once.first_time(request, key):
        messages.info(request, "This form had been sent already: it counts once.")
        return True
    try:
        said = what.run(form, request.user.get_username(), clock.now())
    except NotPossible as error:
        once.not_done(request, key)
        form.add_error(None, str(error))
        return False
    except Exception:
        once.not_done(request, key)  # what fell over was rolled back: sent again, the form is no second one
        raise
    if what.permission == ERASE:
        marks.mark(request, marks.ERASED, f"lead {form.lead.pk}")
    messages.success(request, said)
    return True
