"""Everything people may look at, each behind the policy door: inbox, cases, documents, ledger, status."""

from engine.reading.case import read_case, read_timeline
from engine.reading.case_view import CaseView, Timeline
from engine.reading.documents import (
    AttachmentBytes,
    VersionContent,
    VersionHeader,
    list_versions,
    read_attachment,
    read_version,
)
from engine.reading.ledger import CaseLedger, read_ledger
from engine.reading.procedures import ProcedureSchema, ProcedureSummary, list_procedures, read_procedure
from engine.reading.status import Status, read_status
from engine.reading.todo import Inbox, Todo, inbox, read_assignment

__all__ = [
    "AttachmentBytes",
    "CaseLedger",
    "CaseView",
    "Inbox",
    "ProcedureSchema",
    "ProcedureSummary",
    "Status",
    "Timeline",
    "Todo",
    "VersionContent",
    "VersionHeader",
    "inbox",
    "list_procedures",
    "list_versions",
    "read_assignment",
    "read_attachment",
    "read_case",
    "read_ledger",
    "read_procedure",
    "read_status",
    "read_timeline",
    "read_version",
]
