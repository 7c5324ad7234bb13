"""Reading the files people give: whatever is in them, the answer is a message or a plain value."""

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

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
    raw = read_bytes(name)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        zh, en = f"第{line}行不是 UTF-8 编码，请另存为 UTF-8", f"line {line} is not UTF-8; save it as UTF-8"
        raise MalformedFile(where=f"{name}:{line}", why_zh=zh, why_en=en) from None
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_such_number)
    except json.JSONDecodeError as error:
        zh = f"第{error.lineno}行第{error.colno}列不是有效的 JSON"
        en = f"line {error.lineno} column {error.colno} is no JSON"
        raise MalformedFile(where=f"{name}:{error.lineno}", why_zh=zh, why_en=en) from None
    except _Repeated as error:
        zh, en = f"重复填写了“{error}”", f"“{error}” is given twice"
        raise MalformedFile(where=name, why_zh=zh, why_en=en) from None
    except (ValueError, RecursionError):
        raise MalformedFile(where=name, why_zh="不是有效的 JSON", why_en="it is no JSON") from None
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


class _Repeated(ValueError):
    """A key given twice: which of the two was meant?"""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Repeated(key[:60])
        found[key] = value
    return found


def _no_such_number(_text: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


def _why(error: OSError) -> str:
    known = {2: "文件不存在", 13: "没有读取权限", 21: "这是一个目录", 36: "文件名过长"}
    return known.get(error.errno or 0, error.strerror or str(error))
