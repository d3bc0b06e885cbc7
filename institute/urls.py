"""The root of all URLs: each room brings its own."""

from django.conf import settings
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path
from django.views.generic import TemplateView

from bookings.api import api
from content.sitemaps import SITEMAPS
from institute import views
from institute.desk import trial
from institute.desk.funnel import views as funnel
from institute.signin import views as signin

handler400 = "institute.views.bad_request"
handler403 = "institute.views.forbidden"
handler404 = "institute.views.not_found"
handler500 = "institute.views.server_error"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path(
        "robots.txt",
        TemplateView.as_view(
            template_name="robots.txt",
            content_type="text/plain",
            extra_context={"site_url": settings.SITE_URL},
        ),
        name="robots",
    ),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("api/", api.urls),
    # Before the admin's own patterns, of which the last takes every path.
    path(f"{settings.ADMIN_PATH}funnel/", admin.site.admin_view(funnel.page), name="desk_funnel"),
    path(f"{settings.ADMIN_PATH}funnel/funnel.csv", admin.site.admin_view(funnel.file), name="desk_funnel_file"),
    path(f"{settings.ADMIN_PATH}funnel/people/", admin.site.admin_view(funnel.who), name="desk_funnel_people"),
    path(f"{settings.ADMIN_PATH}login/", signin.login, name="sign_in"),
    path(
        f"{settings.ADMIN_PATH}confirm-password/",
        admin.site.admin_view(signin.confirm_password),
        name="confirm_password",
    ),
    path(settings.ADMIN_PATH, admin.site.urls),
    path("", include("content.urls")),
    path("", include("bookings.urls")),
    path("", include("leads.urls")),
    path("", include("mail.urls")),
    path("test-mail/<token>/", trial.page, name="test_mail"),
]
