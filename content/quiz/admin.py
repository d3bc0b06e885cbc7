"""The quiz in the staff admin: the draft is edited here, editions are published from it, results are counted."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from content.admin.guide import row_url
from content.errors import GateClosed, GateProblem
from content.models import QuizEdition, QuizOption, QuizQuestion, QuizResult
from content.quiz import drafts, gate, publishing
from content.quiz import edition as editions
from content.quiz.edition import ROLES
from content.quiz.errors import NothingNew
from content.quiz.report import NAMES
from mail import clock


class OptionInline(StackedInline):
    """The answers of a question."""

    model = QuizOption
    fields = ("label", ("role", "facts"), ("step", "key"), "advice", "order")
    extra = 0
    show_count = True
    ordering_field = "order"  # type: ignore[assignment]
    hide_ordering_field = True
    formfield_overrides = {models.TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 2})}}  # type: ignore[assignment,misc]


@admin.register(QuizQuestion)
class QuizQuestionAdmin(ModelAdmin):
    """The draft. Saving changes nothing that visitors see; publishing does."""

    list_display = ("prompt", "scored", "answers", "basis", "order")
    list_filter = ("scored",)
    search_fields = ("prompt", "key", "options__label", "options__facts")
    fields = ("prompt", "key", "scored", "basis", "order")
    inlines = (OptionInline,)
    actions_list = ("publish_quiz",)  # type: ignore[assignment]

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuizQuestion]:
        return super().get_queryset(request).annotate(answer_count=Count("options"))

    @display(description="Answers")
    def answers(self, question: QuizQuestion) -> int:
        return int(question.answer_count)  # type: ignore[attr-defined]

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Publishing is a permission of its own."""
        return request.user.has_perm("content.publish_quiz")

    # The admin's own POST views run in a transaction; publishing opens its own durable one, so it has its own view.
    @action(description="Publish …", url_path="publish", permissions=["publish"])  # type: ignore[operator]
    def publish_quiz(self, request: HttpRequest) -> HttpResponse:
        """GET shows what is in the way or a button; POST publishes."""
        note = request.POST.get("note", "").replace("\x00", "")[:300]
        problems: tuple[GateProblem, ...] = ()
        if request.method == "POST":
            try:
                edition = publishing.publish(by=cast(User, request.user), now=clock.now(), note=note)
            except GateClosed as closed:
                problems = closed.problems
            except NothingNew as nothing:
                messages.info(request, str(nothing))
                return redirect("admin:content_quizquestion_changelist")
            else:
                messages.success(request, f"{edition} is live. Results of earlier editions stay as they were.")
                return redirect("admin:content_quizedition_changelist")
        taken, live = drafts.take(), publishing.live()
        problems = problems or gate.problems(taken, facts=publishing.known_facts())
        context = {
            **self.admin_site.each_context(request),
            "title": "Publish the quiz",
            "opts": self.opts,
            "note": note,
            "live": live,
            "problems": [(problem.sentence, row_url(problem)) for problem in problems],
            "unchanged": live is not None and live.snapshot == taken,
            "draft": [] if problems else editions.read(taken).questions,
        }
        return TemplateResponse(request, "content/admin/publish_quiz.html", context)


class Kept(ModelAdmin):
    """Rows that are looked at and never touched."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(QuizEdition)
class QuizEditionAdmin(Kept):
    """What visitors were asked, and from when."""

    list_display = ("edition", "published_at", "publisher_name", "note", "results")
    fields = ("edition", "published_at", "publisher_name", "note", "results", "questions")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuizEdition]:
        return super().get_queryset(request).annotate(result_count=Count("results"))

    @display(description="Edition", ordering="number")
    def edition(self, edition: QuizEdition) -> str:
        return str(edition)

    @display(description="Results", ordering="result_count")
    def results(self, edition: QuizEdition) -> int:
        return int(edition.result_count)  # type: ignore[attr-defined]

    @display(description="Questions")
    def questions(self, edition: QuizEdition) -> str:
        """Every question with its answers, as they were asked."""
        rows = [
            (
                question.prompt,
                format_html_join(
                    "",
                    "<li>{}{}</li>",
                    ((each.label, f" ({NAMES[each.role]})" if each.role else "") for each in question.options),
                ),
            )
            for question in editions.read(edition.snapshot).questions
        ]
        return format_html(
            '<ol class="list-decimal pl-4">{}</ol>',
            format_html_join("", "<li><b>{}</b><ul class='list-disc pl-4'>{}</ul></li>", rows),
        )


@admin.register(QuizResult)
class QuizResultAdmin(Kept):
    """Results, without a word about whose they are; those who left an address have it on their lead's timeline."""

    list_display = ("taken_at", "edition", "band", "first_role", *ROLES)
    list_filter = ("edition", "band", "first_role")
    list_select_related = ("edition",)
    list_per_page = 50
    show_full_result_count = False
    date_hierarchy = "taken_at"
    fields = ("taken_at", "edition", "band", "first_role", *ROLES, "picked")
    readonly_fields = fields
    list_before_template = "content/admin/quiz_counts.html"  # type: ignore[assignment]

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuizResult]:
        return super().get_queryset(request).select_related("edition")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The list below its counts by edition."""
        context = {**(extra_context or {}), "quiz_counts": counts()}
        return super().changelist_view(request, context)

    @display(description="Answers")
    def picked(self, result: QuizResult) -> str:
        """What was picked, in the words of its edition."""
        edition = editions.read(result.edition.snapshot)
        answers = {key: tuple(picks) for key, picks in result.answers.items()}
        rows = (
            (question.prompt, " · ".join(each.label for each in edition.chosen(answers, question)) or "–")
            for question in edition.questions
        )
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} <b>{}</b></li>", rows))


def counts() -> list[dict[str, Any]]:
    """For each edition how often each role stood first, how often two or three were named, and how many in all."""
    found: dict[int, dict[str, Any]] = {}
    rows = QuizResult.objects.order_by().values("edition__number", "band", "first_role").annotate(n=Count("pk"))
    for row in rows:
        line = found.setdefault(
            row["edition__number"],
            {"edition": row["edition__number"], "between": 0, "all": 0, "sum": 0} | dict.fromkeys(ROLES, 0),
        )
        line[row["band"] if row["band"] in ("between", "all") else row["first_role"]] += row["n"]
        line["sum"] += row["n"]
    return [found[number] for number in sorted(found, reverse=True)]
