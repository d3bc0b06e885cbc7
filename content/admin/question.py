"""Readers' questions: answered in public from a page of their own, or kept from readers."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin
from unfold.decorators import action

from content import questions
from content.errors import NoAnswer
from content.models import ReaderQuestion
from mail import clock


@admin.register(ReaderQuestion)
class ReaderQuestionAdmin(ModelAdmin):
    """What readers asked, the waiting ones to be found first."""

    list_display = ("__str__", "status", "guide", "name", "asked_at", "answerer_name")
    list_filter = ("status", "guide")
    list_select_related = ("guide",)
    search_fields = ("question", "answer", "name", "email")
    fields = (
        "status",
        "guide",
        "question",
        "name",
        "email",
        "asked_at",
        "answer",
        "answerer_name",
        "answered_at",
    )
    readonly_fields = fields
    actions_detail = ("answer_question",)  # type: ignore[assignment]
    actions = ("hide_questions",)

    def has_answer_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Speaking in public for the institute is a permission of its own."""
        return request.user.has_perm("content.answer_question")

    # Its own view: the admin's POST views run in a transaction, the verbs open durable ones.
    @action(description="Answer …", url_path="answer", permissions=["answer"])  # type: ignore[operator]
    def answer_question(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET shows the question with a field; POST answers it in public or keeps it from readers."""
        question = self.get_object(request, unquote(object_id))
        if question is None:
            raise Http404
        text, complaint = request.POST.get("answer", question.answer).replace("\x00", ""), ""
        if request.method == "POST" and request.POST.get("do") == "hide":
            questions.hide(question=question, now=clock.now())
            self.log_change(request, question, "Kept from readers.")
            messages.success(request, "Readers do not see this question.")
            return redirect("admin:content_readerquestion_change", question.pk)
        if request.method == "POST":
            try:
                questions.answer(question=question, text=text, by=cast(User, request.user), now=clock.now())
            except NoAnswer as error:
                complaint = str(error)
            else:
                self.log_change(request, question, "Answered.")
                messages.success(request, "The question stands under the guide with your answer.")
                return redirect("admin:content_readerquestion_change", question.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "Answer a reader’s question",
            "opts": self.opts,
            "question": question,
            "answer": text[:3000],
            "complaint": complaint,
        }
        return TemplateResponse(request, "content/admin/answer.html", context)

    @admin.action(description="Keep from readers", permissions=["answer"])
    def hide_questions(self, request: HttpRequest, queryset: QuerySet[ReaderQuestion]) -> None:
        """Several at once; the list's actions run outside of a transaction."""
        for question in queryset:
            questions.hide(question=question, now=clock.now())
        messages.success(request, f"{len(queryset)} kept from readers.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
