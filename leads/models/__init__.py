"""The rows of the leads room, one noun a file. Who writes what (nothing else may):

| row | written by |
| --- | --- |
| Lead | `people.ensure_lead` (visitors), `entry.enter` (staff), `importing`; its stage by `people.move_stage` and |
|  | `people.advance_stage`; owner by `assigning.assign` and `calling.take_next`; do-not-call, call-back times and |
|  | the response clock by `calling.log_call`; the mark of an answer by `services.mark_replied` |
| Touch, Activity | `people.record_touch`, `people.record_activity`: the timeline; append-only |
| Consent | `consents` (ask, confirm, give, decline, withdraw); ConsentText by `consent_texts.seed`; `evidence` reads them |
| Quarantine | `quarantine.hold` (views), `quarantine.release` and `quarantine.refuse` (staff) |
| Sequence, SequenceStep | staff, through the admin, which reports `placeholders.unknown` and shows `emails.preview` |
| Enrolment | `sequences`, which `people.record_activity` asks after everything that may start, stop or restart one; staff |
|  | by `sequences.stop_by_staff` and `sequences.restart_by_staff` |
| Task | `to_do.add`, `to_do.finish`, `to_do.reopen`; `to_do.overdue` lists |
| CallLog | `calling.log_call` |
| ScoreReason | `score.note`, from `people.record_activity`; `Lead.score` is their sum, `score.explained` says why |
| Merge | `merging.merge`, `merging.undo`; a merged row keeps its address and points at the kept one by `merged_into` |
| ImportRun, ImportRow | `importing` (check, start, go_on, drop, progress); CSV leaves through `exporting.leads` |
| Receipt | `erasing.begin`, `erasing.finish`; `erasing.export` shows a person everything |
| Advisor | staff, through the admin; `last_assigned_at` by `assigning.assign_in_turn` |
| RateWindow | `limits_storage` |

Lists show `Lead.objects.present()`: without rows that were merged or erased. Verbs raise `errors.NotPossible` with the
sentence that staff read, are transactions of their own (`durable`), and so cannot be called inside the admin's POST.
"""

from leads.models.advisor import Advisor
from leads.models.call import CallLog, Outcome
from leads.models.consent import CALL, LIST, Consent, ConsentText
from leads.models.import_run import ImportRow, ImportRun
from leads.models.lead import HeardOf, Lead, Origin, Role, Stage
from leads.models.merge import Merge
from leads.models.quarantine import Quarantine
from leads.models.rate_window import RateWindow
from leads.models.receipt import Receipt
from leads.models.score import ScoreReason
from leads.models.sequence import Enrolment, Restart, Sequence, SequenceStep, StopReason
from leads.models.task import Task
from leads.models.timeline import Activity, Touch

__all__ = [
    "CALL",
    "LIST",
    "Activity",
    "Advisor",
    "CallLog",
    "Consent",
    "ConsentText",
    "Enrolment",
    "HeardOf",
    "ImportRow",
    "ImportRun",
    "Lead",
    "Merge",
    "Origin",
    "Outcome",
    "Quarantine",
    "RateWindow",
    "Receipt",
    "Restart",
    "Role",
    "ScoreReason",
    "Sequence",
    "SequenceStep",
    "Stage",
    "StopReason",
    "Task",
    "Touch",
]
