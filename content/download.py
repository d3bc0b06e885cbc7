"""The guide as a file: behind the link that a confirmed address was mailed. The page on the web stays open to everybody."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from content import pages, printing, selectors
from content.models import Revision
from content.renderers import excerpt
from leads import magnet
from leads.token_pages import token_page
from mail import clock
from mail.errors import LinkUnknown


def said() -> tuple[str, str]:
    """The guide in a few lines, for the mail that brings the link."""
    short = excerpt.of_first_live()
    return (short.text, short.html) if short else ("", "")


OFFER = magnet.Offer(title="The guide as a PDF", url_name="content:guide_file", excerpt=said)


@token_page
@require_http_methods(["GET", "HEAD", "POST"])
def guide_file(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button, because mail scanners follow links; POST hands the file over and notes it where that was agreed to."""
    now = clock.now()
    lead = magnet.opened(token, now=now)
    revision = selectors.first_live()
    if lead is None or revision is None:
        raise LinkUnknown
    if request.method != "POST":
        return render(
            request, "content/guide_file.html", {"guide_path": reverse("content:guide", args=[revision.slug])}
        )
    with transaction.atomic(durable=True):
        magnet.fetched(lead=lead, now=now)
    return _file(revision)


@require_safe
def guide_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The live guide's PDF for staff; a reader is shown the way to have it mailed."""
    revision = selectors.live_at(slug)
    if revision is None:
        return pages.moved("content:guide_pdf", slug)
    if request.user.has_perm("content.view_guide"):
        return _file(revision)
    path = reverse("content:guide", args=[revision.slug])
    response = redirect(f"{reverse('leads:subscribe')}?from={path}")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _file(revision: Revision) -> HttpResponse:
    made = printing.ensure(revision, now=clock.now())
    response = HttpResponse(bytes(made.content), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{revision.slug}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
