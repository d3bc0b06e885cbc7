"""The page on which a guide is published: now, later, no longer; each button calls one verb."""

import zoneinfo
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from content import gate, previews, publishing
from content.errors import BadTime, GateClosed, GateProblem, NothingToPublish, NotLive, ScheduleInThePast
from content.models import Guide
from mail import clock, identity


def page(request: HttpRequest, model_admin: Any, guide: Guide) -> HttpResponse:
    """GET shows what is in the way or the buttons; POST does what the pressed button says."""
    note = request.POST.get("note", "").replace("\x00", "")[:300]
    problems: tuple[GateProblem, ...] = ()
    complaint = ""
    if request.method == "POST":
        try:
            logged, said = ACTS.get(request.POST.get("do", "publish"), _publish)(request, guide, note)
        except GateClosed as closed:
            problems = closed.problems
        except NothingToPublish as nothing:
            messages.info(request, str(nothing))
            return redirect("admin:content_guide_change", guide.pk)
        except (ScheduleInThePast, NotLive, BadTime) as error:
            complaint = str(error)
        else:
            model_admin.log_change(request, guide, logged)
            messages.success(request, said)
            return redirect("admin:content_guide_change", guide.pk)
        guide.refresh_from_db()
    taken = publishing.draft(guide)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Publish “{guide}”",
        "opts": model_admin.opts,
        "guide": guide,
        "note": note,
        "complaint": complaint,
        "at": request.POST.get("at", "")[:40],
        "zone": identity.current().default_time_zone,
        "problems": [(problem.sentence, row_url(problem)) for problem in problems or gate.problems(taken)],
        "unchanged": guide.live is not None and guide.live.snapshot == taken,
    }
    return TemplateResponse(request, "content/admin/publish.html", context)


# The line for the history, and the words for whoever pressed the button.
Said = tuple[str, str]


def _by(request: HttpRequest) -> User:
    return cast(User, request.user)


def _publish(request: HttpRequest, guide: Guide, note: str) -> Said:
    revision = publishing.publish(guide=guide, by=_by(request), now=clock.now(), note=note)
    return f"Published revision {revision.number}.", f"Revision {revision.number} is live."


def _schedule(request: HttpRequest, guide: Guide, note: str) -> Said:
    """The time typed is the institute's own, which is the current zone on admin pages."""
    try:
        typed = datetime.fromisoformat(request.POST.get("at", "")[:40])
        at = typed if timezone.is_aware(typed) else timezone.make_aware(typed)
        at = at.astimezone(zoneinfo.ZoneInfo("UTC"))
    except (ValueError, OverflowError):
        raise BadTime from None
    publishing.schedule(guide=guide, at=at, by=_by(request), now=clock.now(), note=note)
    when = f"{timezone.localtime(at):%A, %B %-d, %Y, %-I:%M %p}"
    return f"Planned publication for {when}.", f"It will be published on {when}."


def _unschedule(request: HttpRequest, guide: Guide, note: str) -> Said:
    publishing.unschedule(guide=guide)
    return "Took the planned publication back.", "Nothing is planned any longer."


def _unpublish(request: HttpRequest, guide: Guide, note: str) -> Said:
    was = publishing.unpublish(guide=guide, now=clock.now())
    return f"Unpublished revision {was.number}.", "Readers do not see this guide any longer."


def _review(request: HttpRequest, guide: Guide, note: str) -> Said:
    publishing.review(guide=guide, by=_by(request), now=clock.now())
    return "Reviewed.", "Readers see today as the date of the last review."


ACTS = {
    "publish": _publish,
    "schedule": _schedule,
    "unschedule": _unschedule,
    "unpublish": _unpublish,
    "review": _review,
}


def row_url(problem: GateProblem) -> str:
    """Where the row of a problem is mended, at the very field where that is known."""
    if problem.row is None:
        return ""
    model, pk = problem.row
    try:
        url = reverse(f"admin:content_{model}_change", args=[pk])
    except NoReverseMatch:
        return ""
    return f"{url}#id_{problem.field}" if problem.field else url


def preview(request: HttpRequest, model_admin: Any, guide: Guide) -> HttpResponse:
    """GET says what a preview link is; POST makes one and shows it once, or ends those that live."""
    now, link = clock.now(), ""
    if request.method == "POST" and request.POST.get("do") == "revoke":
        number = previews.revoke(guide=guide, now=now)
        model_admin.log_change(request, guide, f"Ended {number} preview links.")
        messages.success(request, "No preview link of this guide works any longer.")
        return redirect(request.path)
    if request.method == "POST":
        from content.pages import address

        token = previews.make(guide=guide, by=_by(request), now=now)
        model_admin.log_change(request, guide, "Made a preview link.")
        link = address("content:preview", token)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Preview “{guide}”",
        "opts": model_admin.opts,
        "guide": guide,
        "link": link,
        "days": previews.LONGEST.days,
        "living": guide.previews.filter(revoked_at__isnull=True, expires_at__gt=now),
    }
    response = TemplateResponse(request, "content/admin/preview.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response
