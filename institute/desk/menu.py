"""The sidebar: every list of the admin once, and the pages that are no list, grouped by what staff come for."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse

# Group → (model, icon) in the order of use. Models of a room that are not named follow after these.
GROUPS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Consultations",
        "bookings",
        (
            ("booking", "event"),
            ("coach", "support_agent"),
            ("eventtype", "category"),
            ("schedule", "schedule"),
            ("dateoverride", "event_busy"),
            ("timeoff", "beach_access"),
            ("outsidecalendar", "sync"),
        ),
    ),
    (
        "Leads",
        "leads",
        (
            ("lead", "group"),
            ("task", "checklist"),
            ("quarantine", "gpp_maybe"),
            ("sequence", "stacked_email"),
            ("importrun", "upload_file"),
            ("advisor", "headset_mic"),
            ("calllog", "call"),
            ("consenttext", "contract"),
        ),
    ),
    (
        "Guide",
        "content",
        (
            ("guide", "menu_book"),
            ("section", "toc"),
            ("role", "badge"),
            ("readerquestion", "forum"),
            ("revision", "history"),
            ("quizquestion", "quiz"),
            ("quizedition", "layers"),
            ("quizresult", "bar_chart"),
        ),
    ),
    ("Mail", "mail", (("message", "mail"), ("bounce", "undo"), ("suppression", "unsubscribe"))),
    ("Institute", "auth", (("user", "person"), ("group", "groups"))),
)
# The identity lies in the mail room, because every mail shows it; staff look for it under the institute.
ELSEWHERE = {("mail", "institute"): ("Institute", "apartment"), ("audit", "auditrow"): ("Institute", "policy")}
# Pages that are no list, behind the list they belong to: (title, icon, URL name, permission).
PAGES: dict[tuple[str, str], tuple[tuple[str, str, str, str], ...]] = {
    ("bookings", "booking"): (
        ("Book a call", "add_call", "admin:bookings_booking_book_call", "bookings.change_booking"),
        ("Why is a time not offered?", "help", "admin:bookings_booking_why_not", "bookings.view_booking"),
        ("Unavailable today", "sick", "admin:bookings_timeoff_unavailable_today", "bookings.add_timeoff"),
    ),
    ("leads", "lead"): (
        ("Your day", "wb_sunny", "admin:leads_lead_day", "leads.change_lead"),
        ("Pipeline", "view_kanban", "admin:leads_lead_board", "leads.change_lead"),
        ("Funnel", "filter_alt", "desk_funnel", "leads.change_lead"),
    ),
    ("leads", "task"): (("Overdue tasks", "alarm", "admin:leads_task_overdue", "leads.change_lead"),),
    ("mail", "message"): (("Test mail", "outgoing_mail", "admin:mail_message_test_mail", "mail.send_message"),),
}
# What a visitor books is a coaching call; staff call it a consultation.
NAMES = {("bookings", "booking"): "Consultations", ("mail", "institute"): "Institute", ("audit", "auditrow"): "Audit"}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """unfold's callback: only what this reader may open."""
    home = {"title": "Overview", "icon": "dashboard", "link": reverse("admin:index")}
    groups: list[dict[str, Any]] = [{"title": None, "items": [home]}]
    registry = {(model._meta.app_label, str(model._meta.model_name)): (model, page) for model, page in _pages()}
    for title, app, named in GROUPS:
        moved = [(key, icon) for key, (group, icon) in ELSEWHERE.items() if group == title]
        own = [((app, name), icon) for name, icon in named]
        known = {key for key, _ in own} | ELSEWHERE.keys()
        rest = sorted(key for key in registry if key[0] == app and key not in known)
        items = []
        for key, icon in [*moved, *own, *((key, "list") for key in rest)]:
            model, page = registry.get(key, (None, None))
            if model is None or page is None or not page.has_module_permission(request):
                continue
            if not page.has_view_permission(request):
                continue
            link = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            items.append({"title": NAMES.get(key) or _name(model), "icon": icon, "link": link})
            items += [
                {"title": name, "icon": sign, "link": reverse(url)}
                for name, sign, url, permission in PAGES.get(key, ())
                if request.user.has_perm(permission)
            ]
        if items:
            groups.append({"title": title, "separator": True, "items": items})
    _mark_present(groups, request.path)
    return groups


def _mark_present(groups: list[dict[str, Any]], path: str) -> None:
    """One item is where the reader is: the page itself, or the list it lies under; unfold would mark both."""
    every = [item for group in groups for item in group["items"]]
    here = [item for item in every if path == item["link"] or (item is not every[0] and path.startswith(item["link"]))]
    longest = max(here, key=lambda item: len(item["link"]), default=None)
    for item in every:
        item["active"] = item is longest


def _pages() -> list[tuple[type[Model], Any]]:
    return list(admin.site._registry.items())


def _name(model: Any) -> str:
    """The plural name with a capital letter."""
    name = str(model._meta.verbose_name_plural)
    return name[:1].upper() + name[1:]
