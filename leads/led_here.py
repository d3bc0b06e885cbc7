"""The page of ours that led to a form, with the campaign that stands in its address."""

from urllib.parse import urlsplit

from django.http import HttpRequest

from leads.people import own_path


def path_before(request: HttpRequest) -> str:
    """The page named by the link as `from`, else the one the Referer tells; "" for a page that is not ours.

    A kept page is the same bytes for every reader, so its links cannot know the campaign that its own address carried; a
    Referer that means the same page does.
    """
    named, told = own_path(request.GET.get("from", "")), _told(request)
    return named if named and urlsplit(named).path != urlsplit(told).path else told


def _told(request: HttpRequest) -> str:
    try:
        referrer = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # "http://[": anybody can send anything here
        return ""
    if referrer.netloc != request.get_host():
        return ""
    return own_path(f"{referrer.path}?{referrer.query}" if referrer.query else referrer.path)
