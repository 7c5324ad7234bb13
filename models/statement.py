"""Statements compiled once, for the few that run on every decision.

They are written in SQLAlchemy's Core like all others. Executing them on the driver's cursor, within the
same transaction, skips the compile cache, the result proxy and the type wrappers: measured, that is
more than half of the processor time of a decision (docs/decisions/0004-decision-path.md).
"""

from collections.abc import Mapping
from typing import Any

from psycopg.rows import namedtuple_row
from psycopg.types.json import Jsonb
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.base import Executable

_DIALECT = PGDialect_psycopg()


class Statement:
    """A Core statement with named parameters, ready for the driver."""

    def __init__(self, core: Executable) -> None:
        compiled = core.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        self._sql = str(compiled)
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        self._json = {name for name, bind in compiled.binds.items() if isinstance(bind.type, JSONB)}

    def run(self, connection: Connection, parameters: Mapping[str, Any]) -> list[Any]:
        """Execute; the rows as named tuples, an empty list for a statement that returns none."""
        cursor = _cursor(connection)
        cursor.execute(self._sql, self._adapted(parameters))
        return cursor.fetchall() if cursor.description else []

    def _adapted(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        values = {**self._constants, **parameters}
        for name in self._json:
            if values[name] is not None:
                values[name] = Jsonb(values[name])
        return values


class Savepoint:
    """A point of the present transaction to go back to. It is never released: the commit does that."""

    def __init__(self, connection: Connection, name: str) -> None:
        # The driver's own cursor: after a lost connection SQLAlchemy would refuse to give another one,
        # with an error that does not say that the database is away.
        self._cursor, self._name = _cursor(connection), name
        self._cursor.execute(f"SAVEPOINT {name}")

    def rollback(self) -> None:
        """Undo what was written since."""
        self._cursor.execute(f"ROLLBACK TO SAVEPOINT {self._name}")


def _cursor(connection: Connection) -> Any:
    driver: Any = connection.connection.driver_connection
    return driver.cursor(row_factory=namedtuple_row)
