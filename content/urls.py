from django.urls import path

from content import views
from content.quiz import urls as quiz

app_name = "content"
urlpatterns = [
    path("", views.home, name="home"),
    path("guides/", views.guides, name="guides"),
    path("guides/<slug:slug>/", views.guide, name="guide"),
    path("guides/<slug:slug>.pdf", views.guide_pdf, name="guide_pdf"),
    path("guides/preview/<str:token>/", views.preview, name="preview"),
    path("roles/<slug:slug>/", views.role, name="role"),
    path("privacy/", views.privacy, name="privacy"),
    *quiz.urlpatterns,
]
