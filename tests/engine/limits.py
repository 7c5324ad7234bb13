"""Procedures with time limits of their own, for tests: an answer that is due, a silence that has a meaning, a
window that must be waited for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import text

from engine import procedures
from engine.acts.launch import LaunchRequest, launch
from engine.service import Service
from rules.positions import Position
from tasks import Intake, Lapsed, Since, procedure, review, start_clock, stop_clock, wait_until
from tests.builders import UNIT, scalars

ANSWER = ("答复申请人", "Answer to the applicant")
ART_33 = ("政府信息公开条例", "第33条")


class Received(Intake):
    """The least a case needs, and the day the request came in."""

    drafter: str
    unit: str
    received_on: date = date(2026, 4, 20)


@contextmanager
def answering_installed() -> Iterator[None]:
    """The office answers a request; the case's limit is twenty working days and may be extended once."""

    @procedure(
        "answering",
        version=1,
        prefix="YS",
        title=("答复试验", "Answering"),
        source="test",
        intake=Received,
        forms={},
        positions=(Position.OFFICE,),
    )
    async def answering(intake: Received) -> str:
        received = Since(("收到申请之日", "day of receipt"), rule="request-answer", at=intake.received_on)
        await start_clock("answer", ANSWER, received, basis="政府信息公开条例 第33条")
        outcome = await review("answer", ("拟办答复", "Drafting the answer"), Position.OFFICE)
        await stop_clock("answer", ANSWER)
        return str(outcome.action.value)

    yield
    del procedures._installed[("answering", 1)]


@contextmanager
def lapsing_installed() -> Iterator[None]:
    """The legal office may object within fifteen working days; its silence has a meaning. Then the office."""

    @procedure(
        "lapsing",
        version=1,
        prefix="SX",
        title=("逾期失权试验", "Lapsing"),
        source="test",
        intake=Received,
        forms={},
        positions=(Position.LEGAL_OFFICE, Position.OFFICE),
    )
    async def lapsing(intake: Received) -> str:
        consulted = await review(
            "consultation",
            ("征求意见", "Consultation"),
            Position.LEGAL_OFFICE,
            within="third-party-consultation",
            silence="政府信息公开条例 第32条",
        )
        await review("conclusion", ("办结", "Conclusion"), Position.OFFICE)
        return "lapsed" if isinstance(consulted, Lapsed) else str(consulted.action.value)

    yield
    del procedures._installed[("lapsing", 1)]


@contextmanager
def waiting_installed() -> Iterator[None]:
    """Thirty days of comments, which nobody can shorten; then the office."""

    @procedure(
        "waiting",
        version=1,
        prefix="DD",
        title=("等待试验", "Waiting"),
        source="test",
        intake=Received,
        forms={},
        positions=(Position.OFFICE,),
    )
    async def waiting(intake: Received) -> str:
        opened = Since(
            ("公开征求意见之日", "day the window opens"), rule="comment-window", at=intake.received_on
        )
        await start_clock("window", ("征求意见", "Comments"), opened, ends="arrive")
        await wait_until("window-over", ("等待期满", "The window is open"), clock="window")
        await review("conclusion", ("汇总", "Conclusion"), Position.OFFICE)
        return "done"

    yield
    del procedures._installed[("waiting", 1)]


def start(service: Service, procedure_key: str, **intake: Any) -> str:
    """Launch a case of one of them. Returns its number."""
    request = LaunchRequest(procedure_key, {"drafter": "drafter", "unit": UNIT, **intake})
    return launch(service, service.actor("administrator", channel="api"), request).number


def clock_of(service: Service, number: str, key: str) -> Any:
    """The latest clock of that key, as stored."""
    query = text(
        "SELECT k.* FROM clock k JOIN cases c ON c.id = k.case_id"
        " WHERE c.number = :number AND k.key = :key ORDER BY k.round DESC LIMIT 1"
    )
    with service.database.connect() as connection:
        return connection.execute(query, {"number": number, "key": key}).one()


def armed_rung(service: Service, clock_id: int) -> Any:
    """The one rung that is armed."""
    query = text("SELECT * FROM rung WHERE clock_id = :clock AND fired_at IS NULL")
    with service.database.connect() as connection:
        return connection.execute(query, {"clock": clock_id}).one()


def todo_of_act(service: Service, act_id: int) -> int:
    """The to-do that asks for an answer."""
    [todo] = scalars(service, "SELECT id FROM assignment WHERE clock_act_id = :act", act=act_id)
    return int(todo)


def entries(service: Service, action: str) -> list[Any]:
    """The ledger entries of an action, oldest first."""
    query = text("SELECT * FROM ledger_entry WHERE action = :action ORDER BY chain, seq")
    with service.database.connect() as connection:
        return list(connection.execute(query, {"action": action}))
