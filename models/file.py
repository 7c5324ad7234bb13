"""Files 文件: uploaded for a draft, attached to a case for good, copied into the register.

Content lies in chunks of a megabyte, so that no process ever holds a whole file.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, UniqueConstraint
from sqlmodel import Field

from models.columns import Stored, generated_id, instant, json_object, reference


def _owner(target: str, *, gone_with_it: bool = False) -> Column[int]:
    """The file a chunk is of; first part of its key."""
    ends = "CASCADE" if gone_with_it else None
    return Column(BigInteger, ForeignKey(target, ondelete=ends), primary_key=True, autoincrement=False)


class Upload(Stored, table=True):
    """A file uploaded for a draft and not yet submitted: of one to-do, of one person. Removed when unused."""

    __tablename__ = "upload"
    __table_args__ = (UniqueConstraint("assignment_id", "person_id", "sha256", "name"),)

    id: int | None = generated_id()
    case_id: int = reference("cases.id")
    assignment_id: int = reference("assignment.id", index=False)
    person_id: int = reference("person.id")
    name: str
    media_type: str
    sha256: str
    size: int  # bytes
    text: str  # what could be read of it, for search
    hidden: dict[str, int] | None = json_object(nullable=True)  # kind: how often; null: not looked through
    uploaded_at: datetime = instant()


class UploadChunk(Stored, table=True):
    """A megabyte of an upload."""

    __tablename__ = "upload_chunk"

    upload_id: int = Field(sa_column=_owner("upload.id", gone_with_it=True))
    seq: int = Field(primary_key=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Attachment(Stored, table=True):
    """A file of a case, once per content. Immutable; names and roles stand in the versions."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("case_id", "sha256"),)

    id: int | None = generated_id()
    case_id: int = reference("cases.id", index=False)
    sha256: str
    size: int  # bytes
    text: str  # what could be read of it, for search
    hidden: dict[str, int] | None = json_object(nullable=True)  # kind: how often; null: not looked through


class AttachmentChunk(Stored, table=True):
    """A megabyte of a file of a case. Immutable."""

    __tablename__ = "attachment_chunk"

    attachment_id: int = Field(sa_column=_owner("attachment.id"))
    seq: int = Field(primary_key=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class RegisterFile(Stored, table=True):
    """A file of a register entry. Immutable."""

    __tablename__ = "register_file"
    __table_args__ = (UniqueConstraint("slug", "sha256"),)

    id: int | None = generated_id()
    slug: str = Field(index=True)
    sha256: str
    size: int  # bytes
    text: str  # what could be read of it, for search


class RegisterFileChunk(Stored, table=True):
    """A megabyte of a file of the register. Immutable."""

    __tablename__ = "register_file_chunk"

    file_id: int = Field(sa_column=_owner("register_file.id"))
    seq: int = Field(primary_key=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
