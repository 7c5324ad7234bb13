"""Making a case: its row, whom it is linked to, its first entries and first step, in the present transaction.

The act of launching comes here after the policy door; a procedure that opens a case of its own comes here
from inside ``advance``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from engine.actor import Actor, load_actor
from engine.advance import advance
from engine.clocks.reckoning import Start, reckoned
from engine.documents import next_serial, store_version
from engine.drafting import Drafting
from engine.files.bringing import bring_files
from engine.forms import Intake, IntakeFacts
from engine.holders import post_for, require_holders
from engine.law import law_of
from engine.linking import link
from engine.policy import Facts
from engine.procedures import Procedure
from engine.publishing.changes import published
from engine.service import Service
from engine.settings import BY_HAND
from engine.work import Work, work_on_case
from models import Case, Unit
from rules.errors import AlreadyOpened, CaseNotFound, InvalidInput, UnknownUnit
from rules.positions import Position

_cases, _unit = Case.__table__, Unit.__table__


@dataclass(frozen=True)
class Opened:
    """A case that was just made."""

    case_id: int
    number: str


@dataclass(frozen=True)
class Opening:
    """A case about to be made: who is in charge of it, and who or what makes it.

    ``launched_by``: nobody where a procedure opens it. ``author_id``: who wrote the draft that comes with it.
    """

    chosen: Procedure
    intake: Intake
    drafter: Actor
    unit_id: int
    by: str
    channel: str
    launched_by: int | None = None
    key: str | None = None
    digest: str = ""
    draft: Drafting | None = None
    author_id: int | None = None

    @property
    def stated(self) -> dict[str, Any]:
        """The intake as it is stored."""
        return self.intake.model_dump(mode="json")


def opening_for(
    service: Service,
    connection: Connection,
    chosen: Procedure,
    intake: Intake,
    *,
    by: str,
    channel: str,
    **more: Any,
) -> Opening:
    """The intake looked up: its unit, and the person in charge, who holds the post that opens such cases.

    Raises:
        UnknownPerson, UnknownUnit, InvalidInput: nobody or nothing of that name, or no holder of that post.
    """
    stated = intake.model_dump(mode="json")
    drafter = load_actor(connection, stated["drafter"], channel=channel, today=service.today)
    unit_id = _unit_id(connection, stated["unit"])
    post = post_for(chosen.opened_by, unit_id=unit_id, drafter_id=drafter.person_id)
    if not drafter.holds(chosen.opened_by, post.unit_id):
        raise InvalidInput(
            where=chosen.key,
            field="drafter",
            why_zh=f"{drafter.name}不是股室“{stated['unit']}”的{chosen.opened_by.chinese}"
            if chosen.opened_by.of_unit
            else f"{drafter.name}不担任{chosen.opened_by.chinese}",
            why_en=f"{drafter.username} is no {chosen.opened_by.english} of unit “{stated['unit']}”"
            if chosen.opened_by.of_unit
            else f"{drafter.username} does not hold the post of {chosen.opened_by.english}",
        )
    return Opening(chosen, intake, drafter, unit_id, by, channel, **more)


def open_case(service: Service, connection: Connection, opening: Opening) -> Opened:
    """Make the case and open its first step.

    Raises:
        InvalidInput, AlreadyOpened, NoHolder: nothing may be kept of the transaction then.
    """
    check_opening(service, connection, opening)
    unique_key = _unique_key(connection, opening)
    made = _insert(service, connection, opening, unique_key)
    _link(service, connection, opening, made)
    work = work_on_case(service, connection, made.case_id, actor=opening.by, channel=opening.channel)
    _first_entries(work, opening)
    advance(work)
    work.finish()
    return made


def _facts(service: Service, connection: Connection) -> IntakeFacts:
    def is_over(rule: str, since: datetime) -> bool:
        law = law_of(connection, service.settings.timezone)
        late_from = reckoned([Start(rule, "", "", since)], (), law).due.late_from
        return late_from is not None and late_from <= service.now

    return IntakeFacts(
        is_published=lambda number: published(connection, number) is not None,
        now=service.now,
        is_over=is_over,
    )


def check_opening(service: Service, connection: Connection, opening: Opening) -> None:
    """The intake fits what is stored, and nobody is missing who is asked on the way.

    Raises:
        InvalidInput, NoHolder, or whatever the intake refuses.
    """
    opening.intake.check(_facts(service, connection))
    _require_holders(service, connection, opening)


def _unit_id(connection: Connection, code: str) -> int:
    units = {row.code: row.id for row in connection.execute(select(_unit.c.code, _unit.c.id))}
    if code not in units:
        raise UnknownUnit(where="unit", unit=code, known="、".join(units))
    return int(units[code])


def _require_holders(service: Service, connection: Connection, opening: Opening) -> None:
    posts = {}
    drafter_id = opening.drafter.person_id
    authors = frozenset() if opening.author_id is None else frozenset({opening.author_id})
    for position in opening.chosen.positions:
        if position is Position.PUBLISHER and service.settings.website != BY_HAND:
            continue  # documents go to the website by themselves
        posts[post_for(position, unit_id=opening.unit_id, drafter_id=drafter_id)] = Facts(
            drafter_id=drafter_id,
            position=position,
            clerical=position in (Position.PUBLISHER, Position.ARCHIVIST, opening.chosen.opened_by),
            authors=authors,
        )
    require_holders(connection, posts, service.today)


def _unique_key(connection: Connection, opening: Opening) -> str | None:
    """What there may be one case of only, such as a year; the second comes here and finds the first.

    Raises:
        AlreadyOpened: naming the first.
    """
    fields, stated = opening.intake.unique_by, opening.stated
    if all(stated[field] == "" for field in fields):
        return None
    key = "\x1f".join(str(stated[field]) for field in fields)
    procedure = opening.chosen
    connection.exec_driver_sql(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 5))", (f"{procedure.key}:{key}",)
    )
    earlier = connection.scalar(
        select(_cases.c.number).where(_cases.c.procedure == procedure.key, _cases.c.unique_key == key)
    )
    if earlier is not None:
        shown = "、".join(str(stated[field]) for field in fields)
        raise AlreadyOpened(
            where=fields[0], number=earlier, zh=procedure.chinese, en=procedure.english, key=shown
        )
    return key


def _insert(service: Service, connection: Connection, opening: Opening, unique_key: str | None) -> Opened:
    chosen = opening.chosen
    prefix = f"{chosen.prefix}-{service.today.year}"
    number = f"{prefix}-{next_serial(connection, prefix):04d}"
    case_id = connection.execute(
        insert(_cases)
        .values(
            number=number,
            procedure=chosen.key,
            version=chosen.version,
            intake=opening.stated,
            title=opening.intake.name_of_case(),
            unit_id=opening.unit_id,
            drafter_id=opening.drafter.person_id,
            launched_by=opening.launched_by,
            channel=opening.channel,
            launch_key=opening.key,
            launch_digest=opening.digest,
            unique_key=unique_key,
            launched_at=service.now,
            seq=0,
            ledger_seq=0,
            ledger_head="",
            title_is_public=False,
            frozen=False,
            outcome="",
        )
        .returning(_cases.c.id)
    ).scalar_one()
    return Opened(int(case_id), number)


def _link(service: Service, connection: Connection, opening: Opening, made: Opened) -> None:
    """The cases the intake names become its family.

    Raises:
        InvalidInput: there is no case of a number it names.
    """
    stated: Mapping[str, Any] = opening.stated
    for field, relation in opening.intake.links.items():
        named = stated[field] if isinstance(stated[field], list) else [stated[field]]
        for number in filter(None, named):
            try:
                link(connection, made.case_id, number, relation, at=service.now)
            except CaseNotFound:
                raise InvalidInput(
                    where=opening.chosen.key,
                    field=field,
                    why_zh=f"没有编号为“{number}”的事项",
                    why_en=f"there is no case of number “{number}”",
                ) from None


def _first_entries(work: Work, opening: Opening) -> None:
    chosen = opening.chosen
    work.note(
        "case-launched",
        basis=chosen.source,
        data={"procedure": chosen.key, "version": chosen.version, "intake": work.case.intake},
    )
    if opening.draft is not None:
        author = opening.author_id or opening.drafter.person_id
        files = bring_files(work, opening.draft.attachments, before=None, person_id=author)
        store_version(work, opening.draft.content(None, files), person_id=author)
