from django.urls import path

from content import asking, download, views
from content.quiz import urls as quiz

app_name = "content"
urlpatterns = [
    path("", views.home, name="home"),
    path("guides/", views.guides, name="guides"),
    path("guides/<slug:slug>/", views.guide, name="guide"),
    path("guides/<slug:slug>/search/", views.search, name="search"),
    path("guides/<slug:slug>/ask/", asking.ask, name="ask"),
    path("guides/<slug:slug>/asked/", asking.asked, name="asked"),
    path("guides/<slug:slug>.pdf", download.guide_pdf, name="guide_pdf"),
    path("guides/file/<str:token>/", download.guide_file, name="guide_file"),
    path("guides/images/<str:name>", views.image, name="image"),
    path("guides/preview/<str:token>/", views.preview, name="preview"),
    path("roles/<slug:slug>/", views.role, name="role"),
    path("privacy/", views.privacy, name="privacy"),
    *quiz.urlpatterns,
]
