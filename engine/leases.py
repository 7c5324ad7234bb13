"""Leases 执行权 on automated steps: one executor at a time, results accepted only with the current epoch."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from engine.advance import advance
from engine.incidents import open_incident
from engine.opening import settle_step
from engine.outcomes import Done, encode
from engine.service import Service
from engine.work import Work, work_on_case
from models import Activity, Case

_activity, _cases = Activity.__table__, Case.__table__


@dataclass(frozen=True)
class Lease:
    """The right to execute one automated step, until it runs out or another takes over."""

    step_id: int
    case_id: int
    case_number: str
    activity: str
    arguments: dict[str, Any]
    idempotency_key: str
    epoch: int


def claim(service: Service, step_id: int, *, holder: str) -> Lease | None:
    """Take the lease on a due step, or ``None`` when it is not due, settled, or held by a live holder."""
    now = service.machine_now
    free = _activity.c.leased_until.is_(None) | (_activity.c.leased_until < now)
    due = _activity.c.next_try_at.is_not(None) & (_activity.c.next_try_at <= now)
    with service.database.begin() as connection:
        row = connection.execute(
            update(_activity)
            .where(_activity.c.step_id == step_id, _activity.c.settled_at.is_(None), free, due)
            .values(
                epoch=_activity.c.epoch + 1,
                leased_by=holder,
                leased_until=now + timedelta(seconds=service.settings.lease_seconds),
            )
            .returning(_activity)
        ).one_or_none()
        if row is None:
            return None
        number = connection.execute(select(_cases.c.number).where(_cases.c.id == row.case_id)).scalar_one()
    return Lease(step_id, row.case_id, number, row.name, row.arguments, row.idempotency_key, row.epoch)


def renew(service: Service, lease: Lease) -> bool:
    """Hold the lease for another term; ``False`` when another has taken over or the step is settled."""
    until = service.machine_now + timedelta(seconds=service.settings.lease_seconds)
    with service.database.begin() as connection:
        renewed = connection.execute(
            update(_activity)
            .where(
                _activity.c.step_id == lease.step_id,
                _activity.c.epoch == lease.epoch,
                _activity.c.settled_at.is_(None),
                _activity.c.leased_by.is_not(None),
            )
            .values(leased_until=until)
        )
    return bool(renewed.rowcount)


def settle(service: Service, lease: Lease, facts: dict[str, Any]) -> bool:
    """Store the result and advance the case, in one transaction.

    Returns ``False`` when the lease was lost; the late result is noted as an orphan effect.
    """
    with service.database.begin() as connection:
        work = _work(service, connection, lease)
        step = work.step_of(lease.step_id)
        assert step is not None
        if step.settled_at is not None or not _still_ours(work, lease):
            work.note("orphan-effect", step=step.label, data={"epoch": lease.epoch, "facts": facts})
            work.finish()
            return False
        connection.execute(
            update(_activity)
            .where(_activity.c.step_id == lease.step_id)
            .values(settled_at=work.now, next_try_at=None, leased_by=None, leased_until=None)
        )
        settle_step(work, step, encode(Done(facts)), "done")
        work.note("activity-settled", basis=step.call["basis"], step=step.label, data=facts)
        advance(work)
        work.finish()
    return True


def give_up(service: Service, lease: Lease, error: str, *, last_attempt: int | None = None) -> None:
    """Note a failed wake; after the last one an incident asks the administrator.

    Args:
        last_attempt: how many wakes may fail; 1 when repeating cannot help.
    """
    allowed = last_attempt or service.settings.activity_attempts
    with service.database.begin() as connection:
        work = _work(service, connection, lease)
        step = work.step_of(lease.step_id)
        if step is None or not _still_ours(work, lease):
            return
        attempts = _note_failure(work, lease, error, service, allowed)
        work.note("activity-failed", step=step.label, data={"attempt": attempts, "error": error[:300]})
        if attempts >= allowed:
            open_incident(
                work,
                "activity-failed",
                zh=f"自动环节“{step.call['title']['zh']}”连续失败{attempts}次：{error[:300]}。"
                "请排除故障后重试（gongkai case retry）；重试不会重复公开。",
                en=f"Automated step “{step.call['title']['en']}” failed {attempts} times: {error[:300]}. "
                "Mend the cause, then retry (gongkai case retry); a repeat never publishes twice.",
                step_id=step.id,
                blocking=True,
                step=step.label,
            )
        work.finish()


def _note_failure(work: Work, lease: Lease, error: str, service: Service, allowed: int) -> int:
    settings = service.settings
    row = work.connection.execute(
        update(_activity)
        .where(_activity.c.step_id == lease.step_id)
        .values(
            attempts=_activity.c.attempts + 1,
            last_error=error[:1000],
            leased_by=None,
            leased_until=None,
            next_try_at=work.machine_now + timedelta(seconds=settings.activity_retry_seconds),
        )
        .returning(_activity.c.attempts)
    ).scalar_one()
    if row >= allowed:  # waits for the administrator, not for time
        work.connection.execute(
            update(_activity).where(_activity.c.step_id == lease.step_id).values(next_try_at=None)
        )
    return int(row)


def _work(service: Service, connection: Any, lease: Lease) -> Work:
    return work_on_case(service, connection, lease.case_id, channel="worker")


def _still_ours(work: Work, lease: Lease) -> bool:
    epoch = work.connection.execute(
        select(_activity.c.epoch).where(_activity.c.step_id == lease.step_id).with_for_update()
    ).scalar_one()
    return bool(epoch == lease.epoch)
