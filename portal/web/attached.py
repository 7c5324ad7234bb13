"""The files of a draft on its page: those kept from the version before, those uploaded, and what each is."""

from dataclasses import dataclass
from typing import Any

from engine.actor import Actor
from engine.acts.uploads import list_uploads, takes_files
from engine.files.kinds import ENDINGS, MAX_FILE_BYTES, Role
from engine.reading import Todo, VersionContent
from engine.service import Service
from portal.web.caller import Fields

FIELD = "file"
"""One per file: ``attachment upload 12``, ``body keep 3f…``; empty: not used."""
SHOWS = "files"
"""Posted by a page that shows files: none left means that none shall be kept."""


@dataclass(frozen=True)
class ChosenFile:
    """One line of the list. ``way`` and ``ref`` name it in the answers; ``role`` empty: left out."""

    way: str
    ref: str
    name: str
    size: int
    role: str


@dataclass(frozen=True)
class FileArea:
    """What the page needs for choosing files."""

    files: list[ChosenFile]
    endings: str = ",".join(ENDINGS)
    most_bytes: int = MAX_FILE_BYTES


def file_area(
    service: Service, actor: Actor, todo: Todo, document: VersionContent | None, posted: Fields
) -> FileArea | None:
    """The files of an open draft; ``None`` where none can be brought."""
    if todo.asks is None or todo.asks.form != "drafting" or not takes_files(service, actor, todo.id):
        return None
    kept = [("keep", f.sha256, f.name, f.size, f.role) for f in (document.attachments if document else ())]
    uploaded = [
        ("upload", str(u.upload), u.name, u.size, Role.ATTACHMENT.value)
        for u in list_uploads(service, actor, todo.id)
    ]
    return FileArea([ChosenFile(*each[:4], role=_role(posted, *each)) for each in kept + uploaded])


def attachments_from(posted: Fields) -> list[dict[str, Any]] | None:
    """What the drafting form answers about its files; ``None``: the page did not show any."""
    if SHOWS not in posted:
        return None
    chosen = [value.split(" ") for value in posted.get(FIELD, []) if value.count(" ") == 2]
    return [
        {"role": role, way: int(ref) if way == "upload" and ref.isdigit() else ref}
        for role, way, ref in chosen
    ]


def _role(posted: Fields, way: str, ref: str, _name: str, _size: int, role: str) -> str:
    """As it was chosen before the page came back with an error."""
    if SHOWS not in posted:
        return role
    said = [value.split(" ")[0] for value in posted.get(FIELD, []) if value.endswith(f" {way} {ref}")]
    return said[0] if said else ""
