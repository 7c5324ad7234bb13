"""Reading the files people give: whatever is in them, the answer is a message or a plain value."""

import sys
from pathlib import Path
from typing import Any

from rules.errors import InvalidInput, MalformedFile

LARGEST_BYTES = 64 * 1024 * 1024
"""Twenty attachments of two megabytes, in base64, and the text."""


def read_bytes(name: str, *, largest: int = LARGEST_BYTES) -> bytes:
    """A file's bytes; ``-`` is standard input.

    Raises:
        MalformedFile: missing, a folder, unreadable, too large.
    """
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(largest + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(largest + 1)
    except OSError as error:
        raise MalformedFile(where=name, why_zh=_why(error), why_en=error.strerror or str(error)) from None
    if len(raw) > largest:
        raise MalformedFile(where=name, why_zh=f"文件超过{largest}字节", why_en=f"it exceeds {largest} bytes")
    return raw


def read_object(name: str) -> dict[str, Any]:
    """A JSON object.

    Raises:
        MalformedFile: not UTF-8, not JSON, a repeated key, or something else than an object.
    """
    from engine.plain_files import read_json, read_text

    value = read_json(read_text(read_bytes(name), name=name, largest=LARGEST_BYTES), name)
    if not isinstance(value, dict):
        raise MalformedFile(where=name, why_zh="须为一个 JSON 对象", why_en="it must be a JSON object")
    return value


def read_launch(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Intake and draft of a launch file ``{"intake": {…}, "draft": {…}}``; the draft may be left out.

    Raises:
        MalformedFile, InvalidInput.
    """
    content = read_object(name)
    for key in content.keys() - {"intake", "draft"}:
        raise InvalidInput(where=name, field=key[:60], why_zh="没有这一项", why_en="there is no such field")
    if "intake" not in content:
        raise InvalidInput(where=name, field="intake", why_zh="必填", why_en="it is required")
    parts = content["intake"], content.get("draft", {})
    for field, part in zip(("intake", "draft"), parts, strict=True):
        if not isinstance(part, dict):
            raise InvalidInput(where=name, field=field, why_zh="须为一个对象", why_en="it must be an object")
    return parts


def answers_from(file: str | None, pairs: list[str]) -> dict[str, Any]:
    """A form's answers: those of the file, and ``key=value`` over them.

    Raises:
        MalformedFile, InvalidInput.
    """
    answers = read_object(file) if file else {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise InvalidInput(
                where="--set", field=pair[:60], why_zh="须写作 项目=值", why_en="write key=value"
            )
        answers[key.strip()] = value
    return answers


def _why(error: OSError) -> str:
    known = {2: "文件不存在", 13: "没有读取权限", 21: "这是一个目录", 36: "文件名过长"}
    return known.get(error.errno or 0, error.strerror or str(error))
