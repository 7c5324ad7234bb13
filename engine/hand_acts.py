"""Acts by hand in Prefect: no case moves, each is flagged once, the run is shown again."""

from uuid import UUID

import structlog
from sqlalchemy import select, update

from engine.incidents import open_incident
from engine.projection.record import begin_generation
from engine.projection.snapshot import CaseSeen
from engine.service import Service
from engine.work import Work, work_on_case
from models import ShownCase

log = structlog.get_logger(__name__)
_shown = ShownCase.__table__

KIND = "prefect-run-changed-by-hand"


def flag_hand_act(service: Service, case: CaseSeen, what: str) -> bool:
    """Flag that the case's run was moved out of its present park. Returns whether this call was the first to.

    Nothing is flagged when the case has ended or its run was parked anew since ``case`` was read.
    """
    with service.database.begin() as connection:
        work = _locked(service, connection, case)
        row = connection.execute(select(_shown).where(_shown.c.case_id == case.id)).one_or_none()
        if row is None or work.case.closed_at is not None or row.flow_run_id != case.flow_run_id:
            return False
        if row.pause_key != case.pause_key or row.flagged_key == row.pause_key:
            return False
        connection.execute(
            update(_shown).where(_shown.c.case_id == case.id).values(flagged_key=case.pause_key)
        )
        _flag(work, what, case.flow_run_id)
        work.finish()
    return True


def flag_deletion(service: Service, case: CaseSeen) -> bool:
    """Flag that the case's run was deleted, and begin a new generation. Returns whether this call did."""
    with service.database.begin() as connection:
        work = _locked(service, connection, case)
        mine = (_shown.c.case_id == case.id) & (_shown.c.flow_run_id == case.flow_run_id)
        if not begin_generation(connection, mine):
            return False
        if work.case.closed_at is None:
            _flag(work, "deleted", case.flow_run_id)
            work.finish()
    return True


def _locked(service: Service, connection, case: CaseSeen) -> Work:  # type: ignore[no-untyped-def]
    return work_on_case(service, connection, case.id, channel="reconciler")


def _flag(work: Work, what: str, flow_run_id: UUID | None) -> None:
    log.warning(KIND, case=work.case.number, what=what)
    work.note(KIND, data={"what": what, "flow_run_id": str(flow_run_id)})
    open_incident(
        work,
        KIND,
        zh=f"有人在 Prefect 中手工改动了本事项的运行（{what}）。事项未受影响，运行已恢复显示；"
        "请提醒相关人员在门户中办理。确认后可用 gongkai case retry 消除本提示。",
        en=f"Someone changed this case's run by hand in Prefect ({what}). The case did not move and its run "
        "is shown again; remind people to decide in the portal. Acknowledge with gongkai case retry.",
        blocking=False,
    )
