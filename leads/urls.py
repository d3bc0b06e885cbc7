"""The pages of the leads room."""

from django.urls import path

from leads import views

app_name = "leads"
urlpatterns = [
    path("subscribe/", views.subscribe, name="subscribe"),
    path("subscribe/thanks/", views.subscribed, name="subscribed"),
    path("contact/", views.contact, name="contact"),
    path("contact/thanks/", views.contacted, name="contacted"),
    path("form/received/", views.held, name="held"),
    path("confirm/<token>/", views.confirm, name="confirm"),
    path("preferences/<token>/", views.preferences, name="preferences"),
    path("unsubscribe/<token>/", views.unsubscribe, name="unsubscribe"),
]
