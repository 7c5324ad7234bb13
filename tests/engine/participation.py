"""Public participation for tests: a sample walked up to a step, its window, comments, decisions."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from deployments.samples import Sample, Scripted, read_sample
from engine.acts.comments import register_comment, weigh_comment
from engine.acts.decide import DecisionRequest, decide
from engine.service import Service
from tests.builders import MovableClock, scalars, todo_of
from tests.walking import execute, load_sample_bureau, walk

DRAFTER, OPENNESS = "xu.jing", "wu.di"


def sample(case_id: str, service: Service, **changed: Scripted) -> Sample:
    """A sample; ``changed`` replaces what steps decide (``_`` stands for ``-``)."""
    read = read_sample(case_id, today=service.today)
    return replace(read, script=read.script | {(k.replace("_", "-"), 0): v for k, v in changed.items()})


def walked(
    service: Service, clock: MovableClock, until: str, case_id: str = "CY-01", **changed: Scripted
) -> str:
    """The number of a sample's case that waits at a step."""
    chosen = sample(case_id, service, **changed)
    assert chosen.begins is not None
    clock.now = chosen.begins
    load_sample_bureau(service)
    return walk(service, clock, chosen, until=until)


def window_of(service: Service, number: str) -> tuple[datetime, datetime]:
    """From when until when comments are accepted."""
    (row,) = scalars(
        service,
        "SELECT ARRAY[opens_at, closes_at] FROM comment_window w JOIN cases c ON c.id = w.case_id"
        " WHERE c.number = :number",
        number=number,
    )
    return row[0], row[1]


def comment(service: Service, number: str, at: datetime, said: str = "请增加避险点。") -> tuple[int, str]:
    """A letter that came at that time, registered by the drafter."""
    stated = {"said": said, "channel": "letter", "received_at": at.isoformat()}
    return register_comment(service, service.actor(DRAFTER, channel="api"), number, stated)


def weigh(service: Service, number: str, serial: int, **answers: Any) -> None:
    """What becomes of a comment; adopted under one theme unless said otherwise."""
    stated = {"theme": "避险", "disposition": "adopted", **answers}
    weigh_comment(service, service.actor(DRAFTER, channel="api"), number, serial, stated)


def decided(service: Service, number: str, by: str, answers: dict[str, Any], **request: Any) -> None:
    """Decide the one open to-do of the case."""
    todo = todo_of(service, number)
    action = request.pop("action", "approve")
    decide(
        service,
        service.actor(by, channel="api"),
        DecisionRequest(todo.id, action, "同意。", answers, **request),
    )


def announced(service: Service, clock: MovableClock) -> str:
    """The number of CY-01's case whose announcement has just been published: comments are taken."""
    number = walked(service, clock, "issue")
    today = service.today.isoformat()
    decided(service, number, "sun.yan", {"formed_on": today, "issued_on": today})
    execute(service)
    return number
