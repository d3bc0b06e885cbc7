from django.urls import path

from bookings.views.booking import calendar, cancel, manage
from bookings.views.choose import event_type
from bookings.views.coaches import book, coaches
from bookings.views.details import details
from bookings.views.find import find

app_name = "bookings"
urlpatterns = [
    path("coaches/", coaches, name="coaches"),
    path("book/", book, name="book"),
    path("book/<slug:slug>/", event_type, name="event_type"),
    path("book/<slug:slug>/details/<str:token>/", details, name="details"),
    path("booking/find/", find, name="find"),
    path("booking/<str:token>/", manage, name="manage"),
    path("booking/<str:token>/cancel/", cancel, name="cancel"),
    path("booking/<str:token>/calendar.ics", calendar, name="calendar"),
]
