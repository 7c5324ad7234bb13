"""Retrying a case an incident holds up: the administrator asks again, never decides."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update

from engine.actor import Actor
from engine.advance import advance
from engine.incidents import resolve_incident
from engine.opening import settle_step
from engine.outcomes import Done, encode
from engine.policy import Act, Facts, permit
from engine.service import Service
from engine.work import Work, work_on_case
from models import Activity, Incident
from rules.errors import HoldAwaitsAnswer, NothingToRetry

HOLD = "hold"
"""The kind of incident that waits for an answer from elsewhere, not for a repair."""

_incident, _activity = Incident.__table__, Activity.__table__


@dataclass(frozen=True)
class Retried:
    """Which incidents were answered, and whether the case moves again."""

    number: str
    incidents: list[str]
    moving: bool


def retry_case(service: Service, actor: Actor, number: str, *, kind: str = "") -> Retried:
    """Answer the open incidents of a case by trying again.

    An exhausted activity is queued again; a failed advance is repeated; a flag is acknowledged. A hold
    asks its step again in a new round, and only when it is named: it waits for an answer from elsewhere.

    Args:
        kind: answer the incidents of this kind only; ``hold`` says that the answer is in.

    Raises:
        NotAllowed, CaseNotFound, NothingToRetry, HoldAwaitsAnswer.
    """
    permit(actor, Act.RETRY_CASE, Facts(where=number))
    with service.database.begin() as connection:
        work = work_on_case(service, connection, number, actor=actor.username, channel=actor.channel)
        incidents = _chosen(_open_incidents(work), number, kind)
        moving = _retry(work, incidents, by=actor.person_id)
        work.finish()
    return Retried(number, [incident.kind for incident in incidents], moving)


def retry_stuck(service: Service, case_id: int) -> bool:
    """The reconciler's own retry: repeats a failed advance, touches nothing a person must answer."""
    with service.database.begin() as connection:
        work = work_on_case(service, connection, case_id, channel="reconciler")
        stuck = [
            i for i in _open_incidents(work) if i.blocking and i.step_id is None and not work.case.frozen
        ]
        if not stuck:
            return False
        if not _retry(work, stuck, by=None):
            connection.rollback()  # the same incident stays open; nothing of this attempt is kept
            return False
        work.finish()
    return True


def _chosen(incidents: list[Row[Any]], number: str, kind: str) -> list[Row[Any]]:
    chosen = [i for i in incidents if i.kind == kind or (not kind and i.kind != HOLD)]
    if chosen:
        return chosen
    if incidents and not kind:
        raise HoldAwaitsAnswer(where=number, number=number)
    raise NothingToRetry(where=number, number=number)


def _open_incidents(work: Work) -> list[Row[Any]]:
    query = select(_incident).where(_incident.c.case_id == work.case.id, _incident.c.resolved_at.is_(None))
    return list(work.connection.execute(query.order_by(_incident.c.id)))


def _retry(work: Work, incidents: list[Row[Any]], *, by: int | None) -> bool:
    work.note("retry-asked", data={"incidents": [incident.kind for incident in incidents]})
    for incident in incidents:
        _answer(work, incident)
        resolve_incident(work, incident.id, by=by, how="retried", kind=incident.kind)
    if any(incident.blocking for incident in incidents):
        work.case.frozen = False
        return advance(work)
    return True


def _answer(work: Work, incident: Row[Any]) -> None:
    step = work.step_of(incident.step_id)
    if step is None or step.settled_at is not None:
        return
    if step.kind == "hold":
        settle_step(work, step, encode(Done({"asked_again": True})), "asked-again")
    elif step.kind == "activity":
        work.connection.execute(
            update(_activity)
            .where(_activity.c.step_id == step.id)
            .values(attempts=0, next_try_at=work.machine_now)
        )
