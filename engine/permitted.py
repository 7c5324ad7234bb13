"""What may become public: read from decisions about that very version, not from what a procedure says."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from rules.errors import InterpretationMissing, TalkBeforeReleaseMissing, UnreviewedPublicationRefused
from rules.interpretation import Need, need_of, stated_in
from rules.positions import Position

_REVIEWED = text(
    # The last review of that version: one that was unsure outweighs an earlier one that was not.
    """
    SELECT COALESCE(bool_and(d.action = 'approve'
                             AND d.answers->>'finding' = 'not_secret_and_suitable'), false)
      FROM decision d
     WHERE d.document_version_id = :version
       AND d.step_id = (SELECT max(s.id) FROM step s WHERE s.case_id = :case
                           AND s.document_version_id = :version AND s.call->>'form' = 'confidentiality')
       AND EXISTS (SELECT 1 FROM step s WHERE s.id = d.step_id AND s.settled_at IS NOT NULL)
    """
)
_APPROVED = """
    SELECT count(*) FROM decision d JOIN step s ON s.id = d.step_id
      JOIN assignment a ON a.id = d.assignment_id
     WHERE d.case_id = :case AND d.document_version_id = :version AND d.action = 'approve'
       AND s.settled_at IS NOT NULL
"""
_SIGNED = text(_APPROVED + " AND s.call->>'signs' = 'true'")
_SIGNED_AT = text(
    "SELECT min(d.decided_at) FROM decision d JOIN step s ON s.id = d.step_id WHERE d.action = 'approve'"
    " AND d.document_version_id = :version AND s.settled_at IS NOT NULL AND s.call->>'signs' = 'true'"
)
_SIGNED_BESIDE = text(
    _APPROVED
    + " AND s.call->>'signs' = 'true' AND s.call->'beside' @> jsonb_build_array(CAST(:beside AS bigint))"
)
_COPY_APPROVED = text(
    _APPROVED  # noqa: S608  a constant
    + " AND s.call->>'form' = 'redaction-approval' AND a.position = 'deputy_head'"
    " AND d.person_id <> (SELECT created_by FROM document_version WHERE id = :version)"
)
_TALKED = text(_APPROVED + " AND s.call->>'form' = 'before-release' AND a.position = :position")
_DRAFTED = text(
    "SELECT d.answers FROM decision d JOIN step s ON s.id = d.step_id WHERE d.case_id = :case"
    " AND d.action = 'approve' AND s.call->>'form' = 'drafting' ORDER BY d.id"
)
_SIGNED_WITH_IT = text(
    "SELECT count(*) FROM decision d JOIN step s ON s.id = d.step_id WHERE d.case_id = :document"
    " AND d.action = 'approve' AND s.settled_at IS NOT NULL AND s.call->>'signs' = 'true'"
    " AND s.call->'beside' @> jsonb_build_array(CAST(:beside AS bigint))"
)
_DOCUMENT_OF = text(
    "SELECT other_id FROM case_link WHERE case_id = :case AND relation = 'interprets' ORDER BY id LIMIT 1"
)
_INTERPRETS = text(
    "SELECT v.case_id FROM document_version v JOIN case_link l ON l.case_id = v.case_id"
    " AND l.other_id = :case AND l.relation = 'interprets' WHERE v.id = :version"
)


def require_reviewed(
    connection: Connection, *, case_id: int, case_number: str, version: dict[str, Any]
) -> None:
    """Invariant: nothing is published without a settled confidentiality review of that very version, and a
    signature on it. A copy without withheld parts has its own review and approval, and the signed original.

    Raises:
        UnreviewedPublicationRefused: any of them is missing.
    """
    this = {"case": case_id, "version": version["id"]}
    signed = {**this, "version": version["redacts"] or version["id"]}
    allowed = connection.scalar(_REVIEWED, this) and connection.scalar(_SIGNED, signed)
    if allowed and version["redacts"]:
        allowed = connection.scalar(_COPY_APPROVED, this)
    if not allowed:
        raise UnreviewedPublicationRefused(where=case_number, number=case_number)


def signed_at(connection: Connection, version_id: int | None) -> datetime | None:
    """When this version got its final signature; ``None``: it has none."""
    at: datetime | None = connection.scalar(_SIGNED_AT, {"version": version_id})
    return at


def require_pair(
    connection: Connection, *, case_id: int, case_number: str, version: dict[str, Any], beside: int | None
) -> None:
    """Invariant: a document that needs an interpretation is published with the one that was signed with it,
    itself reviewed for secrecy, and talked over with 宣传 and 网信 where the document is a major one.

    Raises:
        InterpretationMissing, TalkBeforeReleaseMissing, UnreviewedPublicationRefused.
    """
    need = need_in(connection, case_id, version["attribute"])
    signed = {"case": case_id, "version": version["redacts"] or version["id"]}
    if beside is None:
        if need.needed:
            raise InterpretationMissing(where=case_number, number=case_number, why_zh=need.zh, why_en=need.en)
        return
    interpretation = connection.scalar(_INTERPRETS, {"case": case_id, "version": beside})
    if interpretation is None or not connection.scalar(_SIGNED_BESIDE, {**signed, "beside": beside}):
        raise InterpretationMissing(where=case_number, number=case_number, why_zh=need.zh, why_en=need.en)
    require_released(
        connection, case_id=interpretation, case_number=case_number, version_id=beside, gate=need.gate
    )


def require_released(
    connection: Connection, *, case_id: int, case_number: str, version_id: int, gate: bool
) -> None:
    """The interpretation itself may become public.

    Raises:
        UnreviewedPublicationRefused, TalkBeforeReleaseMissing.
    """
    this = {"case": case_id, "version": version_id}
    if not connection.scalar(_REVIEWED, this):
        raise UnreviewedPublicationRefused(where=case_number, number=case_number)
    for position in (Position.PUBLICITY, Position.CYBERSPACE) if gate else ():
        if not connection.scalar(_TALKED, {**this, "position": position.value}):
            raise TalkBeforeReleaseMissing(
                where=case_number, number=case_number, whom_zh=position.chinese, whom_en=position.english
            )


def need_in(connection: Connection, case_id: int, attribute: str) -> Need:
    """By what was stated in the drafts of a case, which nobody can change afterwards."""
    return need_of(attribute, stated_in(connection.scalars(_DRAFTED, {"case": case_id})))


def require_public(
    connection: Connection, *, case_id: int, case_number: str, version: dict[str, Any]
) -> None:
    """What is public now may be so: asked again of a document, or of an interpretation, by the doctor.

    Raises:
        GongkaiError: it may not.
    """
    this = {"case": case_id, "version": version["id"]}
    document = connection.scalar(_DOCUMENT_OF, this)
    if document is None:
        require_reviewed(connection, case_id=case_id, case_number=case_number, version=version)
        return
    gate = need_in(connection, document, version["attribute"]).gate
    require_released(
        connection, case_id=case_id, case_number=case_number, version_id=version["id"], gate=gate
    )
    if not connection.scalar(_SIGNED, this) and not connection.scalar(
        _SIGNED_WITH_IT, {"document": document, "beside": version["id"]}
    ):
        raise UnreviewedPublicationRefused(where=case_number, number=case_number)
