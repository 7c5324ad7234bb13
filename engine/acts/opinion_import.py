"""Public opinion from a file: one row per piece; each good one is launched, once, whatever the others are."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from engine.actor import Actor
from engine.acts.launch import LaunchRequest, launch
from engine.procedures import procedure
from engine.service import Service
from rules.errors import GongkaiError, MalformedFile

PROCEDURE = "opinion-response"
LARGEST_BYTES = 4_000_000
MOST_ROWS = 5_000
_YES = ("是", "true", "1", "yes")


@dataclass(frozen=True)
class Row:
    """What became of a row. ``outcome``: opened, joined (its link has a case), repeated, or refused."""

    line: int
    outcome: str
    number: str = ""
    error: GongkaiError | None = None


def import_opinions(service: Service, actor: Actor, content: bytes, *, name: str) -> list[Row]:
    """Launch every row that can be, each in a transaction of its own, in the order of the file.

    The same row again is the same launch: it opens nothing new.

    Raises:
        MalformedFile: it cannot be read as a whole; nothing is launched then.
    """
    rows = _rows(content, name)
    return [_launched(service, actor, line, row) for line, row in rows]


def _launched(service: Service, actor: Actor, line: int, row: dict[str, str]) -> Row:
    stated = {"drafter": actor.username, **_typed(row, service.settings.timezone)}
    key = sha256(json.dumps(row, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    try:
        done = launch(service, actor, LaunchRequest(PROCEDURE, stated, {}, f"opinion-{key[:48]}"))
    except GongkaiError as error:
        return Row(line, "refused", error=error)
    return Row(line, "repeated" if done.repeated else "joined" if done.joined else "opened", done.number)


def _rows(content: bytes, name: str) -> list[tuple[int, dict[str, str]]]:
    """Each row with the line it ends on, as fields of the intake."""
    if len(content) > LARGEST_BYTES:
        raise _malformed(name, f"文件超过{LARGEST_BYTES}字节", f"it exceeds {LARGEST_BYTES} bytes")
    reader = csv.reader(io.StringIO(_text(content, name), newline=""), strict=True)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise _malformed(name, "不是有效的 CSV", f"it is no CSV: {error}") from None
    filled = [(line, cells) for line, cells in lines if any(cells)]
    if not filled or len(filled) > MOST_ROWS + 1:
        raise _malformed(
            name, f"须有表头，且不超过{MOST_ROWS}行", f"it needs a header and at most {MOST_ROWS} rows"
        )
    fields = _fields(filled[0][1], name)
    return [
        # A row that is too long keeps its last cells under a name no form knows, and is refused for it.
        (line, {fields[i] if i < len(fields) else "?": cell for i, cell in enumerate(cells) if cell})
        for line, cells in filled[1:]
    ]


def _fields(header: list[str], name: str) -> list[str]:
    """The intake's fields a header names, in Chinese or by name."""
    known = procedure(PROCEDURE).intake.model_json_schema()["properties"]
    called = {each["title"]: field for field, each in known.items()} | {field: field for field in known}
    if unknown := [title for title in header if title not in called]:
        offered = "、".join(each["title"] for each in known.values())
        raise _malformed(
            name,
            f"表头“{unknown[0][:20]}”不认识；可用：{offered}",
            f"unknown column “{unknown[0][:20]}”; known are {', '.join(known)}",
        )
    return [called[title] for title in header]


def _text(content: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):  # what spreadsheets here write
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _malformed(name, "须为 UTF-8 或 GB18030 编码", "it must be UTF-8 or GB18030")


def _typed(row: dict[str, str], timezone: str) -> dict[str, Any]:
    """Cells as the intake takes them: a time without a zone is on the organ's clock."""
    typed: dict[str, Any] = dict(row)
    if "emergency" in typed:
        typed["emergency"] = row["emergency"].lower() in _YES
    if "first_seen_at" in typed:
        typed["first_seen_at"] = _with_zone(row["first_seen_at"], timezone)
    return typed


def _with_zone(entered: str, timezone: str) -> str:
    try:
        at = datetime.fromisoformat(entered.replace("/", "-"))
    except ValueError:
        return entered  # left for the intake to refuse
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(timezone))).isoformat()


def _malformed(name: str, zh: str, en: str) -> MalformedFile:
    return MalformedFile(where=name, why_zh=zh, why_en=en)
