"""Files as a draft names them: sent along, uploaded before, or kept from the version before."""

import base64
from hashlib import sha256
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from engine.files.kinds import MAX_NAME, Role
from engine.forms import Line
from rules.errors import InvalidInput

MAX_INLINE_BYTES = 2_000_000
"""Small files may travel inside the JSON of a script; larger ones are uploaded first."""
MAX_FILES = 20
BIGGEST_ID = 2**53

FileName = Annotated[Line, Field(min_length=1, max_length=MAX_NAME, pattern=r"^[^/\\]*[^/\\.\s]$")]
"""A name without a path, ending in neither dot nor space."""

FileRole = Annotated[Role, Field(description="body 正文 or attachment 附件")]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    role: FileRole = Role.ATTACHMENT


class InlineFile(_File):
    """A small file sent along: name and base64 content. A stated type must be the true one."""

    name: FileName
    media_type: Annotated[str, Field(max_length=100)] = ""
    content_base64: Annotated[str, Field(max_length=MAX_INLINE_BYTES * 4 // 3 + 8)]

    def content(self) -> bytes:
        """The bytes.

        Raises:
            InvalidInput: not base64, or too large.
        """
        try:
            content = base64.b64decode(self.content_base64, validate=True)
        except ValueError:  # not base64, or not even ASCII
            raise _invalid("内容不是有效的 base64", "it is not base64") from None
        if len(content) > MAX_INLINE_BYTES:
            raise _invalid(
                f"超过{MAX_INLINE_BYTES}字节；较大的文件请先上传",
                f"it exceeds {MAX_INLINE_BYTES} bytes; upload a larger file first",
            )
        return content


class UploadedFile(_File):
    """A file uploaded before to the same to-do, by the number the upload was answered with."""

    upload: Annotated[int, Field(ge=1, le=BIGGEST_ID)]


class KeptFile(_File):
    """A file of the version before, by its hash; its name stays."""

    keep: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def _way(value: Any) -> str:
    if isinstance(value, dict):
        return "upload" if "upload" in value else "keep" if "keep" in value else "inline"
    return (
        "upload" if isinstance(value, UploadedFile) else "keep" if isinstance(value, KeptFile) else "inline"
    )


AttachedFile = Annotated[
    Annotated[InlineFile, Tag("inline")]
    | Annotated[UploadedFile, Tag("upload")]
    | Annotated[KeptFile, Tag("keep")],
    Discriminator(_way),
]


def digest(content: bytes) -> str:
    """SHA-256, hex."""
    return sha256(content).hexdigest()


def _invalid(zh: str, en: str) -> InvalidInput:
    return InvalidInput(where="attachments", field="attachments", why_zh=zh, why_en=en)
