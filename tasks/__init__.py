"""The vocabulary of procedures: what a flow may await, one word per file."""

from engine.calls import Action, SigningOrder
from engine.drafting import Drafting, Redacting, Writing
from engine.forms import (
    CaseNumber,
    DocumentNumber,
    Form,
    FormFacts,
    Instant,
    Intake,
    IntakeFacts,
    Line,
    Text,
    WebAddress,
    asked,
    require_past,
    require_seen,
)
from engine.outcomes import Done, Lapsed, ReviewOutcome
from rules.relations import Relation
from tasks.all_of import all_of
from tasks.circulate import Desk, Paper, aside, circulate, when
from tasks.clocks import Since, start_clock, stop_clock, wait_until
from tasks.family import Reached, await_case, await_cases, open_case, reach
from tasks.hold import hold
from tasks.procedure import prefect_flow, procedure
from tasks.publish import publish, publish_interpretation
from tasks.record import record
from tasks.review import APPROVE_OR_RETURN, APPROVE_RETURN_OR_DISAGREE, review
from tasks.withdraw import withdraw

__all__ = [
    "APPROVE_OR_RETURN",
    "APPROVE_RETURN_OR_DISAGREE",
    "Action",
    "CaseNumber",
    "Desk",
    "DocumentNumber",
    "Done",
    "Drafting",
    "Form",
    "FormFacts",
    "Instant",
    "Intake",
    "IntakeFacts",
    "Lapsed",
    "Line",
    "Paper",
    "Reached",
    "Redacting",
    "Relation",
    "ReviewOutcome",
    "SigningOrder",
    "Since",
    "Text",
    "WebAddress",
    "Writing",
    "all_of",
    "aside",
    "asked",
    "await_case",
    "await_cases",
    "circulate",
    "hold",
    "open_case",
    "prefect_flow",
    "procedure",
    "publish",
    "publish_interpretation",
    "reach",
    "record",
    "require_past",
    "require_seen",
    "review",
    "start_clock",
    "stop_clock",
    "wait_until",
    "when",
    "withdraw",
]
