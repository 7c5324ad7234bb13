"""What a case's run draws a bar for: step rounds, its own time limits, and rungs that fired.

A step's own target is no second bar: the step's bar tells it. Reminders of it are not drawn, its being missed
and escalated is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import AwaitingRetry, Cancelled, Completed, Failed, Running

from engine.projection.deadlines import due_of, end_of
from engine.projection.snapshot import CaseSeen, ClockSeen, RungSeen, StepSeen
from engine.projection.wording import outcome, positions, step_name
from rules.ladder import RungKind
from rules.positions import Position

_DRAWN_OF_STEPS = (RungKind.OVERDUE, RungKind.ESCALATE, RungKind.LAPSE)
_RUNGS = {
    RungKind.NOT_COUNTED: "Still not counted 仍未恢复计算",
    RungKind.REMIND: "Reminded 提醒",
    RungKind.OVERDUE: "Deadline missed 逾期",
    RungKind.ESCALATE: "Escalated 升级督办",
    RungKind.STILL_OVERDUE: "Still overdue 仍未办结",
    RungKind.LAPSE: "Lapsed 期满",
}


@dataclass(frozen=True)
class Bar:
    """One bar; ``label`` makes it the same one whenever it is written."""

    label: str
    key: str
    kind: str
    name: str
    state: State[Any]
    at: datetime  # since when it is in that state
    began: datetime
    ended: datetime | None


def changed(case: CaseSeen, now: datetime, machine_now: datetime, timezone: str) -> list[Bar]:
    """The bars that differ from what was shown last."""
    return [
        *_changed_steps(case, now, machine_now, timezone),
        *_changed_clocks(case, timezone),
        *_changed_rungs(case, timezone),
    ]


def _changed_steps(case: CaseSeen, now: datetime, machine_now: datetime, timezone: str) -> Iterator[Bar]:
    """An activity being executed just now shows itself."""
    for step in case.steps:
        target = case.target_of(step)
        told = max(step.opened_seq, step.settled_seq or 0, target.changed_seq if target else 0)
        tried = step.attempts and step.settled_at is None and not _executing(step, machine_now)
        if told > case.shown_seq or tried:
            yield _of_step(step, target, now, _due(target, timezone) if target else "")


def _executing(step: StepSeen, machine_now: datetime) -> bool:
    return step.leased_until is not None and step.leased_until > machine_now


def _of_step(step: StepSeen, target: ClockSeen | None, now: datetime, due: str) -> Bar:
    return Bar(
        label=step.label,
        key=step.key,
        kind=step.kind,
        name=step_name(step, target),
        state=_state_of_step(step, target, due),
        at=step.settled_at or (now if step.attempts else _told_at(step.opened_at, target)),
        began=step.opened_at,
        ended=step.settled_at,
    )


def _state_of_step(step: StepSeen, target: ClockSeen | None, due: str) -> State[Any]:
    """RUNNING while open, Completed, Failed when returned, AwaitingRetry between the tries of an activity."""
    if step.settled_at is not None:
        message = " ".join(outcome(step)) + (" · late 逾期办结" if target and target.met_late else "")
        return Failed(message=message) if step.action == "return" else Completed(message=message)
    if step.attempts and step.next_try_at is not None:
        return AwaitingRetry(scheduled_time=step.next_try_at, message=f"{step.attempts} failed 次失败")
    if step.attempts:
        return Failed(message=f"{step.attempts} failed 次失败 · 等待系统管理员 waiting for the administrator")
    return Running(message=" · ".join(filter(None, [f"等待 {' '.join(positions(step))}", due])))


def _changed_clocks(case: CaseSeen, timezone: str) -> Iterator[Bar]:
    for clock in case.clocks:
        if clock.step is None and clock.changed_seq > case.shown_seq:
            yield _of_clock(clock, _due(clock, timezone))


def _of_clock(clock: ClockSeen, due: str) -> Bar:
    """RUNNING from its start; Completed when met in time, lapsed or arrived; Failed when met late."""
    name = f"Deadline 时限: {_title(clock)}"
    state: State[Any] = Running(message=due)
    if clock.closed_at is not None:
        en, zh = end_of(clock)
        make = Failed if clock.met_late else Cancelled if clock.closed_because == "stopped" else Completed
        name, state = f"{name} · {en}", make(message=f"{en} {zh} · {due}")
    return Bar(
        label=f"clock:{clock.id}",
        key="clock",
        kind="clock",
        name=name,
        state=state,
        at=clock.closed_at or _told_at(clock.armed_at, clock),
        began=clock.armed_at,
        ended=clock.closed_at,
    )


def _told_at(since: datetime, clock: ClockSeen | None) -> datetime:
    """Each move of the due date is another state: the server takes none of the same instant."""
    return since + timedelta(milliseconds=clock.moves if clock else 0)


def _changed_rungs(case: CaseSeen, timezone: str) -> Iterator[Bar]:
    for clock in case.clocks:
        for rung in clock.rungs:
            kind = RungKind(rung.kind)
            drawn = kind in (_RUNGS if clock.step is None else _DRAWN_OF_STEPS)
            if drawn and rung.fired_seq > case.shown_seq:
                yield _of_rung(rung, kind, clock, _due(clock, timezone))


def _of_rung(rung: RungSeen, kind: RungKind, clock: ClockSeen, due: str) -> Bar:
    """From when it was due until it fired; red where a limit was missed."""
    said = _RUNGS[kind]
    if rung.asked:
        posts = [Position(each) for each in rung.asked]
        en, zh = ", ".join(post.english for post in posts), "、".join(post.chinese for post in posts)
        said = f"Escalated to {en} 升级至{zh}"
    elif kind is RungKind.LAPSE:
        said = f"Lapsed by {clock.silence} 期满"
    said += " (late 迟发)" if rung.late else ""
    make = Failed if kind is RungKind.OVERDUE else Completed
    return Bar(
        label=f"rung:{rung.id}",
        key="rung",
        kind="rung",
        name=f"{said}: {_title(clock)}",
        state=make(message=f"{said} · {due}"),
        at=rung.fired_at,
        began=max(rung.due_at, clock.armed_at),
        ended=rung.fired_at,
    )


def _title(clock: ClockSeen) -> str:
    return f"{clock.title['en']} {clock.title['zh']}"


def _due(clock: ClockSeen, timezone: str) -> str:
    due, _ = due_of(clock, timezone)
    return f"due {due}" if due else "not being counted 不计入期间"
