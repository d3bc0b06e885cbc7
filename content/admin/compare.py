"""Two revisions side by side, and the way back to an older one."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from content import difference, publishing, restoring
from content.admin.publish import row_url
from content.errors import GateClosed
from content.models import Guide, Revision
from mail import clock


def revisions_page(request: HttpRequest, model_admin: Any, revision: Revision) -> HttpResponse:
    """This revision against another one of the same guide: the one before it, unless `with` names another."""
    others = list(revision.guide.revisions.exclude(pk=revision.pk).defer("snapshot").order_by("-number"))
    asked = request.GET.get("with", "")
    if asked:
        other = next((one for one in others if str(one.pk) == asked), None)
        if other is None:
            raise Http404
    else:
        other = next((one for one in others if one.number < revision.number), others[0] if others else None)
    old, new = (other, revision) if other is None or other.number < revision.number else (revision, other)
    return _page(
        request,
        model_admin,
        title=f"Compare revisions of “{revision.title}”",
        old=old,
        new=new.snapshot if new else None,
        new_name=f"revision {new.number}" if new else "",
        others=others,
        other=other,
        back=("admin:content_revision_change", revision.pk),
    )


def draft_page(request: HttpRequest, model_admin: Any, guide: Guide) -> HttpResponse:
    """The draft against what readers see."""
    return _page(
        request,
        model_admin,
        title=f"What publishing “{guide}” would change",
        old=guide.live,
        new=publishing.draft(guide),
        new_name="the draft",
        others=[],
        other=guide.live,
        back=("admin:content_guide_change", guide.pk),
    )


def _page(
    request: HttpRequest, model_admin: Any, *, old: Revision | None, new: Any, back: tuple[str, int], **context: Any
) -> HttpResponse:
    shown = {
        **model_admin.admin_site.each_context(request),
        **context,
        "opts": model_admin.opts,
        "old": old,
        "changes": difference.changes(old.snapshot, new) if old and new else [],
        "back_name": back[0],
        "back_pk": back[1],
    }
    return TemplateResponse(request, "content/admin/compare.html", shown)


def restore_page(request: HttpRequest, model_admin: Any, revision: Revision) -> HttpResponse:
    """Behind a button: what an older revision said, published as a new one."""
    problems: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            made = restoring.restore(revision=revision, by=cast(User, request.user), now=clock.now())
        except GateClosed as closed:
            problems = [(problem.sentence, row_url(problem)) for problem in closed.problems]
        else:
            model_admin.log_change(request, revision, f"Restored as revision {made.number}.")
            messages.success(request, f"Revision {made.number} is live; it says what revision {revision.number} said.")
            return redirect("admin:content_revision_change", made.pk)
    live = revision.guide.live
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Restore revision {revision.number}",
        "opts": model_admin.opts,
        "revision": revision,
        "live": live,
        "problems": problems,
    }
    return TemplateResponse(request, "content/admin/restore.html", context)
