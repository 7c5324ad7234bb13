"""``@procedure`` makes an async function a procedure of this service, and with it a Prefect flow."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from engine import procedures
from engine.calls import Call
from engine.forms import Form, Intake
from rules.positions import Position

Taken = TypeVar("Taken", bound=Intake)


def procedure(
    key: str,
    *,
    version: int,
    prefix: str,
    title: tuple[str, str],
    source: str,
    intake: type[Taken],
    forms: dict[str, type[Form]],
    positions: tuple[Position, ...],
    opened_by: Position = Position.DRAFTER,
    opens_yearly: str = "",
) -> Callable[[Callable[[Taken], Coroutine[Call, Any, str]]], Any]:
    """Install the decorated body and give back the procedure; its Prefect flow is made by ``prefect_flow``.

    Args:
        prefix: of case numbers, two capitals.
        positions: must have a holder before a case may be launched.
        opened_by: the post of whoever is in charge of such a case and may launch it.
        opens_yearly: one is opened every year by itself: the key of the number in
            ``rules/data/parameters.yaml`` that says how long before 31 December.
    """

    def install(body: Callable[[Taken], Coroutine[Call, Any, str]]) -> procedures.Procedure:
        chosen = procedures.Procedure(
            key=key,
            version=version,
            prefix=prefix,
            chinese=title[0],
            english=title[1],
            source=source,
            intake=intake,
            forms=forms,  # type: ignore[arg-type]  # a Form is a BaseModel
            positions=positions,
            body=body,
            opened_by=opened_by,
            opens_yearly=opens_yearly,
        )
        procedures.install(chosen)
        return chosen

    return install


def prefect_flow(name: str) -> Any:
    """The Prefect flow of the procedure of that key or Python name, made when it is first asked for."""
    from engine.flow_runs import (
        flow_of,
    )  # Prefect takes over a second to load; a portal or a command needs none

    return flow_of(name.replace("_", "-"))
