"""The pages of the quiz, inside the content room."""

from django.urls import path

from content.quiz import result_views, views

urlpatterns = [
    path("quiz/", views.quiz, name="quiz"),
    path("quiz/deleted/", result_views.deleted, name="quiz_deleted"),
    path("quiz/result/<token>/", result_views.result, name="quiz_result"),
    path("quiz/result/<token>/change/", views.change, name="quiz_change"),
    path("quiz/result/<token>/email/", result_views.email, name="quiz_email"),
    path("quiz/result/<token>/again/", result_views.again, name="quiz_again"),
    path("quiz/result/<token>/delete/", result_views.delete, name="quiz_delete"),
]
