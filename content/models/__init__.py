"""The rows an editor types, and the revisions that readers see."""

from content.models.address import RoleAddress
from content.models.comparison import ComparisonCell, ComparisonColumn
from content.models.guide import Guide
from content.models.image import GuideImage
from content.models.items import FAQ, Callout, Paragraph, Point, Step, Tip
from content.models.pdf import RevisionPdf
from content.models.preview import Preview
from content.models.question import ReaderQuestion
from content.models.quiz import QuizDay, QuizEdition, QuizOption, QuizQuestion, QuizResult
from content.models.readers import ReaderDay, ReaderMark, ReaderSalt
from content.models.revision import Revision
from content.models.role import Role, RoleAspect
from content.models.section import Section

__all__ = [
    "FAQ",
    "Callout",
    "ComparisonCell",
    "ComparisonColumn",
    "Guide",
    "GuideImage",
    "Paragraph",
    "Point",
    "Preview",
    "QuizDay",
    "QuizEdition",
    "QuizOption",
    "QuizQuestion",
    "QuizResult",
    "ReaderDay",
    "ReaderMark",
    "ReaderQuestion",
    "ReaderSalt",
    "Revision",
    "RevisionPdf",
    "Role",
    "RoleAddress",
    "RoleAspect",
    "Section",
    "Step",
    "Tip",
]
