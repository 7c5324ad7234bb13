"""Importing the organ, its units, people and positions. The file is the whole truth about who holds what.

Everything is checked before anything is stored; importing the same file again changes nothing. A holding
that is no longer listed ends yesterday: from this moment on that person does not act in that position.
"""

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.actor import Actor
from engine.acts.passwords import end_access
from engine.ledger import append_to_organ
from engine.policy import Act, permit
from engine.roster import HoldingEntry, PersonEntry, Roster, RosterFile
from engine.service import Service
from models import Holding, Organ, Person, Unit
from rules.positions import Position

_organ, _unit = Organ.__table__, Unit.__table__
_person, _holding = Person.__table__, Holding.__table__


@dataclass(frozen=True)
class Change:
    """One thing an import changed: what, of whom, and the new value (never an address)."""

    what: str
    whom: str
    detail: str = ""


@dataclass(frozen=True)
class Imported:
    """What an import did. ``unlisted``: people stored before whom the file does not name."""

    created: bool
    changes: list[Change] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    people: int = 0


def import_people(service: Service, actor: Actor, file: RosterFile) -> Imported:
    """Bring the stored organisation in line with the file, in one transaction.

    The first import has no administrator yet; the operator of the machine stands for one.

    Raises:
        NotAllowed: the actor is no administrator.
        InvalidInput: with the line of the file; nothing is stored then.
    """
    permit(actor, Act.IMPORT_PEOPLE)
    with service.database.begin() as connection:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(739020191)")  # one import at a time
        stored = _Stored.load(connection)
        _check(file, stored, service.today)
        result = _store(service, connection, file.roster, stored)
        if result.changes:
            append_to_organ(
                connection,
                "people-imported",
                at=service.now,
                actor=actor.username,
                channel=actor.channel,
                data={"changes": [asdict(change) for change in result.changes]},
            )
    return result


@dataclass(frozen=True)
class _Stored:
    """What the database says before the import."""

    organ: Row[Any] | None
    units: dict[str, Row[Any]]
    people: dict[str, Row[Any]]
    holdings: dict[tuple[str, str, str], Row[Any]]  # username, position, unit code

    @classmethod
    def load(cls, connection: Connection) -> "_Stored":
        codes = {row.id: row.code for row in connection.execute(select(_unit))}
        names = {row.id: row.username for row in connection.execute(select(_person))}
        return cls(
            connection.execute(select(_organ)).one_or_none(),
            {row.code: row for row in connection.execute(select(_unit))},
            {row.username: row for row in connection.execute(select(_person))},
            {
                (names[row.person_id], row.position, codes.get(row.unit_id, "")): row
                for row in connection.execute(select(_holding))
            },
        )


# --- checking --------------------------------------------------------------------------------


def _check(file: RosterFile, stored: _Stored, today: date) -> None:
    roster = file.roster
    if roster.organ is None and stored.organ is None:
        raise file.fault(
            (),
            "organ",
            "首次导入须用 YAML 文件写明 organ（机关）和 units（股室）",
            "the first import must be a YAML file with organ and units",
        )
    _refuse_repeats(file, "units", [unit.code for unit in roster.units or []], "code")
    _refuse_repeats(file, "people", [person.username for person in roster.people], "username")
    codes = set(stored.units) if roster.units is None else {unit.code for unit in roster.units}
    for number, person in enumerate(roster.people):
        for place, holding in enumerate(person.positions):
            _check_holding(file, ("people", number, "positions", place), holding, codes)
        repeated = [key for key, times in Counter(h.key for h in person.positions).items() if times > 1]
        if repeated:
            raise file.fault(
                ("people", number, "positions"),
                person.username,
                f"岗位 {repeated[0][0]} 重复填写",
                f"position {repeated[0][0]} is listed twice",
            )
    if not any(_administers(person, today) for person in roster.people):
        raise file.fault(
            ("people",),
            "people",
            "至少须有一名在任的系统管理员（administrator），否则无人能够处理异常",
            "at least one active person must hold administrator, or nobody could deal with incidents",
        )


def _administers(person: PersonEntry, today: date) -> bool:
    return person.active and any(
        holding.position is Position.ADMINISTRATOR
        and (holding.since is None or holding.since <= today)
        and (holding.until is None or holding.until >= today)
        for holding in person.positions
    )


def _refuse_repeats(file: RosterFile, part: str, names: list[str], field_name: str) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise file.fault(
                (part, number, field_name), field_name, f"“{name}”重复", f"“{name}” is listed twice"
            )


def _check_holding(file: RosterFile, path: tuple[Any, ...], holding: HoldingEntry, codes: set[str]) -> None:
    said = f"{holding.position.value}@{holding.unit}" if holding.unit else holding.position.value
    if holding.position.of_unit and holding.unit not in codes:
        known = "、".join(sorted(codes))
        raise file.fault(
            path,
            said,
            f"{holding.position.chinese}须写明所在股室（岗位@股室代码）；已有代码：{known}",
            f"{holding.position.english} is held in a unit (position@code); known codes: {known}",
        )
    if holding.unit and not holding.position.of_unit:
        raise file.fault(
            path,
            said,
            f"{holding.position.chinese}是全局岗位，不分股室",
            f"{holding.position.english} is a post of the whole organ, not of a unit",
        )
    if holding.since and holding.until and holding.until < holding.since:
        raise file.fault(path, said, "until（止）早于 since（起）", "until lies before since")


