"""Importing the site's own law: a year's days off and make-up workdays, and numbers the law leaves open.

What is imported is read whole before anything is stored. The very same again changes nothing. A result names
the revision before and after: ``law_of`` gives either law back, so whatever was reckoned can be compared.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, insert

from engine.actor import Actor
from engine.documents import digest_of
from engine.law import Imported, Law, Number, compose, entries_of, entry_of, imported, law_of, numbers_of
from engine.ledger import append_to_organ
from engine.policy import Act, Facts, permit
from engine.service import Service
from models import LawChange
from rules import site_parameters, site_table
from rules.calendar_year import ChangedDay, changed_days
from rules.errors import LawChangedMeanwhile
from rules.parameters import statutory

LARGEST_BYTES = 64_000
"""Of a file: 400 days, each told at length, are half of it."""

_change = LawChange.__table__


@dataclass(frozen=True)
class Changed:
    """What an import did, or would do.

    ``before`` and ``revision``: the law's revisions before and after it, the same where nothing was stored.
    ``same``: this very content governs already.
    """

    before: int
    revision: int
    same: bool
    stored: bool


@dataclass(frozen=True)
class CalendarImported(Changed):
    """With it, the days that now work and did not, or did and do not, and whether the year is covered."""

    year: int
    covered_before: bool
    covered: bool
    days: tuple[ChangedDay, ...]


@dataclass(frozen=True)
class ChangedNumber:
    """A number of the site's, as it is in force from which day on, before and after."""

    key: str
    zh: str
    en: str
    before: tuple[Number, ...]
    after: tuple[Number, ...]


@dataclass(frozen=True)
class ParametersImported(Changed):
    """With it, the numbers that changed."""

    numbers: tuple[ChangedNumber, ...]


def import_calendar(
    service: Service,
    actor: Actor,
    content: object,
    *,
    where: str = "",
    seen: int | None = None,
    dry_run: bool = False,
) -> CalendarImported:
    """Let this table of one year govern, in place of an earlier one of that year.

    ``content`` is the plain value of the table; ``seen`` the revision somebody's preview compared it with.

    Raises:
        NotAllowed: the actor is no administrator.
        CalendarTableRefused: with the place of the fault; nothing is stored then.
        LawChangedMeanwhile: another revision governs by now.
    """
    permit(actor, Act.IMPORT_LAW, Facts(where=where))
    table = site_table.read_site_table(content, where=where)

    def days(before: Law, after: Law) -> tuple[ChangedDay, ...]:
        return changed_days(before.calendar, after.calendar, table.year)

    def told(before: Law, after: Law) -> dict[str, Any]:
        said = [
            {"date": day.on.isoformat(), "before": day.before.kind.value, "after": day.after.kind.value}
            for day in days(before, after)
        ]
        return {"papers": list(table.papers), "covered": after.calendar.covers(table.year), "days": said}

    done = _import(service, actor, "calendar-imported", entry_of(table), told, seen=seen, dry_run=dry_run)
    return CalendarImported(
        **done.outcome,
        year=table.year,
        covered_before=done.before.calendar.covers(table.year),
        covered=done.after.calendar.covers(table.year),
        days=days(done.before, done.after),
    )


def import_parameters(
    service: Service,
    actor: Actor,
    content: object,
    *,
    where: str = "",
    seen: int | None = None,
    dry_run: bool = False,
) -> ParametersImported:
    """Let these numbers govern; of each key the file names it is the whole truth, other keys stay.

    Raises:
        NotAllowed: the actor is no administrator.
        MalformedFile, InvalidInput, NumberFixedByLaw: with the place of the fault; nothing is stored then.
        LawChangedMeanwhile: another revision governs by now.
    """
    permit(actor, Act.IMPORT_LAW, Facts(where=where))
    rows = site_parameters.read_site_parameters(content, law=statutory(), where=where)
    wanted = entries_of(rows)
    keys = [key for _, key in wanted]

    def told(before: Law, after: Law) -> dict[str, Any]:
        def said(numbers: tuple[Number, ...]) -> list[list[str]]:
            return [[each.since.isoformat(), each.zh, each.source] for each in numbers]

        changed = _changed_numbers(before, after, keys)
        return {"numbers": {each.key: [said(each.before), said(each.after)] for each in changed}}

    done = _import(service, actor, "parameters-imported", wanted, told, seen=seen, dry_run=dry_run)
    return ParametersImported(**done.outcome, numbers=tuple(_changed_numbers(done.before, done.after, keys)))


def _changed_numbers(before: Law, after: Law, keys: list[str]) -> list[ChangedNumber]:
    found = []
    for key in keys:
        was, now = numbers_of(before, key), numbers_of(after, key)
        if was != now:
            named = statutory().of(key)[-1]
            found.append(ChangedNumber(key, named.zh, named.en, was, now))
    return found


# --- storing ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Done:
    before: Law
    after: Law
    same: bool
    stored: bool

    @property
    def outcome(self) -> dict[str, Any]:
        return {
            "before": self.before.revision,
            "revision": self.after.revision,
            "same": self.same,
            "stored": self.stored,
        }


def _import(
    service: Service,
    actor: Actor,
    action: str,
    wanted: Imported,
    told: Callable[[Law, Law], dict[str, Any]],
    *,
    seen: int | None,
    dry_run: bool,
) -> _Done:
    timezone = service.settings.timezone
    with service.database.begin() as connection:
        # One import at a time: a lower id must never be committed after a higher one was seen.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(739020192)")
        before = law_of(connection, timezone)
        if seen is not None and seen != before.revision:
            raise LawChangedMeanwhile(where="revision")
        governing = imported(connection, before.revision)
        new = {place: content for place, content in wanted.items() if governing.get(place) != content}
        after = compose({**governing, **new}, timezone, before.revision)
        if dry_run or not new:
            return _Done(before, after, same=not new, stored=False)
        changes = [_store(service, connection, actor, *place, content) for place, content in new.items()]
        append_to_organ(
            connection,
            action,
            at=service.now,
            actor=actor.username,
            channel=actor.channel,
            data={"changes": changes, **told(before, after)},
        )
    return _Done(before, replace(after, revision=changes[-1]["id"]), same=False, stored=True)


def _store(
    service: Service, connection: Connection, actor: Actor, kind: str, key: str, content: dict[str, Any]
) -> dict[str, Any]:
    row = {
        "kind": kind,
        "key": key,
        "content": content,
        "imported_by": actor.username,
        "imported_at": service.now,
    }
    number = connection.execute(insert(_change).values(**row).returning(_change.c.id)).scalar_one()
    return {"id": number, "kind": kind, "key": key, "digest": digest_of(content)}
