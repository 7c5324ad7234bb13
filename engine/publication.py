"""Publication 公开: what is handed to a website, and what it answers."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.confidentiality import require_settled
from engine.documents import content_hash, load_version, require_reviewed
from engine.files.kinds import Role
from engine.telling import tell_published
from models import Attachment, Case, DocumentIssue, Organ, Publication, Unit
from rules.disclosure import DisclosureAttribute
from rules.errors import UnreviewedPublicationRefused


@dataclass(frozen=True)
class PublishedFile:
    """A file of a published document. ``attachment_id`` is where its content is read."""

    name: str
    media_type: str
    sha256: str
    size: int
    role: str
    attachment_id: int

    def told(self) -> dict[str, Any]:
        """What the website is told of it, as JSON."""
        return {name: value for name, value in asdict(self).items() if name != "attachment_id"}


@dataclass(frozen=True)
class PublishRequest:
    """One document for one website. The same ``key`` always comes with the same content."""

    key: str
    slug: str
    organ: str
    unit: str
    doc_type: str
    doc_no: str
    title: str
    body: str
    marking: str
    formed_on: date
    issued_on: date
    content_hash: str
    attachments: tuple[PublishedFile, ...] = ()

    def metadata(self) -> dict[str, Any]:
        """Everything but the attachments, as JSON."""
        fields = {name: value for name, value in asdict(self).items() if name != "attachments"}
        return fields | {"formed_on": self.formed_on.isoformat(), "issued_on": self.issued_on.isoformat()}


@dataclass(frozen=True)
class Withdrawal:
    """A public document that is to leave the website again, and why, in words for the public."""

    key: str
    slug: str
    doc_no: str
    title: str
    url: str
    reason: str
    decided_at: datetime

    def told(self) -> dict[str, Any]:
        """All of it, as JSON."""
        return asdict(self) | {"decided_at": self.decided_at.isoformat()}


@dataclass(frozen=True)
class Receipt:
    """Where the document stands, and since when (aware)."""

    url: str
    published_at: datetime


class Website(Protocol):
    """Where documents are published. Asked twice with one key, it publishes once and answers the same."""

    @property
    def name(self) -> str:
        """Which adapter it is, for the publication record."""

    def publish(self, request: PublishRequest) -> Receipt:
        """Publish, or find that it is published.

        Raises:
            WebsiteUnavailable: it is not known whether it was published; ask again with the same key.
            WebsiteRefused: it was not, and asking again would not help.
        """

    def withdraw(self, withdrawal: Withdrawal) -> datetime:
        """Take a document down, or find that it is down. Returns since when (aware).

        Raises:
            WebsiteUnavailable, WebsiteRefused: as for a publication.
            WebsiteCannotWithdraw: no website of this kind takes such requests.
        """


def note_publication(
    connection: Connection,
    case_id: int,
    version_id: int,
    *,
    adapter: str,
    request: PublishRequest,
    receipt: Receipt,
) -> None:
    """公开记录: which version stands where, since when. The same key again changes nothing."""
    connection.execute(
        upsert(Publication.__table__)
        .values(
            case_id=case_id,
            document_version_id=version_id,
            adapter=adapter,
            idempotency_key=request.key,
            url=receipt.url,
            content_hash=request.content_hash,
            published_at=receipt.published_at,
        )
        .on_conflict_do_nothing(index_elements=["idempotency_key"])
    )
    tell_published(connection, case_id, at=receipt.published_at)


def request_for(connection: Connection, *, case_id: int, version_id: int, key: str) -> PublishRequest:
    """The request for exactly the signed version.

    Raises:
        UnreviewedPublicationRefused: the version lacks its review or signature, or is not what was hashed.
        PublicationUnderReview: a confidentiality review of the case is open, or withheld it.
    """
    cases, issue, unit, organ = Case.__table__, DocumentIssue.__table__, Unit.__table__, Organ.__table__
    row = connection.execute(
        select(cases.c.number, cases.c.intake, unit.c.name.label("unit"), organ.c.name.label("organ"), issue)
        .join(issue, issue.c.case_id == cases.c.id)
        .join(unit, unit.c.id == cases.c.unit_id)
        .join(organ, organ.c.id == 1)
        .where(cases.c.id == case_id, issue.c.document_version_id == version_id, issue.c.marking != "")
    ).one_or_none()
    version = load_version(connection, version_id)
    if (
        row is None
        or version is None
        or version["attribute"] != DisclosureAttribute.PROACTIVE
        or content_hash(version) != version["content_hash"]
    ):
        raise UnreviewedPublicationRefused(where=key, number=key.split(":")[0])
    require_reviewed(connection, case_id=case_id, case_number=row.number, version_id=version_id)
    require_settled(connection, case_id=case_id, case_number=row.number)
    return PublishRequest(
        key=key,
        slug=row.number.lower(),
        organ=row.organ,
        unit=row.unit,
        doc_type=str(row.intake.get("doc_type", "")),
        doc_no=row.doc_no,
        title=version["title"],
        body=version["body"],
        marking=row.marking,
        formed_on=row.formed_on,
        issued_on=row.issued_on,
        content_hash=version["content_hash"],
        attachments=_files(connection, case_id, version["attachments"]),
    )


def _files(
    connection: Connection, case_id: int, described: list[dict[str, Any]]
) -> tuple[PublishedFile, ...]:
    attachment = Attachment.__table__
    rows = connection.execute(
        select(attachment.c.sha256, attachment.c.id).where(attachment.c.case_id == case_id)
    )
    stored = {row.sha256: row.id for row in rows}
    return tuple(
        PublishedFile(**{"role": Role.ATTACHMENT, **file}, attachment_id=stored[file["sha256"]])
        for file in described
    )
