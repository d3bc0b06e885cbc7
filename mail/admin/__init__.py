"""The desk's pages for the ledger, what came back, suppressions, the test mail, and who the institute is."""

from mail.admin.bounce import BounceAdmin
from mail.admin.institute import InstituteAdmin, TopicAdmin
from mail.admin.message import MessageAdmin
from mail.admin.suppression import SuppressionAdmin

__all__ = ["BounceAdmin", "InstituteAdmin", "MessageAdmin", "SuppressionAdmin", "TopicAdmin"]
