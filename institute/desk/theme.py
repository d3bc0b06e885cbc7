"""django-unfold's settings: the desk in the colour and with the mark of the site."""

from typing import Any

from django.templatetags.static import static

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Tpm Institute",
    "SITE_HEADER": "Tpm Institute",
    "SITE_SUBHEADER": "Staff desk",
    "SITE_URL": "/",
    "SITE_ICON": lambda request: static("img/icon.svg"),
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/icon.svg")},
    ],
    "STYLES": [lambda request: static("desk/desk.css")],
    # The teal of the public pages, as a scale.
    "COLORS": {
        "primary": {
            "50": "oklch(97.8% .012 190)",
            "100": "oklch(94.6% .03 190)",
            "200": "oklch(89.6% .055 190)",
            "300": "oklch(82.4% .085 189)",
            "400": "oklch(72.4% .1 189)",
            "500": "oklch(60.6% .098 189)",
            "600": "oklch(49% .083 189)",
            "700": "oklch(43.5% .073 190)",
            "800": "oklch(37.4% .06 191)",
            "900": "oklch(32% .05 192)",
            "950": "oklch(24% .04 194)",
        },
    },
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "DASHBOARD_CALLBACK": "institute.desk.dashboard.dashboard",
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": "institute.desk.menu.navigation"},
}
