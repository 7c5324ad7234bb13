"""What a launch and each decision write, recorded from one real case; the floor repeats it by hand."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from benchmarks.cases import APPROVALS, Desk

Row = dict[str, Any]

TABLES = {
    "document_version": ("case_id", "id"),
    "decision": ("case_id", "id"),
    "step": ("case_id", "id"),
    "assignment": ("case_id", "id"),
    "clock": ("case_id", "id"),
    "rung": ("case_id", "id"),
    "notification": ("case_id", "id"),
    "ledger_entry": ("chain", "seq"),
}
"""Every table a launch or a decision of the four adds rows to: the case's column, the order of its rows."""


@dataclass(frozen=True)
class Written:
    """The rows one act added, by table, and the case row as it left it."""

    added: dict[str, list[Row]]
    case: Row


@dataclass(frozen=True)
class Template:
    """The acts of one case in order: its launch, the drafter's confirmation, the four approvals."""

    acts: list[Written]
    outcomes: list[Any]  # of the step each decision settled; None for the launch


def record_template(desk: Desk, url: str) -> Template:
    """Walk one real case and write down what each act added."""
    seen: dict[str, int] = dict.fromkeys(TABLES, 0)
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        case = desk.launch()
        acts, outcomes = [_added(connection, case, seen)], [None]
        for step in ("drafting", *APPROVALS):
            desk.decide(step, desk.open_todo(step, case))
            acts.append(_added(connection, case, seen))
            settled = "SELECT outcome FROM step WHERE case_id = %s AND key = %s"
            outcomes.append(connection.execute(settled, (case, step)).fetchone()["outcome"])  # type: ignore[index]
    return Template(acts, outcomes)


def _added(connection: psycopg.Connection[Row], case: int, seen: dict[str, int]) -> Written:
    added = {}
    for table, (owner, order) in TABLES.items():
        query = f"SELECT * FROM {table} WHERE {owner} = %s AND {order} > %s ORDER BY {order}"
        rows = connection.execute(query, (case, seen[table])).fetchall()  # type: ignore[arg-type]
        if rows:
            added[table], seen[table] = rows, rows[-1][order]
    after = connection.execute("SELECT * FROM cases WHERE id = %s", (case,)).fetchone()
    assert after is not None
    return Written(added, after)
