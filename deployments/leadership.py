"""Which of several workers shows, dispatches and reconciles: the one that holds a lock in our database."""

import contextlib
import threading

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from engine.service import Service

log = structlog.get_logger(__name__)

_LOCK = 739_2019_1


class Leadership:
    """A session lock on a connection of its own: it ends with the process, or with the connection."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._connection: Connection | None = None
        self._asking = threading.Lock()  # every loop asks, each from a thread of its own

    def holds(self) -> bool:
        """Whether this worker leads now; asks the database each time, and takes the lead when it is free."""
        with self._asking:
            try:
                if self._connection is not None:
                    self._connection.execute(text("SELECT 1"))
                    return True
                return self._take()
            except SQLAlchemyError:
                self.release()
                raise

    def _take(self) -> bool:
        connection = self.service.database.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}).scalar():
            self._connection = connection
            log.info("leading")
            return True
        connection.close()
        return False

    def release(self) -> None:
        """Let another lead. The connection is closed, never given back to the pool with the lock on it."""
        if self._connection is not None:
            with contextlib.suppress(SQLAlchemyError):
                self._connection.invalidate()
            with contextlib.suppress(SQLAlchemyError):
                self._connection.close()
            self._connection = None
