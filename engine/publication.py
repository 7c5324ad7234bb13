"""Publication 公开: what is handed to a website, and what it answers."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.documents import content_hash, load_version
from engine.files.kinds import Role
from engine.permitted import need_in, require_pair, require_released, require_reviewed
from engine.telling import tell_published
from models import Attachment, Case, DocumentIssue, Organ, Publication, Unit
from rules.disclosure import DisclosureAttribute
from rules.errors import UnreviewedPublicationRefused

BESIDE = ":interpretation"
"""What the key of an interpretation adds to that of the act that publishes it with its document."""

_INTERPRETED = text(
    "SELECT o.id FROM case_link l JOIN cases o ON o.id = l.other_id JOIN publication p ON p.case_id = o.id"
    " WHERE l.case_id = :case AND l.relation = 'interprets' LIMIT 1"
)
_SIGNED = text(
    "SELECT count(*) FROM decision d JOIN step s ON s.id = d.step_id WHERE d.case_id = :case"
    " AND d.document_version_id = :version AND d.action = 'approve' AND s.settled_at IS NOT NULL"
    " AND s.call->>'signs' = 'true'"
)


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
class Source:
    """The version a request was made of; no website is told."""

    case_id: int
    version_id: int


@dataclass(frozen=True)
class PublishRequest:
    """One document for one website, with its interpretation if it has one: both become public, or neither.

    The same ``key`` always comes with the same content. ``withheld``: the grounds of parts that are not
    shown; ``interprets``: of an interpretation, the slug of its document.
    """

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
    withheld: tuple[str, ...] = ()
    interprets: str = ""
    interpretation: "PublishRequest | None" = None
    source: Source = Source(0, 0)

    @property
    def all_files(self) -> tuple[PublishedFile, ...]:
        """Its files and those of its interpretation."""
        return self.attachments + (self.interpretation.attachments if self.interpretation else ())

    def metadata(self) -> dict[str, Any]:
        """Everything but the content of the attachments, as JSON; what there is not is left out."""
        apart = ("attachments", "withheld", "interprets", "interpretation", "source")
        fields = {name: value for name, value in vars(self).items() if name not in apart}
        told = fields | {
            "formed_on": self.formed_on.isoformat(),
            "issued_on": self.issued_on.isoformat(),
            "attachments": [file.told() for file in self.attachments],
        }
        if self.withheld:
            told["withheld"] = list(self.withheld)
        if self.interprets:
            told["interprets"] = self.interprets
        if self.interpretation:
            told["interpretation"] = self.interpretation.metadata()
        return told


@dataclass(frozen=True)
class Withdrawal:
    """A public document that is to leave the website with its interpretations, and why, for the public."""

    key: str
    slug: str
    doc_no: str
    title: str
    url: str
    reason: str
    decided_at: datetime
    interpretations: tuple[dict[str, str], ...] = ()

    def told(self) -> dict[str, Any]:
        """All of it, as JSON; what stood beside it only where there was something."""
        told = asdict(self) | {"decided_at": self.decided_at.isoformat()}
        beside = list(told.pop("interpretations"))
        return told | ({"interpretations": beside} if beside else {})


@dataclass(frozen=True)
class Receipt:
    """Where the document stands, and since when (aware)."""

    url: str
    published_at: datetime
    interpretation_url: str = ""

    def of_interpretation(self) -> "Receipt":
        """The same act, at the interpretation's own address."""
        return Receipt(self.interpretation_url, self.published_at)


def facts_of(receipt: Receipt) -> dict[str, str]:
    """What a procedure is told of it."""
    told = {"url": receipt.url, "published_at": receipt.published_at.isoformat()}
    return told | ({"interpretation_url": receipt.interpretation_url} if receipt.interpretation_url else {})


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
    connection: Connection, *, adapter: str, request: PublishRequest, receipt: Receipt
) -> None:
    """公开记录: which version stands where, since when; of an interpretation too, in the same transaction.

    The same key again changes nothing.
    """
    connection.execute(
        upsert(Publication.__table__)
        .values(
            case_id=request.source.case_id,
            document_version_id=request.source.version_id,
            adapter=adapter,
            idempotency_key=request.key,
            url=receipt.url,
            content_hash=request.content_hash,
            published_at=receipt.published_at,
        )
        .on_conflict_do_nothing(index_elements=["idempotency_key"])
    )
    tell_published(connection, request.source.case_id, at=receipt.published_at)
    if request.interpretation:
        note_publication(
            connection, adapter=adapter, request=request.interpretation, receipt=receipt.of_interpretation()
        )


