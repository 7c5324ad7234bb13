"""Advancing the clock 推进虚拟时间: statutory time leaps for a whole installation that was made for it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from engine.actor import Actor
from engine.ledger import append_to_organ
from engine.policy import Act, Facts, permit
from engine.service import Service
from engine.virtual_time import AHEAD
from rules.errors import TimeNotMovable
from rules.leaps import destination
from rules.working_calendar import WorkingCalendar

# The one way for the application's role: it may not change the row itself.
_ADVANCE = text("SELECT advance_virtual_time(:by)")


@dataclass(frozen=True)
class Clock:
    """What the clock says. ``now`` is statutory; where it is not ``virtual``, both are the machine's."""

    now: datetime
    machine_now: datetime
    virtual: bool


def read_clock(service: Service) -> Clock:
    """The present readings."""
    machine_now = service.machine_now
    return Clock(service.statutory(machine_now), machine_now, service.is_virtual)


def advance_clock(service: Service, actor: Actor, *, by: str = "", to: str = "") -> Clock:
    """Move statutory time forward, for every process at once; ``rules.leaps`` says how far.

    Raises:
        NotAllowed, TimeNotMovable: not in this installation; InvalidInput: not forward, or unreadable.
    """
    permit(actor, Act.ADVANCE_CLOCK, Facts(where="clock"))
    calendar = WorkingCalendar(timezone=service.settings.timezone)
    with service.database.begin() as connection:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(739020192)")  # one leap at a time
        ahead = connection.execute(AHEAD).scalar()
        if ahead is None:
            raise TimeNotMovable(where="clock")
        machine_now = service.machine_now
        before = machine_now + ahead
        after = destination(before, by=by, to=to, calendar=calendar)
        connection.execute(_ADVANCE, {"by": after - before})
        append_to_organ(
            connection,
            "clock-advanced",
            at=after,
            actor=actor.username,
            channel=actor.channel,
            data={"from": before.isoformat(), "to": after.isoformat()},
        )
    return Clock(after, machine_now, virtual=True)
