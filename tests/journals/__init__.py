"""A library of finished journals: what a case asked and was answered, and the word it closed with.

A file is written once, by the build whose case it was (``python -m tests.journals.keep``), and never again:
every later build must replay it to the very same end, or a case on its way would freeze after the upgrade.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from engine.procedures import procedure
from engine.replay import Ended, Recorded, StepId, replay
from engine.service import Service

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Kept:
    """One finished journal. ``steps`` in the order they were opened: key, round, kind, call, outcome."""

    procedure: str
    version: int
    intake: dict[str, Any]
    steps: list[dict[str, Any]]
    ends: str

    @property
    def journal(self) -> dict[StepId, Recorded]:
        """As replay takes it."""
        return {
            (step["key"], step["round"]): Recorded(step["kind"], step["call"], step["outcome"])
            for step in self.steps
        }


def files() -> list[Path]:
    """Every kept journal, by name."""
    return sorted(FOLDER.glob("*.json"))


def read(path: Path) -> Kept:
    """One kept journal."""
    return Kept(**json.loads(path.read_text(encoding="utf-8")))


def closing_word(kept: Kept) -> str:
    """What this build makes of it.

    Raises:
        ReplayMismatch: the procedure asks for something else than it did then.
        UnknownProcedure: this version is no longer installed.
    """
    chosen = procedure(kept.procedure, kept.version)
    came = replay(chosen.body, chosen.intake.model_validate(kept.intake), kept.journal)
    return came.outcome if isinstance(came, Ended) else ""


def journal_of(service: Service, number: str) -> Kept:
    """The journal of a closed case."""
    with service.read() as connection:
        row = connection.execute(text("SELECT * FROM cases WHERE number = :number"), {"number": number}).one()
        rows = connection.execute(
            text("SELECT key, round, kind, call, outcome FROM step WHERE case_id = :case ORDER BY id"),
            {"case": row.id},
        )
        steps = [dict(step) for step in rows.mappings()]
    return Kept(row.procedure, row.version, row.intake, steps, row.outcome)


def keep(kept: Kept, path: Path) -> bool:
    """Write it, unless there is a file of that name: that one is history."""
    if path.exists():
        return False
    path.write_text(
        json.dumps(asdict(kept), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    return True
