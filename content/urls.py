from django.urls import path

from content import views
from content.quiz import urls as quiz

app_name = "content"
urlpatterns = [
    path("", views.home, name="home"),
    path("guides/<slug:slug>/", views.guide, name="guide"),
    path("privacy/", views.privacy, name="privacy"),
    *quiz.urlpatterns,
]
