"""Launching a case: frozen intake, first version if a draft came with it, first to-do."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection, insert, select

from engine.actor import Actor, load_actor
from engine.advance import advance
from engine.documents import next_serial, store_version
from engine.drafting import Drafting, refuse_content
from engine.files.bringing import bring_files
from engine.forms import Intake, IntakeFacts, fill
from engine.holders import post_for, require_holders
from engine.policy import Act, Facts, permit
from engine.procedures import Procedure, procedure
from engine.publishing.changes import published
from engine.service import Service
from engine.settings import BY_HAND
from engine.work import Work, work_on_case
from models import Case, Unit
from rules.errors import IdempotencyKeyReused, InvalidInput, UnknownUnit
from rules.positions import Position

_cases, _unit = Case.__table__, Unit.__table__


@dataclass(frozen=True)
class LaunchRequest:
    """A procedure's key or Chinese name, its intake fields, and optionally a draft."""

    procedure: str
    intake: dict[str, Any]
    draft: dict[str, Any] = field(default_factory=dict)
    key: str | None = None

    def digest(self) -> str:
        """SHA-256 over the content: the same key must come with the same."""
        content = json.dumps([self.procedure, self.intake, self.draft], sort_keys=True, default=str)
        return sha256(content.encode()).hexdigest()


@dataclass(frozen=True)
class Launched:
    """The case as launched. ``repeated``: the same key had launched it before."""

    case_id: int
    number: str
    repeated: bool = False


def launch(service: Service, actor: Actor, request: LaunchRequest) -> Launched:
    """Launch a case; the drafter's to-do opens in the same transaction.

    Raises:
        UnknownProcedure, InvalidInput, UnknownPerson, UnknownUnit, NotAllowed, NoHolder,
        ClassifiedContentRefused, IdempotencyKeyReused: nothing is stored then.
    """
    chosen = procedure(request.procedure)
    intake = fill(chosen.intake, request.intake, where=chosen.key)
    draft = _checked_draft(request, intake.model_dump())
    with service.database.begin() as connection:
        return _launch(service, connection, actor, chosen, intake, draft, request)


def _checked_draft(request: LaunchRequest, intake: dict[str, Any]) -> Drafting | None:
    if intake.get("state_secret") and isinstance(request.draft, dict) and request.draft:
        refuse_content(request.draft)
        raise InvalidInput(
            where="draft",
            field="draft",
            why_zh="声明涉及国家秘密的事项发起时不带拟稿；来文单位和移交日期由拟稿人在拟稿环节登记",
            why_en="a case that claims a state secret is launched without a draft; the drafter states where "
            "it came from and when it was handed over",
        )
    if not request.draft:
        return None
    draft = fill(Drafting, request.draft, where="draft")
    if draft.claims_secret(intake):
        raise InvalidInput(
            where="draft",
            field="state_secret",
            why_zh="涉及国家秘密须在发起时声明（intake.state_secret）",
            why_en="a state secret is claimed in the intake (intake.state_secret), not in the draft",
        )
    return draft


def _launch(
    service: Service,
    connection: Connection,
    actor: Actor,
    chosen: Procedure,
    stated: BaseModel,
    draft: Drafting | None,
    request: LaunchRequest,
) -> Launched:
    intake = stated.model_dump(mode="json")
    earlier = _launched_before(connection, actor, request)
    if earlier is not None:
        return earlier
    drafter = load_actor(connection, intake["drafter"], channel=actor.channel, today=service.today)
    unit_id = _unit_id(connection, intake["unit"])
    permit(actor, Act.LAUNCH, Facts(where=chosen.key, drafter_id=drafter.person_id))
    if not drafter.holds(Position.DRAFTER, unit_id):
        raise InvalidInput(
            where=chosen.key,
            field="drafter",
            why_zh=f"{drafter.name}不是股室“{intake['unit']}”的拟稿人",
            why_en=f"{drafter.username} is no drafter of unit “{intake['unit']}”",
        )
    if isinstance(stated, Intake):
        stated.check(IntakeFacts(is_published=lambda number: published(connection, number) is not None))
    authors = {actor.person_id} if draft is not None else set()
    _require_holders(service, connection, chosen, unit_id, drafter.person_id, authors)
    case_id, number = _insert(service, connection, actor, chosen, intake, request, drafter.person_id, unit_id)
    work = work_on_case(service, connection, case_id, actor=actor.username, channel=actor.channel)
    _first_entries(work, actor, chosen, draft)
    advance(work)
    work.finish()
    return Launched(case_id, number)


def _launched_before(connection: Connection, actor: Actor, request: LaunchRequest) -> Launched | None:
    if request.key is None:
        return None
    # Two launches with one key at once: the second waits here and then finds the first.
    connection.exec_driver_sql(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"{actor.person_id}:{request.key}",)
    )
    earlier = connection.execute(
        select(_cases.c.id, _cases.c.number, _cases.c.launch_digest).where(
            _cases.c.launched_by == actor.person_id, _cases.c.launch_key == request.key
        )
    ).one_or_none()
    if earlier is None:
        return None
    if earlier.launch_digest != request.digest():
        raise IdempotencyKeyReused(where="Idempotency-Key")
    return Launched(earlier.id, earlier.number, repeated=True)


def _unit_id(connection: Connection, code: str) -> int:
    units = {row.code: row.id for row in connection.execute(select(_unit.c.code, _unit.c.id))}
    if code not in units:
        raise UnknownUnit(where="unit", unit=code, known="、".join(units))
    return int(units[code])


def _require_holders(
    service: Service,
    connection: Connection,
    chosen: Procedure,
    unit_id: int,
    drafter_id: int,
    authors: set[int],
) -> None:
    posts = {}
    for position in chosen.positions:
        if position is Position.PUBLISHER and service.settings.website != BY_HAND:
            continue  # documents go to the website by themselves
        posts[post_for(position, unit_id=unit_id, drafter_id=drafter_id)] = Facts(
            drafter_id=drafter_id,
            position=position,
            clerical=position in (Position.PUBLISHER, Position.ARCHIVIST),
            authors=frozenset(authors),
        )
    require_holders(connection, posts, service.today)


def _insert(
    service: Service,
    connection: Connection,
    actor: Actor,
    chosen: Procedure,
    intake: dict[str, Any],
    request: LaunchRequest,
    drafter_id: int,
    unit_id: int,
) -> tuple[int, str]:
    prefix = f"{chosen.prefix}-{service.today.year}"
    number = f"{prefix}-{next_serial(connection, prefix):04d}"
    case_id = connection.execute(
        insert(_cases)
        .values(
            number=number,
            procedure=chosen.key,
            version=chosen.version,
            intake=intake,
            title="",
            unit_id=unit_id,
            drafter_id=drafter_id,
            launched_by=actor.person_id,
            channel=actor.channel,
            launch_key=request.key,
            launch_digest=request.digest(),
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
    return int(case_id), number


def _first_entries(work: Work, actor: Actor, chosen: Procedure, draft: Drafting | None) -> None:
    work.note(
        "case-launched",
        basis=chosen.source,
        data={"procedure": chosen.key, "version": chosen.version, "intake": work.case.intake},
    )
    if draft is not None:
        files = bring_files(work, draft.attachments, before=None, person_id=actor.person_id)
        store_version(work, draft.content(None, files), person_id=actor.person_id)