# --- storing ---------------------------------------------------------------------------------


def _store(service: Service, connection: Connection, roster: Roster, stored: _Stored) -> Imported:
    changes = [*_store_organ(connection, roster, stored), *_store_units(connection, roster, stored)]
    for person in roster.people:
        changes += _store_person(connection, person, stored.people.get(person.username), service.machine_now)
    changes += _store_holdings(connection, roster, stored, service.today)
    unlisted = sorted(set(stored.people) - {person.username for person in roster.people})
    return Imported(stored.organ is None, changes, unlisted, len(roster.people))


def _store_organ(connection: Connection, roster: Roster, stored: _Stored) -> list[Change]:
    if roster.organ is None:
        return []
    values = roster.organ.model_dump()
    before = stored.organ
    if before is None:
        connection.execute(insert(_organ).values(id=1, **values))
        return [Change("organ-created", roster.organ.name)]
    changed = [name for name, value in values.items() if getattr(before, name) != value]
    if not changed:
        return []
    connection.execute(update(_organ).where(_organ.c.id == before.id).values(**values))
    return [Change("organ-changed", roster.organ.name, "、".join(changed))]


def _store_units(connection: Connection, roster: Roster, stored: _Stored) -> list[Change]:
    changes = []
    for unit in roster.units or []:
        before = stored.units.get(unit.code)
        if before is None:
            connection.execute(insert(_unit).values(code=unit.code, name=unit.name))
            changes.append(Change("unit-added", unit.code, unit.name))
        elif before.name != unit.name:
            connection.execute(update(_unit).where(_unit.c.id == before.id).values(name=unit.name))
            changes.append(Change("unit-renamed", unit.code, unit.name))
    return changes


def _store_person(
    connection: Connection, person: PersonEntry, before: Row[Any] | None, now: datetime
) -> list[Change]:
    values: dict[str, Any] = {"name": person.name, "email": person.email, "active": person.active}
    if before is None:
        connection.execute(insert(_person).values(username=person.username, password_hash="", **values))
        return [Change("person-added", person.username, person.name)]
    changed = [name for name, value in values.items() if getattr(before, name) != value]
    if not changed:
        return []
    connection.execute(update(_person).where(_person.c.id == before.id).values(**values))
    if "active" in changed:
        # Both ways: whoever comes back signs in anew, also if they left before this was so.
        end_access(connection, before.id, now=now)
        return [Change("person-activated" if person.active else "person-deactivated", person.username)]
    return [Change("person-changed", person.username, "、".join(changed))]


def _store_holdings(connection: Connection, roster: Roster, stored: _Stored, today: date) -> list[Change]:
    people = {row.username: row.id for row in connection.execute(select(_person.c.username, _person.c.id))}
    units = {row.code: row.id for row in connection.execute(select(_unit.c.code, _unit.c.id))}
    listed = {(p.username, *h.key): h for p in roster.people for h in p.positions}
    changes = []
    for key, holding in listed.items():
        username, position, code = key
        since, until, what = _term(holding, stored.holdings.get(key), today)
        if what is None:
            continue
        connection.execute(
            upsert(_holding)
            .values(
                person_id=people[username],
                position=position,
                unit_id=units[code] if code else None,
                since=since,
                until=until,
            )
            .on_conflict_do_update(
                index_elements=["person_id", "position", "unit_id"], set_={"since": since, "until": until}
            )
        )
        changes.append(Change(what, username, _said(position, code, since, until)))
    return changes + _end_unlisted(connection, stored, set(listed), today)


def _term(
    listed: HoldingEntry, before: Row[Any] | None, today: date
) -> tuple[date | None, date | None, str | None]:
    """From when until when, and what that changes. A new holding without a date begins today."""
    if before is None or (_ended(before, today) and not _ended(listed, today)):
        return listed.since or today, listed.until, "holding-begun"
    since = listed.since or before.since
    if (since, listed.until) == (before.since, before.until):
        return since, listed.until, None
    return since, listed.until, "holding-changed"


def _end_unlisted(
    connection: Connection, stored: _Stored, listed: set[tuple[str, str, str]], today: date
) -> list[Change]:
    changes = []
    for key, before in stored.holdings.items():
        if key in listed or _ended(before, today):
            continue
        username, position, code = key
        last_day = today - timedelta(days=1)
        connection.execute(update(_holding).where(_holding.c.id == before.id).values(until=last_day))
        changes.append(Change("holding-ended", username, _said(position, code, before.since, last_day)))
    return changes


def _ended(holding: Any, today: date) -> bool:
    return holding.until is not None and holding.until < today


def _said(position: str, code: str, since: date | None, until: date | None) -> str:
    post = f"{position}@{code}" if code else position
    return f"{post} {since or ''}/{until or ''}"
