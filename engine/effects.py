"""Database effects a procedure may record, by name: they settle inside advance."""

from collections.abc import Callable
from typing import Any

from engine.attribute_review import draft_review_report, open_attribute_items, plan_attribute_review
from engine.attributes import change_attribute, look_up_issued
from engine.awaiting import reach_milestone
from engine.calls import RecordCall
from engine.clocks.of_cases import start_case_clock, stop_case_clock
from engine.confidentiality import conclude_review, report_stored_secret
from engine.disclosing_anew import take_over_document
from engine.documents import allot_number, mark_document, register_secrecy_line
from engine.evaluation.figures import evaluate_year, plan_year
from engine.evaluation.reporting import draft_yearly_report
from engine.opinion import log_releases, reckon_response, record_sighting
from engine.outcomes import Done
from engine.participation.windows import (
    close_comments,
    disclose_outcome,
    open_comments,
    record_event,
    reopen_comments,
    settle_comments,
)
from engine.publishing.by_hand import record_interpretation, record_publication
from engine.publishing.changes import look_up_publication, record_change
from engine.publishing.interpreted import look_up_interpreted
from engine.subcases import open_subcase
from engine.work import Work

Effect = Callable[[Work, dict[str, Any]], Done]

EFFECTS: dict[str, Effect] = {
    "allot-number": allot_number,
    "mark-document": mark_document,
    "record-publication": record_publication,
    "record-interpretation": record_interpretation,
    "look-up-interpreted": look_up_interpreted,
    "look-up-publication": look_up_publication,
    "record-publication-change": record_change,
    "register-secrecy-line": register_secrecy_line,
    "report-stored-secret": report_stored_secret,
    "conclude-review": conclude_review,
    "open-case": open_subcase,
    "reach-milestone": reach_milestone,
    "start-clock": start_case_clock,
    "stop-clock": stop_case_clock,
    "plan-attribute-review": plan_attribute_review,
    "open-attribute-items": open_attribute_items,
    "draft-review-report": draft_review_report,
    "look-up-issued": look_up_issued,
    "change-attribute": change_attribute,
    "take-over-document": take_over_document,
    "plan-year": plan_year,
    "evaluate-year": evaluate_year,
    "draft-yearly-report": draft_yearly_report,
    "record-sighting": record_sighting,
    "log-releases": log_releases,
    "reckon-response": reckon_response,
    "open-comments": open_comments,
    "close-comments": close_comments,
    "settle-comments": settle_comments,
    "reopen-comments": reopen_comments,
    "disclose-outcome": disclose_outcome,
    "record-consultation-event": record_event,
}


def apply_effect(work: Work, call: RecordCall) -> Done:
    """Run a recorded effect within the present transaction."""
    return EFFECTS[call.effect](work, call.arguments)
