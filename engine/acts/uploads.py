"""Uploading files for a draft: kept apart from every version until the drafter submits, or removed."""

import hashlib
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any

from sqlalchemy import Connection, delete, func, insert, select

from engine.actor import Actor
from engine.decisions.checks import claimed_intake
from engine.decisions.repeated import closing_reason
from engine.drafting import Writing
from engine.files.examining import examine
from engine.files.hidden import HiddenContent, said_of
from engine.files.kinds import MAX_FILE_BYTES
from engine.files.storing import pieces_of, store_upload
from engine.forms import NoAnswers
from engine.holders import Post
from engine.opening import duties
from engine.policy import Act, Facts, permit
from engine.procedures import procedure
from engine.service import Service
from engine.work import Work, work_on_assignment
from models import Assignment, Upload
from rules.errors import (
    AssignmentClosed,
    ClassifiedContentRefused,
    FileRefused,
    InvalidInput,
    UploadNotFound,
    UploadsFull,
)
from rules.positions import Position

MAX_WAITING_BYTES = 300_000_000
MAX_WAITING_FILES = 60
KEPT_DAYS = 7

_upload, _assignment = Upload.__table__, Assignment.__table__
_SHOWN = (
    _upload.c.id.label("upload"),
    _upload.c.name,
    _upload.c.media_type,
    _upload.c.size,
    _upload.c.sha256,
    _upload.c.hidden,
)


@dataclass(frozen=True)
class Uploaded:
    """A file waiting to be submitted: the drafting form names it by ``upload``. ``size`` in bytes.

    ``hidden`` says what its reader does not see at first; null: nothing was found.
    """

    upload: int
    name: str
    media_type: str
    size: int
    sha256: str
    hidden: HiddenContent | None = None


def require_upload(service: Service, actor: Actor, assignment_id: int) -> None:
    """Ask before a byte is read whether this person may upload to this to-do now.

    Raises:
        AssignmentNotFound, NotAllowed, AssignmentClosed, InvalidInput, ClassifiedContentRefused, UploadsFull.
    """
    with service.database.begin() as connection:
        _admitted(service, connection, actor, assignment_id)


def store_uploaded(
    service: Service, actor: Actor, assignment_id: int, *, name: str, file: IO[bytes]
) -> Uploaded:
    """Check a file and keep it for the draft; the same file again is the same upload.

    Args:
        name: as ``engine.attached.FileName`` allows.
        file: open, seekable, with a descriptor.

    Raises:
        FileRefused, and what ``require_upload`` raises: nothing is stored then.
    """
    size = os.fstat(file.fileno()).st_size
    if not 0 < size <= MAX_FILE_BYTES:
        raise FileRefused(
            where="file",
            why_zh="文件为空或超过50MB",
            why_en="it is empty or larger than 50 MB",
        )
    examined = examine(file, name)
    sha256 = _digest(file)
    with service.database.begin() as connection:
        work = _admitted(service, connection, actor, assignment_id, more=size)
        mine = {"assignment_id": assignment_id, "person_id": actor.person_id}
        known = _known(connection, **mine, sha256=sha256, name=name)
        if known is not None:
            return known
        upload_id = connection.execute(
            insert(_upload)
            .values(
                **mine,
                case_id=work.case.id,
                name=name,
                media_type=examined.media_type,
                sha256=sha256,
                size=size,
                text=examined.text,
                hidden=examined.hidden,
                uploaded_at=service.machine_now,
            )
            .returning(_upload.c.id)
        ).scalar_one()
        store_upload(connection, upload_id, file)
    return Uploaded(upload_id, name, examined.media_type, size, sha256, said_of(examined.hidden))


