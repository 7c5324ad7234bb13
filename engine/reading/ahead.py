"""What can still come of a case: its procedure run ahead on a copy of the journal, writing nothing.

The same replay that moves a case tells people where each answer would lead, so the two cannot disagree.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection, text

from engine.actor import Actor
from engine.calls import Action, AwaitCall, Call, RecordCall, ReviewCall, SigningOrder
from engine.forms import Form, NoAnswers
from engine.outcomes import Done, Outcome, ReviewOutcome, encode
from engine.procedures import Procedure, procedure
from engine.reading.values import Named, position_named, snapshot
from engine.reading.visible import load_visible
from engine.replay import Ended, Recorded, StepId, replay
from engine.service import Service
from rules.disclosure import DisclosureAttribute
from rules.errors import UnknownProcedure

CLOCKS = ("start-clock", "stop-clock")
LONGEST = 60
"""Steps looked ahead; no procedure of the notice has as many."""

_STEPS = text(
    "SELECT key, round, kind, call, outcome, settled_at FROM step WHERE case_id = :case ORDER BY id"
)
_CURRENT = text("SELECT attribute, ground FROM document_version WHERE id = :id")
_UNDECIDED = -1
"""Stands for a version that does not exist yet."""


@dataclass(frozen=True)
class Ahead:
    """One step to come: a review asks ``positions``; an ending has no step, only its closing word.

    ``units``: of the positions, by code, where others than the case's own are asked. ``now``: it is open.
    """

    step: Named | None
    kind: str
    positions: list[Named]
    basis: str
    ending: str = ""
    units: tuple[str, ...] = ()
    now: bool = False


@dataclass(frozen=True)
class Leads:
    """Where one answer leads. ``answers`` are those of its form that make the difference."""

    action: str
    answers: dict[str, Any]
    to: Ahead


def path_from_launch(
    chosen: Procedure, intake: Any, draft: Mapping[str, Any], *, website: str = "automatic"
) -> list[Ahead]:
    """Every step of a case launched so, if everybody approves and documents are published this way."""
    return _run_ahead(chosen, intake, {}, draft, website)


def read_path_ahead(service: Service, actor: Actor, number: str) -> list[Ahead]:
    """The steps a case has still before it if everybody approves; the open one comes first.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
    """
    with snapshot(service) as connection:
        row = load_visible(connection, actor, number).row
        if row.closed_at is not None or row.frozen:
            return []
        journal, draft = _journal(connection, row.id), _draft(connection, row)
    try:
        chosen = procedure(row.procedure, row.version)
    except UnknownProcedure:
        return []
    return _run_ahead(
        chosen, chosen.intake.model_validate(row.intake), journal, draft, service.settings.website_way
    )


def read_leads(service: Service, actor: Actor, number: str, step: StepId) -> list[Leads]:
    """Where each answer to an open review leads next; an action whose way depends on the form has several.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
    """
    with snapshot(service) as connection:
        row = load_visible(connection, actor, number).row
        journal, draft = _journal(connection, row.id), _draft(connection, row)
    chosen = procedure(row.procedure, row.version)
    asked = journal.get(step)
    if asked is None or asked.outcome is not None or asked.kind != ReviewCall.kind:
        return []
    intake = chosen.intake.model_validate(row.intake)
    return [
        Leads(action, answers, _next(chosen, intake, journal, step, outcome, service.settings.website_way))
        for action, answers, outcome in _possible(chosen, asked.call, draft)
    ]


def _journal(connection: Connection, case_id: int) -> dict[StepId, Recorded]:
    rows = connection.execute(_STEPS, {"case": case_id})
    return {(row.key, row.round): Recorded(row.kind, row.call, row.outcome) for row in rows}


def _draft(connection: Connection, row: Any) -> dict[str, Any]:
    version = connection.execute(_CURRENT, {"id": row.document_version_id}).one_or_none()
    said = {"attribute": version.attribute, "ground": version.ground} if version else {}
    return {"state_secret": bool(row.intake.get("state_secret")), **said}


def _run_ahead(
    chosen: Procedure,
    intake: Any,
    journal: Mapping[StepId, Recorded],
    draft: Mapping[str, Any],
    website: str,
) -> list[Ahead]:
    ahead: list[Ahead] = []
    known = dict(journal)
    for _ in range(LONGEST):
        position = replay(chosen.body, intake, known)
        if isinstance(position, Ended):
            return [*ahead, Ahead(None, "end", [], "", position.outcome)]
        at = position.waiting[0]  # of branches, one after the other: nobody knows which is first
        call = at.call
        if not (isinstance(call, RecordCall) and call.effect in CLOCKS):  # nobody waits there
            ahead.append(replace(_shown(call), now=(call.key, at.round) in journal))
        known[call.key, at.round] = Recorded(
            call.kind, call.as_json(), encode(_usual(chosen, call, draft, website))
        )
    return ahead


class _Untold(dict[str, Any]):
    """Facts of a step that has not happened: whatever else a procedure asks of them is not known yet."""

    def __missing__(self, _name: str) -> str:
        return ""


def _usual(chosen: Procedure, call: Call, draft: Mapping[str, Any], website: str) -> Outcome:
    """What comes of a step when nothing is the matter."""
    if isinstance(call, AwaitCall):
        return Done({"cases": [_awaited(number) for number in call.cases]})
    if not isinstance(call, ReviewCall):
        return Done(_Untold(website=website))
    return _outcome(chosen, call.as_json(), Action.APPROVE, {}, draft)


def _awaited(number: str) -> dict[str, Any]:
    return {"number": number, "outcome": "", "ended": False, "mark": 0, "facts": _Untold()}


def _outcome(
    chosen: Procedure,
    call: Mapping[str, Any],
    action: Action,
    answers: Mapping[str, Any],
    draft: Mapping[str, Any],
) -> ReviewOutcome:
    if action is Action.APPROVE and call["edits_document"]:
        said = {"attribute": DisclosureAttribute.PROACTIVE.value, **_stated(draft), **answers}
        version = None if said.get("state_secret") else _UNDECIDED
        return ReviewOutcome(action, version, said)
    usual = _form(chosen, call).usual if action is Action.APPROVE else {}
    return ReviewOutcome(action, call["document_version_id"], {**usual, **answers})


def _stated(draft: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in draft.items() if value not in ("", None)}


def _form(chosen: Procedure, call: Mapping[str, Any]) -> type[Form]:
    form = chosen.forms.get(call["form"], NoAnswers)
    return form if issubclass(form, Form) else NoAnswers


def _possible(
    chosen: Procedure, call: Mapping[str, Any], draft: Mapping[str, Any]
) -> Iterable[tuple[str, dict[str, Any], ReviewOutcome]]:
    for name in call["actions"]:
        action = Action(name)
        if action is Action.RETURN:
            continue  # it leads where the holder says
        deciding = _form(chosen, call).decides if action is Action.APPROVE else ()
        for answers in deciding or ({},):
            yield name, dict(answers), _outcome(chosen, call, action, answers, draft)


def _next(
    chosen: Procedure,
    intake: Any,
    journal: Mapping[StepId, Recorded],
    step: StepId,
    outcome: ReviewOutcome,
    website: str,
) -> Ahead:
    asked = journal[step]
    if SigningOrder(asked.call["order"]) in (SigningOrder.ALL, SigningOrder.IN_ORDER):
        named = Named(step[0], asked.call["title"]["zh"], asked.call["title"]["en"])
        return Ahead(named, ReviewCall.kind, [position_named(p) for p in asked.call["signers"]], "")
    decided = {**journal, step: replace(asked, outcome=encode(outcome))}
    position = replay(chosen.body, intake, decided, settle=partial(_pretend, website=website))
    if isinstance(position, Ended):
        return Ahead(None, "end", [], "", position.outcome)
    opened = next((at for at in position.waiting if not at.known), position.waiting[0])
    return _shown(opened.call)


def _pretend(call: Call, _round: int, *, website: str) -> Outcome | None:
    return Done(_Untold(website=website)) if isinstance(call, RecordCall) else None


def _shown(call: Call) -> Ahead:
    named = Named(call.key, call.title.zh, call.title.en)
    positions = [position_named(p) for p in call.signers] if isinstance(call, ReviewCall) else []
    units = tuple(call.units) if isinstance(call, ReviewCall) else ()
    return Ahead(named, call.kind, positions, call.basis, units=units)
