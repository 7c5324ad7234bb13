"""The files of a draft become files of the case: copied inside the database, once per content."""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from engine.attached import AttachedFile, InlineFile, KeptFile, UploadedFile, digest
from engine.files.examining import examine
from engine.files.hidden import Found, has_traces
from engine.files.kinds import Role
from engine.files.storing import pieces_of, store_chunks
from engine.work import Work
from models import Attachment, AttachmentChunk, Upload
from rules.errors import FileRefused, InvalidInput, UploadNotFound

_attachment, _upload = Attachment.__table__, Upload.__table__

_COPY = text(
    "INSERT INTO attachment_chunk (attachment_id, seq, content)"
    " SELECT :attachment, seq, content FROM upload_chunk WHERE upload_id = :upload"
)


@dataclass(frozen=True)
class FileOfVersion:
    """A file as its version lists it."""

    name: str
    media_type: str
    sha256: str
    size: int
    role: str = Role.ATTACHMENT.value


@dataclass(frozen=True)
class Brought:
    """A file now stored with the case. ``text`` is what could be read of it; of a kept file, nothing new."""

    file: FileOfVersion
    text: str = ""
    kept: bool = False

    def described(self) -> dict[str, Any]:
        """As the version lists it."""
        return asdict(self.file)


def bring_files(
    work: Work,
    files: Sequence[AttachedFile] | None,
    *,
    before: dict[str, Any] | None,
    assignment_id: int | None = None,
    person_id: int,
) -> list[Brought] | None:
    """Store what a draft names; ``None`` when it says nothing of files.

    Raises:
        FileRefused, InvalidInput, UploadNotFound: nothing of the whole transaction is stored then.
    """
    if files is None:
        return None
    brought = []
    for file in files:
        match file:
            case InlineFile():
                brought.append(_sent_along(work, file))
            case UploadedFile():
                brought.append(_uploaded(work, file, assignment_id, person_id))
            case KeptFile():
                brought.append(_kept(file, (before or {}).get("attachments", [])))
    return brought


def forget_uploads(work: Work, assignment_id: int | None = None) -> None:
    """Delete what was uploaded for a to-do, or for the whole case, and not submitted."""
    chosen = delete(_upload).where(_upload.c.case_id == work.case.id)
    if assignment_id is not None:
        chosen = chosen.where(_upload.c.assignment_id == assignment_id)
    work.connection.execute(chosen)


def files_with_traces(work: Work, version: dict[str, Any] | None) -> list[str]:
    """The names of a version's files that carry traces of drafting."""
    rows = work.connection.execute(
        select(_attachment.c.sha256, _attachment.c.hidden).where(_attachment.c.case_id == work.case.id)
    )
    traced = {row.sha256 for row in rows if has_traces(row.hidden)}
    listed = version["attachments"] if version else []
    return [described["name"] for described in listed if described["sha256"] in traced]


def _sent_along(work: Work, file: InlineFile) -> Brought:
    content = file.content()
    with tempfile.TemporaryFile() as opened:
        opened.write(content)
        opened.flush()
        examined = examine(opened, file.name)
        if file.media_type not in ("", examined.media_type):
            raise FileRefused(
                where="file", why_zh="内容与所称类型不符", why_en="it is not of the type stated"
            )
        described = FileOfVersion(
            file.name, examined.media_type, digest(content), len(content), file.role.value
        )
        attachment_id = _attach(work, described, examined.text, examined.hidden)
        if attachment_id is not None:
            store_chunks(work.connection, AttachmentChunk.__table__, attachment_id, pieces_of(opened))
    return Brought(described, examined.text)


def _uploaded(work: Work, file: UploadedFile, assignment_id: int | None, person_id: int) -> Brought:
    row = work.connection.execute(
        select(_upload).where(
            _upload.c.id == file.upload,
            _upload.c.assignment_id == assignment_id,
            _upload.c.person_id == person_id,
        )
    ).one_or_none()
    if row is None:
        raise UploadNotFound(where="attachments", upload=file.upload)
    described = FileOfVersion(row.name, row.media_type, row.sha256, row.size, file.role.value)
    attachment_id = _attach(work, described, row.text, row.hidden)
    if attachment_id is not None:
        work.connection.execute(_COPY, {"attachment": attachment_id, "upload": row.id})
    return Brought(described, row.text)


def _kept(file: KeptFile, before: list[dict[str, Any]]) -> Brought:
    known = next((described for described in before if described["sha256"] == file.keep), None)
    if known is None:
        raise InvalidInput(
            where="attachments",
            field="keep",
            why_zh="上一稿没有这一文件",
            why_en="the version before has no such file",
        )
    return Brought(FileOfVersion(**{**known, "role": file.role.value}), kept=True)


def _attach(work: Work, file: FileOfVersion, read: str, hidden: Found | None) -> int | None:
    """The row of a content the case does not have yet; ``None``: it has it."""
    return work.connection.execute(
        insert(_attachment)
        .values(case_id=work.case.id, sha256=file.sha256, size=file.size, text=read, hidden=hidden)
        .on_conflict_do_nothing()
        .returning(_attachment.c.id)
    ).scalar()
