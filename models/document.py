"""Documents 公文: immutable versions, numbers, the secrecy register, publications."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Computed, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from models.columns import Stored, generated_id, instant, json_object, reference


class DocumentVersion(Stored, table=True):
    """What was approved: title, body, attribute and ground, hashed. Immutable."""

    __tablename__ = "document_version"
    __table_args__ = (
        UniqueConstraint("case_id", "version"),
        Index("ix_document_version_created_by", "created_by", "case_id"),
    )

    id: int | None = generated_id()
    case_id: int = reference("cases.id", index=False)
    version: int
    title: str
    body: str
    attribute: str = ""
    ground: str = ""
    ground_text: str = ""
    attachments: list[dict[str, Any]] = json_object()  # name, media_type, sha256, size, role
    redacts: int | None = reference("document_version.id", nullable=True, index=False)  # the signed one
    redactions: list[dict[str, Any]] = json_object()  # part, ground, reason; of a copy without these parts
    content_hash: str  # sha256 over all of the above
    created_by: int = reference("person.id", index=False)
    created_at: datetime = instant()


class DocumentIssue(Stored, table=True):
    """Number 发文字号, formation 成文日期 and issue 印发日期 of a signed version, and its marking line."""

    __tablename__ = "document_issue"
    __table_args__ = (
        # A document disclosed later keeps its number: one holds it, the others name that case.
        Index(
            "ix_document_issue_doc_no", "doc_no", unique=True, postgresql_where=text("disclosed_from IS NULL")
        ),
    )

    case_id: int = reference("cases.id", primary_key=True)
    document_version_id: int = reference("document_version.id", index=False)
    doc_no: str
    disclosed_from: int | None = reference("cases.id", nullable=True)  # the case that issued it first
    formed_on: date
    issued_on: date
    marking: str = ""
    numbered_at: datetime = instant()
    marked_at: datetime | None = instant(nullable=True)


class SecrecyRegisterLine(Stored, table=True):
    """All that is kept of a document claimed to be a state secret: who, when, handed over, outcome."""

    __tablename__ = "secrecy_register_line"

    case_id: int = reference("cases.id", primary_key=True)
    registered_by: int = reference("person.id", index=False)
    registered_at: datetime = instant()
    source_unit: str = ""
    handed_over_on: date
    outcome: str
    closed_at: datetime = instant()


class WithheldPart(Stored, table=True):
    """不公开的部分: what a confidentiality review keeps back of what is released, and why. Only grows."""

    __tablename__ = "withheld_part"

    id: int | None = generated_id()
    case_id: int = reference("cases.id")
    part: str
    ground: str
    reason: str
    noted_at: datetime = instant()


class Publication(Stored, table=True):
    """公开记录: which version went where, under which key, when. One effective per version."""

    __tablename__ = "publication"

    id: int | None = generated_id()
    case_id: int = reference("cases.id")
    document_version_id: int = reference("document_version.id", index=False)
    adapter: str
    idempotency_key: str = Field(unique=True)
    url: str
    content_hash: str
    published_at: datetime = instant()


def _empty() -> Any:
    """Text that is empty unless stated."""
    return Field(default="", sa_column_kwargs={"server_default": ""})


class RegisterEntry(Stored, table=True):
    """A document in the public register: a copy of what was published, and nothing else."""

    __tablename__ = "register_entry"

    id: int | None = generated_id()
    slug: str = Field(unique=True)
    idempotency_key: str = Field(unique=True)
    organ: str
    unit: str
    doc_type: str = _empty()
    doc_no: str
    title: str
    body: str
    marking: str
    formed_on: date
    issued_on: date
    website_url: str = _empty()  # where the bureau's website shows it; empty: only here
    attachments: list[dict[str, Any]] = json_object()
    withheld: list[str] = json_object()  # the grounds of parts that are not shown; never what or where
    interprets: str = _empty()  # slug of the document it is the interpretation of; empty: it is a document
    content_hash: str
    published_at: datetime = instant(index=True)


class RegisterText(Stored, table=True):
    """What a register entry can be found by; the database writes title, number and body by itself.

    ``source``: ``title``, ``number``, ``body``, or the SHA-256 of the attachment it is the text of.
    """

    __tablename__ = "register_text"
    __table_args__ = (UniqueConstraint("slug", "source"),)

    id: int | None = generated_id()
    slug: str
    source: str
    said: str
    folded: str = Field(sa_column=Column(Text, Computed("register_fold(said)", persisted=True)))
    grams: list[str] = Field(
        sa_column=Column(ARRAY(Text), Computed("register_grams(register_fold(said))", persisted=True))
    )


class PublicationChange(Stored, table=True):
    """撤下、变更网址: what was decided about a published document, in words for the public. Only grows."""

    __tablename__ = "publication_change"

    id: int | None = generated_id()
    case_id: int = reference("cases.id")
    publication_id: int = reference("publication.id", index=False)
    slug: str = Field(index=True)
    kind: str  # take_down, url_change
    title: str
    doc_no: str
    reason: str
    old_url: str
    new_url: str
    changed_at: datetime = instant()
