"""Everything people may look at, each behind the policy door: inbox, cases, documents, ledger, status."""

from engine.reading.ahead import Ahead, Leads, path_from_launch, read_leads, read_path_ahead
from engine.reading.case import read_case, read_timeline
from engine.reading.case_view import CaseView, Timeline
from engine.reading.cases import CaseLine, CaseList, list_cases
from engine.reading.clocks import ClockView, read_clocks
from engine.reading.comments import CommentsView, read_comments
from engine.reading.deliveries import Delivery, list_undelivered, read_deliveries
from engine.reading.documents import (
    AttachmentBytes,
    AttachmentHeader,
    VersionContent,
    VersionHeader,
    list_versions,
    read_attachment,
    read_beside,
    read_version,
)
from engine.reading.family import Relative, read_family
from engine.reading.inbox import DueFilter, Inbox, inbox
from engine.reading.law import CalendarYear, ParameterView, read_calendar_year, read_parameters
from engine.reading.ledger import CaseLedger, read_ledger
from engine.reading.limits import Limit
from engine.reading.links import Followed, LinkState, LinkUnknown, follow
from engine.reading.mailbox import Mail, MailLine, list_mails, read_mail
from engine.reading.people import Directory, PersonView, read_directory
from engine.reading.procedures import ProcedureSchema, ProcedureSummary, list_procedures, read_procedure
from engine.reading.running import RunningLimits, list_running
from engine.reading.runs import read_flow_run
from engine.reading.status import Status, read_status
from engine.reading.todo import Todo, read_assignment
from engine.reading.visible import claims_secret

__all__ = [
    "Ahead",
    "AttachmentBytes",
    "AttachmentHeader",
    "CalendarYear",
    "CaseLedger",
    "CaseLine",
    "CaseList",
    "CaseView",
    "ClockView",
    "CommentsView",
    "Delivery",
    "Directory",
    "DueFilter",
    "Followed",
    "Inbox",
    "Leads",
    "Limit",
    "LinkState",
    "LinkUnknown",
    "Mail",
    "MailLine",
    "ParameterView",
    "PersonView",
    "ProcedureSchema",
    "ProcedureSummary",
    "Relative",
    "RunningLimits",
    "Status",
    "Timeline",
    "Todo",
    "VersionContent",
    "VersionHeader",
    "claims_secret",
    "follow",
    "inbox",
    "list_cases",
    "list_mails",
    "list_procedures",
    "list_running",
    "list_undelivered",
    "list_versions",
    "path_from_launch",
    "read_assignment",
    "read_attachment",
    "read_beside",
    "read_calendar_year",
    "read_case",
    "read_clocks",
    "read_comments",
    "read_deliveries",
    "read_directory",
    "read_family",
    "read_flow_run",
    "read_leads",
    "read_ledger",
    "read_mail",
    "read_parameters",
    "read_path_ahead",
    "read_procedure",
    "read_status",
    "read_timeline",
    "read_version",
]
