"""The floor: a transaction written by hand for the driver, adding the same rows and changing the same ones.

The same tables, roles, constraints and triggers as the engine; no policy, no replay, no hashing. What it
inserts was recorded from a real case, so it keeps up when the engine writes more or less.
"""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from subprocess import PIPE
from typing import Any

import psutil
import psycopg
from psycopg.types.json import Jsonb

from benchmarks.processes import memory_mb
from benchmarks.template import Row, Template, Written

_LOCK = """
    SELECT c.id, a.step_id, a.closed_at FROM cases c JOIN assignment a ON a.case_id = c.id
     WHERE a.id = %s FOR UPDATE OF c
"""
_CLOSE = "UPDATE assignment SET closed_at = %s, closed_because = 'decided' WHERE id = %s"
_SETTLE = "UPDATE step SET settled_at = %s, settled_seq = %s, outcome = %s WHERE id = %s"
_END_CLOCK = """
    WITH ended AS (UPDATE clock SET closed_at = %s, closed_because = 'met' WHERE step_id = %s RETURNING id)
    DELETE FROM rung USING ended WHERE rung.clock_id = ended.id AND rung.fired_at IS NULL
"""
_SAVED = ("seq", "ledger_seq", "ledger_head", "document_version_id", "title", "title_is_public")
_SAVE = f"UPDATE cases SET {', '.join(f'{name} = %s' for name in _SAVED)} WHERE id = %s"
_SERIAL = """
    INSERT INTO case_counter (prefix, last) VALUES ('by-hand', 1)
    ON CONFLICT (prefix) DO UPDATE SET last = case_counter.last + 1 RETURNING last
"""


@dataclass
class HandCase:
    """A case kept by hand: how far it is, and what is open."""

    id: int
    acts: int = 1
    step_id: int = 0
    todo: int = 0
    version: int | None = None


class ByHand:
    """One connection that launches and decides by hand."""

    def __init__(self, url: str, template: Template) -> None:
        self.connection = psycopg.connect(url, prepare_threshold=0, options="-c timezone=UTC")
        self.template = template

    def launch(self) -> HandCase:
        """What a launch with a draft writes."""
        act, now = self.template.acts[0], datetime.now(UTC)
        serial = self._one(_SERIAL)
        number = {"number": f"BH-{serial:06d}", "launch_key": None, "launched_at": now}
        case = HandCase(self._insert("cases", {**act.case, **number}))
        self._write(case, act, now)
        self.connection.commit()
        return case

    def decide(self, case: HandCase) -> None:
        """What the next decision writes; the next to-do is open when it returns."""
        act, now = self.template.acts[case.acts], datetime.now(UTC)
        self.connection.execute(_LOCK, (case.todo,)).fetchone()
        self.connection.execute(_CLOSE, (now, case.todo))
        outcome = Jsonb(self.template.outcomes[case.acts])
        self.connection.execute(_SETTLE, (now, act.case["seq"], outcome, case.step_id))
        self.connection.execute(_END_CLOCK, (now, case.step_id))
        self._write(case, act, now)
        self.connection.commit()
        case.acts += 1

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()

    def _write(self, case: HandCase, act: Written, now: datetime) -> None:
        decided = {"assignment_id": case.todo, "step_id": case.step_id}
        for row in act.added.get("document_version", []):
            case.version = self._insert("document_version", {**row, "case_id": case.id})
        named = {"case_id": case.id, "document_version_id": case.version}
        for row in act.added.get("decision", []):
            self._insert("decision", {**row, **named, **decided, "received_at": now, "decided_at": now})
        for row in act.added.get("step", []):
            case.step_id = self._insert("step", {**row, **named, "opened_at": now, **_UNSETTLED})
        for row in act.added.get("assignment", []):
            open_ = {"step_id": case.step_id, "opened_at": now, "closed_at": None, "closed_because": ""}
            case.todo = self._insert("assignment", {**row, **named, **open_})
        for row in act.added.get("clock", []):
            of_step = {"case_id": case.id, "step_id": case.step_id, "armed_at": now, **_RUNNING}
            clock = self._insert("clock", {**row, **of_step})
            for rung in act.added["rung"]:
                self._insert("rung", {**rung, "case_id": case.id, "clock_id": clock})
        for row in act.added.get("notification", []):
            key = f"by-hand:{case.todo}:{row['person_id']}"
            self._insert("notification", {**row, "case_id": case.id, "assignment_id": case.todo, "key": key})
        self._insert_each("ledger_entry", [{**row, "chain": case.id} for row in act.added["ledger_entry"]])
        saved = {**act.case, "document_version_id": case.version}
        self.connection.execute(_SAVE, (*(saved[name] for name in _SAVED), case.id))

    def _insert(self, table: str, row: Row) -> int:
        values = {name: value for name, value in row.items() if name != "id"}
        return self._one(_insert_statement(table, tuple(values), 1) + " RETURNING id", *_adapted(values))

    def _insert_each(self, table: str, rows: list[Row]) -> None:
        """All rows in one statement: what a careful hand would do."""
        statement = _insert_statement(table, tuple(rows[0]), len(rows))
        self.connection.execute(statement, [v for row in rows for v in _adapted(row)])

    def _one(self, statement: str, *arguments: Any) -> int:
        row = self.connection.execute(statement, arguments).fetchone()  # type: ignore[arg-type]
        assert row is not None
        return int(row[0])


_RUNNING = {"closed_at": None, "closed_because": ""}
_UNSETTLED = {"settled_at": None, "settled_seq": None, "outcome": None}
_statements: dict[tuple[str, tuple[str, ...], int], str] = {}


def _insert_statement(table: str, columns: tuple[str, ...], rows: int) -> str:
    known = (table, columns, rows)
    if known not in _statements:
        places = f"({', '.join(['%s'] * len(columns))})"
        names = ", ".join(f'"{name}"' for name in columns)
        _statements[known] = f"INSERT INTO {table} ({names}) VALUES {', '.join([places] * rows)}"
    return _statements[known]


def _adapted(row: Row) -> list[Any]:
    return [Jsonb(value) if isinstance(value, (dict, list)) else value for value in row.values()]


def memory(url: str) -> float:
    """What a process takes that can do no more than this: the interpreter, the driver, one connection."""
    program = "import sys, psycopg; c = psycopg.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"
    with psutil.Popen([sys.executable, "-c", program, url], stdin=PIPE, stdout=PIPE) as process:
        process.stdout.readline()
        used = memory_mb(process)
        process.stdin.close()
    return used
