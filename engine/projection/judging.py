"""What the state of a case's run tells, compared with what we set. Pure; the one place that tells a hand act
from our own doing.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from prefect.client.schemas.objects import StateType

from engine.projection.runs import RunSeen
from engine.projection.snapshot import CaseSeen
from engine.settings import Settings

HAND_GRACE = timedelta(seconds=10)
"""A run resumed by hand is left to the worker that picks it up: it flags and parks. After that we do it."""

_UNDERWAY = {StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING}


class Verdict(StrEnum):
    """What to do about a run."""

    PARKED = "parked"  # as it should be
    UNDERWAY = "underway"  # being executed; leave it
    ENDED = "ended"  # Completed, and the case has ended
    LOST = "lost"  # a worker died with it, or Prefect could not start it: park again, nobody's fault
    BY_HAND = "by-hand"  # someone changed it in Prefect: flag, park again
    DELETED = "deleted"  # gone: flag, new generation


def patience_of(settings: Settings) -> timedelta:
    """How long a wake may take to begin, and a worker may be silent."""
    return timedelta(seconds=settings.wake_patience_seconds)


def judge(case: CaseSeen, run: RunSeen | None, *, now: datetime, patience: timedelta) -> Verdict:
    """The verdict on a case's run.

    Args:
        patience: see ``patience_of``.
    """
    if run is None:
        return Verdict.DELETED
    if run.type is StateType.PAUSED:
        return _of_parked(case, now, patience)
    if not case.pause_key and not case.woken_at and run.type in _UNDERWAY:
        return _of_new(case, run, now, patience)
    if case.closed_at is not None:
        return _of_closed(case, run, now, patience)
    if case.woken_at is not None:
        return _of_woken(case, run, now, patience)
    if run.type not in _UNDERWAY:
        return Verdict.BY_HAND
    grace = HAND_GRACE if run.type is StateType.SCHEDULED else patience
    return Verdict.UNDERWAY if now - run.since < grace else Verdict.BY_HAND


def _of_parked(case: CaseSeen, now: datetime, patience: timedelta) -> Verdict:
    """A wake that never began, or a park that a crash kept us from writing down, is parked once more."""
    stale = case.closed_at is None and case.woken_at is not None and now - case.woken_at > patience
    return Verdict.LOST if stale else Verdict.PARKED


def _of_new(case: CaseSeen, run: RunSeen, now: datetime, patience: timedelta) -> Verdict:
    """Never parked yet: made by us just now, or by the form and still at its first steps."""
    by_form = case.adopted_run == run.id
    return Verdict.UNDERWAY if by_form and now - run.since < patience else Verdict.LOST


def _of_closed(case: CaseSeen, run: RunSeen, now: datetime, patience: timedelta) -> Verdict:
    if run.type is StateType.COMPLETED:
        return Verdict.ENDED
    if run.type in _UNDERWAY and now - max(run.since, case.woken_at or run.since) < patience:
        return Verdict.UNDERWAY
    return Verdict.LOST


def _of_woken(case: CaseSeen, run: RunSeen, now: datetime, patience: timedelta) -> Verdict:
    assert case.woken_at is not None
    executing = any(step.leased_until is not None and step.leased_until > now for step in case.open_steps)
    fresh = executing or now - case.woken_at < patience
    if run.type in _UNDERWAY:
        return Verdict.UNDERWAY if fresh else Verdict.LOST
    if run.type in (StateType.FAILED, StateType.CRASHED):  # the process or the engine failed under it
        return Verdict.UNDERWAY if now - case.woken_at < HAND_GRACE else Verdict.LOST
    return Verdict.BY_HAND
