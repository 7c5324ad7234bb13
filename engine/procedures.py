"""The procedures installed here, by name and version. Flows register; engine looks them up."""

from dataclasses import dataclass

from pydantic import BaseModel

from engine.forms import Intake
from engine.replay import Body
from rules.errors import UnknownProcedure
from rules.positions import Position


@dataclass(frozen=True)
class Procedure:
    """One version of a procedure 流程: its body, what it takes, what its steps ask."""

    key: str
    version: int
    prefix: str  # of case numbers: ZD-2026-0001
    chinese: str
    english: str
    source: str
    intake: type[Intake]
    forms: dict[str, type[BaseModel]]
    positions: tuple[Position, ...]  # must have a holder before a case is launched
    body: Body
    opened_by: Position = Position.DRAFTER  # the post of whoever is in charge of a case
    opens_yearly: str = ""  # key of the number that says how long before the year's end one is opened


_installed: dict[tuple[str, int], Procedure] = {}


def install(procedure: Procedure) -> None:
    """Make a procedure known. The newest version is the one new cases start on."""
    _installed[(procedure.key, procedure.version)] = procedure


def installed() -> list[Procedure]:
    """The newest version of every procedure, by key."""
    newest = dict(sorted(_installed))
    return [_installed[pair] for pair in newest.items()]


def procedure(key: str, version: int | None = None) -> Procedure:
    """One procedure, by its key or Chinese name; the newest version unless one is named.

    Raises:
        UnknownProcedure: none of that name and version.
    """
    for candidate in installed():
        if key in (candidate.key, candidate.chinese):
            found = candidate if version is None else _installed.get((candidate.key, version))
            if found is not None:
                return found
    known = "、".join(f"{p.key}（{p.chinese}）" for p in installed())
    raise UnknownProcedure(
        where="procedure", name=key if version is None else f"{key} v{version}", known=known
    )