def request_for(
    connection: Connection, *, case_id: int, version_id: int, key: str, beside: int | None = None
) -> PublishRequest:
    """The request for exactly the signed version, or its approved copy without withheld parts.

    Args:
        beside: the version of the interpretation that was signed with it.

    Raises:
        UnreviewedPublicationRefused: the version lacks its review or signature, or is not what was hashed.
        InterpretationMissing, TalkBeforeReleaseMissing: it may not be published so.
    """
    version = load_version(connection, version_id)
    row = _issued(connection, case_id)
    if (
        row is None
        or version is None
        or row.document_version_id != (version["redacts"] or version["id"])
        or version["attribute"] != DisclosureAttribute.PROACTIVE
        or content_hash(version) != version["content_hash"]
    ):
        raise UnreviewedPublicationRefused(where=key, number=key.split(":")[0])
    require_reviewed(connection, case_id=case_id, case_number=row.number, version=version)
    require_pair(connection, case_id=case_id, case_number=row.number, version=version, beside=beside)
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
        withheld=tuple(dict.fromkeys(part["ground"] for part in version["redactions"])),
        interpretation=_interpretation(connection, row, beside, f"{key}{BESIDE}") if beside else None,
        source=Source(case_id, version_id),
    )


def interpretation_request_for(
    connection: Connection, *, case_id: int, version_id: int, key: str
) -> PublishRequest:
    """The request for an interpretation of a document that is public already, signed in its own case.

    Raises:
        UnreviewedPublicationRefused, TalkBeforeReleaseMissing.
    """
    about = connection.execute(_INTERPRETED, {"case": case_id}).one_or_none()
    row = _issued(connection, about.id) if about else None
    if row is None or not connection.scalar(_SIGNED, {"case": case_id, "version": version_id}):
        raise UnreviewedPublicationRefused(where=key, number=key.split(":")[0])
    gate = need_in(connection, row.case_id, DisclosureAttribute.PROACTIVE).gate
    number = key.split(":")[0]
    require_released(connection, case_id=case_id, case_number=number, version_id=version_id, gate=gate)
    return _interpretation(connection, row, version_id, key)


def _issued(connection: Connection, case_id: int) -> Any:
    """An issued and marked document, with its case, unit and organ."""
    cases, issue, unit, organ = Case.__table__, DocumentIssue.__table__, Unit.__table__, Organ.__table__
    return connection.execute(
        select(cases.c.number, cases.c.intake, unit.c.name.label("unit"), organ.c.name.label("organ"), issue)
        .join(issue, issue.c.case_id == cases.c.id)
        .join(unit, unit.c.id == cases.c.unit_id)
        .join(organ, organ.c.id == 1)
        .where(cases.c.id == case_id, issue.c.marking != "")
    ).one_or_none()


def _interpretation(connection: Connection, document: Any, version_id: int, key: str) -> PublishRequest:
    """It has no number of its own: readers find it by its document's."""
    version = load_version(connection, version_id)
    if version is None or content_hash(version) != version["content_hash"]:
        raise UnreviewedPublicationRefused(where=key, number=key.split(":")[0])
    cases = Case.__table__
    number = connection.execute(select(cases.c.number).where(cases.c.id == version["case_id"])).scalar_one()
    return PublishRequest(
        key=key,
        slug=number.lower(),
        organ=document.organ,
        unit=document.unit,
        doc_type="政策解读",
        doc_no=document.doc_no,
        title=version["title"],
        body=version["body"],
        marking="",
        formed_on=document.formed_on,
        issued_on=document.issued_on,
        content_hash=version["content_hash"],
        attachments=_files(connection, version["case_id"], version["attachments"]),
        interprets=document.number.lower(),
        source=Source(version["case_id"], version_id),
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
