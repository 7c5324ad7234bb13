"""Launching a case: frozen intake, first version if a draft came with it, first to-do."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from engine.actor import Actor
from engine.drafting import Drafting, refuse_content
from engine.effects import EFFECTS
from engine.forms import Intake, fill
from engine.launching import Opening, check_opening, open_case, opening_for
from engine.policy import Act, Facts, permit
from engine.procedures import Procedure, procedure
from engine.service import Service
from engine.work import work_on_case
from models import Case
from rules.errors import AlreadyOpened, IdempotencyKeyReused, InvalidInput

_cases = Case.__table__


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
    """The case as launched. ``repeated``: the same key had launched it before.

    ``joined``: there may be one case only of what was stated, and this is the first; note was taken in it.
    """

    case_id: int
    number: str
    repeated: bool = False
    joined: bool = False


def launch(service: Service, actor: Actor, request: LaunchRequest) -> Launched:
    """Launch a case; the drafter's to-do opens in the same transaction.

    Raises:
        UnknownProcedure, InvalidInput, UnknownPerson, UnknownUnit, NotAllowed, NoHolder,
        ClassifiedContentRefused, IdempotencyKeyReused, AlreadyOpened: nothing is stored then.
    """
    filled = _filled(request)
    with service.database.begin() as connection:
        return _launch(service, connection, actor, *filled, request)


def launch_within(service: Service, connection: Connection, actor: Actor, request: LaunchRequest) -> Launched:
    """The same act in the caller's transaction.

    Raises:
        GongkaiError: as ``launch``; nothing may be kept of the transaction, or of its savepoint.
    """
    return _launch(service, connection, actor, *_filled(request), request)


def require_launchable(
    service: Service, connection: Connection, actor: Actor, request: LaunchRequest
) -> Launched | None:
    """See that it could be launched now; nothing is stored. Gives what the same key launched before.

    Raises:
        GongkaiError: as ``launch``.
    """
    chosen, intake, draft = _filled(request)
    earlier = _earlier(connection, actor, request)
    if earlier is None:
        opening = _permitted(service, connection, actor, chosen, intake, draft, request)
        check_opening(service, connection, opening)
    return earlier


def _filled(request: LaunchRequest) -> tuple[Procedure, Intake, Drafting | None]:
    chosen = procedure(request.procedure)
    intake = fill(chosen.intake, request.intake, where=chosen.key)
    return chosen, intake, _checked_draft(request, intake.model_dump())


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
    stated: Intake,
    draft: Drafting | None,
    request: LaunchRequest,
) -> Launched:
    earlier = _launched_before(connection, actor, request)
    if earlier is not None:
        return earlier
    opening = _permitted(service, connection, actor, chosen, stated, draft, request)
    try:
        made = open_case(service, connection, opening)
    except AlreadyOpened as first:  # found before anything was written
        if not stated.again:
            raise
        return _join(service, connection, actor, stated, first.facts["number"])
    return Launched(made.case_id, made.number)


def _permitted(
    service: Service,
    connection: Connection,
    actor: Actor,
    chosen: Procedure,
    stated: Intake,
    draft: Drafting | None,
    request: LaunchRequest,
) -> Opening:
    opening = opening_for(
        service,
        connection,
        chosen,
        stated,
        by=actor.username,
        channel=actor.channel,
        launched_by=actor.person_id,
        key=request.key,
        digest=request.digest(),
        draft=draft,
        author_id=None if draft is None else actor.person_id,
    )
    permit(actor, Act.LAUNCH, Facts(where=chosen.key, drafter_id=opening.drafter.person_id))
    return opening


def _join(service: Service, connection: Connection, actor: Actor, stated: Intake, number: str) -> Launched:
    """Take note of it in the case there is; the case goes on as it stands."""
    work = work_on_case(service, connection, number, actor=actor.username, channel=actor.channel)
    done = EFFECTS[stated.again](work, stated.model_dump(mode="json"))
    work.note("reported-again", data=done.facts)
    work.finish()
    return Launched(work.case.id, work.case.number, joined=True)


def _launched_before(connection: Connection, actor: Actor, request: LaunchRequest) -> Launched | None:
    if request.key is None:
        return None
    # Two launches with one key at once: the second waits here and then finds the first.
    connection.exec_driver_sql(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"{actor.person_id}:{request.key}",)
    )
    return _earlier(connection, actor, request)


def _earlier(connection: Connection, actor: Actor, request: LaunchRequest) -> Launched | None:
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
