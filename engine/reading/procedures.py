"""The installed procedures as people meet them: names, sources, and the JSON schemas of their forms."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from engine.forms import NoAnswers
from engine.procedures import Procedure, installed, procedure
from engine.reading.values import Named, position_named
from rules.errors import UnknownProcedure


@dataclass(frozen=True)
class ProcedureSummary:
    """One procedure: what it is called, what it follows, whose posts it asks."""

    key: str
    version: int
    zh: str
    en: str
    source: str
    prefix: str
    positions: list[Named]


@dataclass(frozen=True)
class ProcedureSchema:
    """What a launch takes, and what each of the procedure's forms asks."""

    key: str
    version: int
    zh: str
    en: str
    intake: dict[str, Any]
    forms: dict[str, dict[str, Any]]


def list_procedures() -> list[ProcedureSummary]:
    """The newest version of every procedure."""
    return [
        ProcedureSummary(
            p.key,
            p.version,
            p.chinese,
            p.english,
            p.source,
            p.prefix,
            [position_named(x) for x in p.positions],
        )
        for p in installed()
    ]


def read_procedure(key: str) -> ProcedureSchema:
    """One procedure's schemas, by key or Chinese name.

    Raises:
        UnknownProcedure: none of that name.
    """
    chosen = procedure(key)
    forms = {name: _schema(chosen, name) for name in chosen.forms}
    intake = chosen.intake.model_json_schema()
    return ProcedureSchema(chosen.key, chosen.version, chosen.chinese, chosen.english, intake, forms)


@cache
def form_schema(key: str, version: int, form: str) -> dict[str, Any] | None:
    """The JSON schema of one form; ``None`` when that version is no longer installed here."""
    try:
        return _schema(procedure(key, version), form)
    except UnknownProcedure:
        return None


def _schema(chosen: Procedure, form: str) -> dict[str, Any]:
    return (chosen.forms[form] if form else NoAnswers).model_json_schema()
