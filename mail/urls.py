"""The one page of this room that the world may open."""

from django.urls import path

from mail import webhooks

app_name = "mail"
urlpatterns = [path("hooks/mail/", webhooks.provider, name="provider")]