def remove_upload(service: Service, actor: Actor, assignment_id: int, upload_id: int) -> None:
    """Delete one's own upload.

    Raises:
        UploadNotFound: none of that number at this to-do, or someone else's.
    """
    with service.database.begin() as connection:
        found = connection.execute(
            delete(_upload)
            .where(
                _upload.c.id == upload_id,
                _upload.c.assignment_id == assignment_id,
                _upload.c.person_id == actor.person_id,
            )
            .returning(_upload.c.id)
        ).scalar()
    if found is None:
        raise UploadNotFound(where="upload", upload=upload_id)


def list_uploads(service: Service, actor: Actor, assignment_id: int) -> list[Uploaded]:
    """One's own uploads to a to-do, oldest first."""
    mine = (_upload.c.assignment_id == assignment_id) & (_upload.c.person_id == actor.person_id)
    with service.read() as connection:
        rows = connection.execute(select(*_SHOWN).where(mine).order_by(_upload.c.id))
        return [_uploaded(row) for row in rows]


def remove_unused_uploads(service: Service) -> int:
    """Delete what nobody will submit: too old, or of a to-do that is closed. Returns how many."""
    old = _upload.c.uploaded_at < service.machine_now - timedelta(days=KEPT_DAYS)
    closed = _upload.c.assignment_id.in_(select(_assignment.c.id).where(_assignment.c.closed_at.is_not(None)))
    with service.database.begin() as connection:
        return len(connection.execute(delete(_upload).where(old | closed).returning(_upload.c.id)).all())


def _admitted(
    service: Service, connection: Connection, actor: Actor, assignment_id: int, *, more: int = 0
) -> Work:
    work, actor = work_on_assignment(service, connection, assignment_id, actor)
    todo = next(row for row in work.assignments if row.id == assignment_id)
    step = work.step_of(todo.step_id)
    post = Post(Position(todo.position), todo.unit_id, todo.person_id)
    facts = duties(work, step.call, post) if step else Facts(assigned_person_id=-1)
    permit(actor, Act.UPLOAD_FILE, Facts(**{**vars(facts), "where": str(assignment_id)}))
    assert step is not None  # the door lets nobody upload to an incident
    if todo.closed_at is not None or work.case.closed_at is not None:
        raise AssignmentClosed(
            where=str(assignment_id), assignment=assignment_id, **closing_reason(todo.closed_because)
        )
    forms = procedure(work.case.procedure, work.case.version).forms
    if not issubclass(forms.get(step.call["form"], NoAnswers), Writing):
        raise InvalidInput(
            where=str(assignment_id),
            field="uploads",
            why_zh="只有拟稿环节可以上传文件",
            why_en="files are uploaded where the draft is written",
        )
    if claimed_intake(work).get("state_secret"):
        raise ClassifiedContentRefused(where="state_secret", refused="文件", refused_en="files")
    _require_room(connection, actor, more)
    return work


def _require_room(connection: Connection, actor: Actor, more: int) -> None:
    # Two uploads of one person at once would each see room for itself.
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(391, %s)", (actor.person_id,))
    waiting, files = connection.execute(
        select(func.coalesce(func.sum(_upload.c.size), 0), func.count()).where(
            _upload.c.person_id == actor.person_id
        )
    ).one()
    if waiting + more > MAX_WAITING_BYTES or files >= MAX_WAITING_FILES:
        limit = f"{MAX_WAITING_BYTES // 10**6} MB / {MAX_WAITING_FILES}"
        raise UploadsFull(where="uploads", limit=limit)


def _known(connection: Connection, **values: Any) -> Uploaded | None:
    same = [_upload.c[name] == value for name, value in values.items()]
    row = connection.execute(select(*_SHOWN).where(*same)).one_or_none()
    return _uploaded(row) if row else None


def _uploaded(row: Any) -> Uploaded:
    return Uploaded(**{**row._asdict(), "hidden": said_of(row.hidden)})


def _digest(file: IO[bytes]) -> str:
    whole = hashlib.sha256()
    for piece in pieces_of(file):
        whole.update(piece)
    return whole.hexdigest()
