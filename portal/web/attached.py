"""The files of a draft on its page: those kept from the version before, those uploaded, and what each is."""

from dataclasses import dataclass
from typing import Any

from engine import reading
from engine.actor import Actor
from engine.acts.uploads import list_uploads
from engine.files.hidden import HiddenContent
from engine.files.kinds import ENDINGS, MAX_FILE_BYTES, Role
from engine.reading import Todo, VersionContent
from engine.service import Service
from portal.web.caller import Fields, one

PREFIX = "file."
"""``file.upload.12`` or ``file.keep.3f…``: the role that file has; empty, it is not used."""
SHOWS = "files"
"""Posted by a page that shows files: a kept one it does not name shall not be kept."""

WRITING = ("drafting", "material", "redaction")
"""Forms that write a text: the page comes filled in with what the last version says."""


@dataclass(frozen=True)
class ChosenFile:
    """One line of the list. ``way`` and ``ref`` name it in the answers; ``role`` empty: left out.

    ``hidden``: what its reader does not see at first.
    """

    way: str
    ref: str
    name: str
    size: int
    role: str
    hidden: HiddenContent | None


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
    if todo.asks is None or todo.asks.form not in WRITING:
        return None
    if reading.claims_secret(service, actor, todo.case):
        return None
    shown = SHOWS in posted
    kept = [
        ChosenFile(
            "keep",
            f.sha256,
            f.name,
            f.size,
            one(posted, f"{PREFIX}keep.{f.sha256}") if shown else f.role,
            f.hidden,
        )
        for f in (document.attachments if document else ())
    ]
    uploaded = [
        ChosenFile(
            "upload",
            str(u.upload),
            u.name,
            u.size,
            one(posted, f"{PREFIX}upload.{u.upload}", Role.ATTACHMENT.value),
            u.hidden,
        )
        for u in list_uploads(service, actor, todo.id)
    ]
    return FileArea(kept + uploaded)


def attachments_from(posted: Fields) -> list[dict[str, Any]] | None:
    """What the drafting form answers about its files; ``None``: the page did not show any."""
    if SHOWS not in posted:
        return None
    chosen = []
    for name in posted:
        way, _, ref = name.removeprefix(PREFIX).partition(".")
        role = one(posted, name)
        if name.startswith(PREFIX) and role:
            chosen.append(
                {
                    "role": role,
                    way: int(ref)
                    if way == "upload" and ref.isascii() and ref.isdecimal() and len(ref) < 16
                    else ref,
                }
            )
    return chosen
