"""Queueing messages about what became of a case or a password: rows of the outbox, in the same transaction.

The decision path gets no statement more: what closes a case queues in the statement that closes its to-dos.
What a message tells of happened in statutory time; when the outbox may send it is a matter of the machine's.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Connection, DateTime, Insert, Select, exists, literal, select
from sqlalchemy.dialects.postgresql import insert

from engine.work import Work
from models import Case, Notification, Publication

_cases, _notification = Case.__table__, Notification.__table__


def told_of_the_end(work: Work) -> CTE:
    """Tells a case's drafter that it ended, unless they were told that it is public: part of a statement."""
    published = exists().where(Publication.__table__.c.case_id == _cases.c.id)
    row = _row(f"closed:{work.case.id}", "closed", work.case.id, at=work.now, due=work.machine_now)
    return _queued(row.where(~published)).cte("told")


def tell_published(connection: Connection, case_id: int, *, at: datetime, due: datetime) -> None:
    """Tell the drafter that the document is public; a repeated publication tells nothing."""
    connection.execute(_queued(_row(f"published:{case_id}", "published", case_id, at=at, due=due)))


def tell_handed_over(work: Work, *, person: int) -> None:
    """Tell the former or the new drafter, once per change of the case that made the one the other."""
    key = f"handed-over:{work.case.id}:{work.seq}:{person}"
    row = _row(key, "handed-over", work.case.id, at=work.now, due=work.machine_now, person=person)
    work.connection.execute(_queued(row))


def tell_password_set(
    connection: Connection, *, entry: int, person: int, now: datetime, due: datetime
) -> None:
    """Tell somebody that another set their password; the organ's ``entry`` says who, and when."""
    connection.execute(
        insert(_notification).values(
            key=f"password-set:{entry}",
            template="password-set",
            person_id=person,
            created_at=now,
            next_try_at=due,
            attempts=0,
            last_error="",
        )
    )


_COLUMNS = (
    "key",
    "template",
    "case_id",
    "person_id",
    "created_at",
    "next_try_at",
    "attempts",
    "last_error",
)


def _row(
    key: str, template: str, case_id: int, *, at: datetime, due: datetime, person: int | None = None
) -> Select[Any]:
    """One message as the outbox keeps it; to the case's drafter where nobody else is named."""
    queued, first_try = (literal(instant, DateTime(timezone=True)) for instant in (at, due))
    to = _cases.c.drafter_id if person is None else literal(person)
    values = (literal(key), literal(template), _cases.c.id, to, queued, first_try, literal(0), literal(""))
    return select(*values).where(_cases.c.id == case_id)


def _queued(row: Select[Any]) -> Insert:
    return insert(_notification).from_select(list(_COLUMNS), row).on_conflict_do_nothing()
