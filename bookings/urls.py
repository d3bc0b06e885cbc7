from django.urls import path

from bookings.views.approve import approve
from bookings.views.booking import calendar, cancel, manage
from bookings.views.choose import event_type
from bookings.views.coaches import book, coaches
from bookings.views.details import details
from bookings.views.edit import edit
from bookings.views.feeds import feed, subscribe
from bookings.views.find import find
from bookings.views.proving import prove
from bookings.views.reschedule import reschedule

app_name = "bookings"
urlpatterns = [
    path("coaches/", coaches, name="coaches"),
    path("book/", book, name="book"),
    path("book/<slug:slug>/", event_type, name="event_type"),
    path("book/<slug:slug>/details/<str:token>/", details, name="details"),
    path("booking/find/", find, name="find"),
    path("booking/<str:token>/", manage, name="manage"),
    path("booking/<str:token>/confirm/", prove, name="prove"),
    path("booking/<str:token>/reschedule/", reschedule, name="reschedule"),
    path("booking/<str:token>/cancel/", cancel, name="cancel"),
    path("booking/<str:token>/edit/", edit, name="edit"),
    path("booking/<str:token>/calendar.ics", calendar, name="calendar"),
    path("booking/<str:token>/feed/", subscribe, name="subscribe"),
    path("feeds/<str:token>.ics", feed, name="feed"),
    path("approve/<str:token>/", approve, name="approve"),
]
