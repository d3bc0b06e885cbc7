"""The desk's pages for leads: one page a person, and what is worked through day by day."""

from leads.admin.advisor import AdvisorAdmin
from leads.admin.importing import ImportRunAdmin
from leads.admin.lead import LeadAdmin
from leads.admin.quarantine import QuarantineAdmin
from leads.admin.records import (
    ActivityAdmin,
    CallLogAdmin,
    ConsentAdmin,
    ConsentTextAdmin,
    MergeAdmin,
    ReceiptAdmin,
    TouchAdmin,
)
from leads.admin.sequence import SequenceAdmin
from leads.admin.task import TaskAdmin

__all__ = [
    "ActivityAdmin",
    "AdvisorAdmin",
    "CallLogAdmin",
    "ConsentAdmin",
    "ConsentTextAdmin",
    "ImportRunAdmin",
    "LeadAdmin",
    "MergeAdmin",
    "QuarantineAdmin",
    "ReceiptAdmin",
    "SequenceAdmin",
    "TaskAdmin",
    "TouchAdmin",
]
