"""The document of a case: its versions, one version's content, the bytes of a file."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Row, text

from engine.actor import Actor
from engine.files.hidden import HiddenContent, said_of
from engine.files.kinds import SHOWN
from engine.files.parts import Part
from engine.files.storing import attachment_chunks
from engine.policy import Act
from engine.reading.values import snapshot
from engine.reading.visible import load_visible
from engine.service import Service
from rules.errors import GongkaiError, Kind, Said

# Where a state secret was claimed after text had been stored, the case names no current version any
# more: then none is shown to anybody.
_VERSIONS = """
    SELECT v.*, p.name AS author, v.id = c.document_version_id AS current,
           (SELECT jsonb_object_agg(a.sha256, a.hidden) FROM attachment a WHERE a.case_id = c.id) AS hidden
      FROM document_version v JOIN cases c ON c.id = v.case_id JOIN person p ON p.id = v.created_by
     WHERE v.case_id = :case AND c.document_version_id IS NOT NULL
"""
_LIST = text(_VERSIONS + " ORDER BY v.version")
_ONE = text(_VERSIONS + " AND v.version = :version")
_BESIDE = text(
    "SELECT c.number AS document, n.number, v.case_id, v.version FROM assignment a"
    " JOIN cases c ON c.id = a.case_id JOIN step s ON s.id = a.step_id"
    " JOIN document_version v ON v.id = (s.call->'beside'->>0)::bigint JOIN cases n ON n.id = v.case_id"
    " WHERE a.id = :id"
)
_ATTACHMENT = text("SELECT id FROM attachment WHERE case_id = :case AND sha256 = :sha256")


class DocumentNotFound(GongkaiError):
    """The case has no such version or attachment, or none that may be shown."""

    kind = Kind.NOT_FOUND
    zh = Said(
        "事项{number}没有这一文稿或附件", "版本号或附件不存在，或因涉密声明已停止显示", "请在文稿列表中核对"
    )
    en = Said(
        "Case {number} has no such version or attachment",
        "It does not exist, or is no longer shown because a state secret was claimed",
        "See the list of versions",
    )


@dataclass(frozen=True)
class AttachmentHeader:
    """A file of a version without its bytes: ``size`` of them. ``role``: body or attachment.

    ``hidden`` says what its reader does not see at first; null: nothing was found.
    """

    name: str
    media_type: str
    sha256: str
    size: int
    role: str = "attachment"
    hidden: HiddenContent | None = None

    @property
    def shown(self) -> bool:
        """Whether a page shows it in place."""
        return self.media_type in SHOWN


@dataclass(frozen=True)
class VersionHeader:
    """One version without its text."""

    version: int
    current: bool
    title: str
    attribute: str
    ground: str
    created_by: str
    created_at: datetime
    content_hash: str


@dataclass(frozen=True)
class VersionContent:
    """One immutable version, whole. ``content_hash`` covers title, body, attribute, ground, attachments."""

    case: str
    version: int
    current: bool
    title: str
    body: str
    attribute: str
    ground: str
    ground_text: str
    attachments: list[AttachmentHeader]
    created_by: str
    created_at: datetime
    content_hash: str


@dataclass(frozen=True)
class AttachmentBytes:
    """A file to send, whole or in part, a chunk at a time."""

    header: AttachmentHeader
    part: Part


def list_versions(service: Service, actor: Actor, number: str) -> list[VersionHeader]:
    """All versions of a case's document.

    Raises:
        CaseNotFound, NotAllowed.
    """
    with snapshot(service) as connection:
        case = load_visible(connection, actor, number, Act.READ_DOCUMENT)
        return [_header(row) for row in connection.execute(_LIST, {"case": case.row.id})]


def read_version(service: Service, actor: Actor, number: str, version: int) -> VersionContent:
    """One version whole.

    Raises:
        CaseNotFound, NotAllowed, DocumentNotFound.
    """
    return _content(_version(service, actor, number, version), number)


def _content(row: Row[Any], number: str) -> VersionContent:
    return VersionContent(
        case=number,
        body=row.body,
        ground_text=row.ground_text,
        attachments=[
            AttachmentHeader(**described, hidden=said_of((row.hidden or {}).get(described["sha256"])))
            for described in row.attachments
        ],
        **vars(_header(row)),
    )


def read_beside(service: Service, actor: Actor, assignment_id: int) -> VersionContent | None:
    """What is decided together with a to-do's own document: its interpretation. To whoever may decide.

    Raises:
        CaseNotFound, NotAllowed.
    """
    with snapshot(service) as connection:
        named = connection.execute(_BESIDE, {"id": assignment_id}).one_or_none()
        if named is None:
            return None
        load_visible(connection, actor, named.document, Act.READ_OPINIONS)  # takes part in the signing
        row = connection.execute(_ONE, {"case": named.case_id, "version": named.version}).one()
    return _content(row, named.number)


def read_attachment(
    service: Service, actor: Actor, number: str, version: int, sha256: str
) -> AttachmentBytes:
    """The bytes of one file of one version.

    Raises:
        CaseNotFound, NotAllowed, DocumentNotFound.
    """
    row = _version(service, actor, number, version)
    described = next((a for a in row.attachments if a["sha256"] == sha256), None)
    if described is None:
        raise DocumentNotFound(where=f"{number}/documents/{version}", number=number)
    with service.read() as connection:
        stored = connection.execute(_ATTACHMENT, {"case": row.case_id, "sha256": sha256}).scalar_one()
    return AttachmentBytes(AttachmentHeader(**described), partial(attachment_chunks, service, stored))


def _version(service: Service, actor: Actor, number: str, version: int) -> Row[Any]:
    with snapshot(service) as connection:
        case = load_visible(connection, actor, number, Act.READ_DOCUMENT)
        row = connection.execute(_ONE, {"case": case.row.id, "version": version}).one_or_none()
    if row is None:
        raise DocumentNotFound(where=f"{number}/documents/{version}", number=number)
    return row


def _header(row: Row[Any]) -> VersionHeader:
    return VersionHeader(
        version=row.version,
        current=row.current,
        title=row.title,
        attribute=row.attribute,
        ground=row.ground,
        created_by=row.author,
        created_at=row.created_at,
        content_hash=row.content_hash,
    )
