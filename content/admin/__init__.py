"""The guide in the staff admin: rows are edited here, readers see them after publishing."""

from content.admin.guide import ComparisonColumnAdmin, GuideAdmin
from content.admin.image import GuideImageAdmin
from content.admin.items import FAQAdmin, SectionAdmin
from content.admin.question import ReaderQuestionAdmin
from content.admin.revision import RevisionAdmin
from content.admin.role import RoleAdmin
from content.quiz.admin import QuizEditionAdmin, QuizQuestionAdmin, QuizResultAdmin

__all__ = [
    "ComparisonColumnAdmin",
    "FAQAdmin",
    "GuideAdmin",
    "GuideImageAdmin",
    "QuizEditionAdmin",
    "QuizQuestionAdmin",
    "QuizResultAdmin",
    "ReaderQuestionAdmin",
    "RevisionAdmin",
    "RoleAdmin",
    "SectionAdmin",
]
