"""Database effects a procedure may record, by name: they settle inside advance."""

from collections.abc import Callable
from typing import Any

from engine.awaiting import reach_milestone
from engine.calls import RecordCall
from engine.clocks.of_cases import start_case_clock, stop_case_clock
from engine.documents import allot_number, mark_document, register_secrecy_line
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
    "open-case": open_subcase,
    "reach-milestone": reach_milestone,
    "start-clock": start_case_clock,
    "stop-clock": stop_case_clock,
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
