"""The kinds of file a document may be made of, and how large anything about them may be."""

from dataclasses import dataclass
from enum import StrEnum

MAX_FILE_BYTES = 50_000_000
MAX_NAME = 120
MAX_TEXT = 500_000
"""Characters of text kept of one file, for search."""


class Role(StrEnum):
    """What a file is to its version."""

    BODY = "body"
    ATTACHMENT = "attachment"

    @property
    def chinese(self) -> str:
        """As forms and pages name it."""
        return {"body": "正文", "attachment": "附件"}[self.value]


@dataclass(frozen=True)
class FileKind:
    """A format by its endings, its media type, and the bytes its content begins with."""

    name: str
    media_type: str
    endings: tuple[str, ...]
    begins: bytes
    shown: bool = False
    """Whether a browser shows it in place."""


PDF = FileKind("PDF", "application/pdf", (".pdf",), b"%PDF-", shown=True)
PNG = FileKind("PNG", "image/png", (".png",), b"\x89PNG\r\n\x1a\n", shown=True)
JPEG = FileKind("JPEG", "image/jpeg", (".jpg", ".jpeg"), b"\xff\xd8\xff", shown=True)
DOCX = FileKind(
    "docx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    (".docx",),
    b"PK\x03\x04",
)
OFD = FileKind("OFD", "application/ofd", (".ofd",), b"PK\x03\x04")

KINDS = (DOCX, PDF, OFD, PNG, JPEG)
ENDINGS = tuple(ending for kind in KINDS for ending in kind.endings)
SHOWN = frozenset(kind.media_type for kind in KINDS if kind.shown)
MEDIA_TYPES = frozenset(kind.media_type for kind in KINDS)


def kind_named(name: str) -> FileKind | None:
    """The kind a file claims to be by the ending of its name (GB/T 33190 for ``.ofd``)."""
    lowered = name.lower()
    return next((kind for kind in KINDS if lowered.endswith(kind.endings)), None)
