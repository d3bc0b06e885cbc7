"""Public pages of this room for /sitemap.xml; addresses come from SITE_URL, never from the Host header."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse

from content import pages
from content.models import Revision


class OwnAddress(Sitemap):
    """A sitemap that believes SITE_URL."""

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc


class Pages(OwnAddress):
    """Pages that stand in the templates; those of other rooms are met by URL name."""

    def items(self) -> list[str]:
        return [
            "content:home",
            "content:guides",
            "content:quiz",
            "bookings:coaches",
            "bookings:book",
            "leads:contact",
            "leads:subscribe",
            "content:privacy",
        ]

    def location(self, item: str) -> str:
        return reverse(item)


class Guides(OwnAddress):
    """Every guide that is live, with the time it was published."""

    def items(self) -> QuerySet[Revision]:
        return Revision.objects.filter(live_in__isnull=False).defer("snapshot").order_by("guide__order", "guide_id")

    def location(self, item: Revision) -> str:
        return reverse("content:guide", args=[item.slug])

    def lastmod(self, item: Revision) -> datetime:
        return item.published_at


class Roles(OwnAddress):
    """Every role of a live guide, with the time that guide was published."""

    def items(self) -> list[tuple[str, Revision]]:
        return list(pages.live_roles())

    def location(self, item: tuple[str, Revision]) -> str:
        return reverse("content:role", args=[item[0]])

    def lastmod(self, item: tuple[str, Revision]) -> datetime:
        return item[1].published_at


SITEMAPS = {"pages": Pages, "guides": Guides, "roles": Roles}
