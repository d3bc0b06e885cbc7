"""The pages of the leads room."""

from django.urls import path

from leads import my_data_views, views

app_name = "leads"
urlpatterns = [
    path("subscribe/", views.subscribe, name="subscribe"),
    path("subscribe/thanks/", views.subscribed, name="subscribed"),
    path("contact/", views.contact, name="contact"),
    path("contact/thanks/", views.contacted, name="contacted"),
    path("form/received/", views.held, name="held"),
    path("my-data/", my_data_views.ask, name="my_data_ask"),
    path("my-data/<token>/", my_data_views.my_data, name="my_data"),
    path("my-data/<token>/data.json", my_data_views.as_json, name="my_data_json"),
    path("my-data/<token>/data.txt", my_data_views.as_text, name="my_data_text"),
    path("confirm/<token>/", views.confirm, name="confirm"),
    path("preferences/<token>/", views.preferences, name="preferences"),
    path("unsubscribe/<token>/", views.unsubscribe, name="unsubscribe"),
]
