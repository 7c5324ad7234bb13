"""A file of launches read: CSV or JSON lines, a row per case, columns named after intake and draft fields.

A column is a field's name or its Chinese title; ``draft.NAME`` is the draft's where both have one. ``key``
says which row this is, in whichever file it comes; without it the row's content does. ``reason`` is passed
over: the report of bad rows has it, and is corrected and uploaded again as it is.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any

from pydantic import BaseModel

from engine.acts.launch import LaunchRequest
from engine.drafting import Drafting
from engine.exports import bare_cell
from engine.forms import Intake
from engine.plain_files import malformed, read_json, read_text
from engine.procedures import Procedure
from rules.errors import ClassifiedContentRefused, GongkaiError, InvalidInput, RowRefused

LARGEST_BYTES = 3_000_000
MOST_ROWS = 2_000
LONGEST_KEY = 64
KEY, REASON = "key", "reason"
TRUE, FALSE = frozenset({"是", "true", "1", "yes"}), frozenset({"否", "false", "0", "no"})
_UNSTORABLE = re.compile(r"\\u0000|[\ud800-\udfff]")
_SEPARATOR = re.compile(r"[;；\n]")


@dataclass(frozen=True)
class Row:
    """One row: ``stated`` as the file has it, or why it is none."""

    line: int
    stated: dict[str, Any]
    refused: GongkaiError | None = None


@dataclass(frozen=True)
class BulkFile:
    """A file's rows; ``by_lines``: JSON lines."""

    name: str
    sha256: str
    by_lines: bool
    columns: list[str]
    rows: list[Row] = field(default_factory=list)


def read_bulk(raw: bytes, *, name: str, chosen: Procedure) -> BulkFile:
    """The rows of a file of launches of ``chosen``; a row that cannot be read says why.

    Raises:
        MalformedFile: not UTF-8, too large, no CSV, empty, too many rows.
        InvalidInput: a column that the procedure does not have.
    """
    text = read_text(raw, name=name, largest=LARGEST_BYTES)
    if "\ufffd" in text:  # a browser read another encoding as UTF-8
        zh, en = "文件不是 UTF-8 编码，请另存为“CSV UTF-8”", "the file is not UTF-8; save it as CSV UTF-8"
        raise malformed(name, zh, en)
    by_lines = name.lower().endswith((".jsonl", ".ndjson", ".json")) or text.lstrip()[:1] == "{"
    rows = list(_json_rows(text) if by_lines else _csv_rows(text, name))
    if not rows:
        raise malformed(name, "没有任何一行", "it has no rows")
    if len(rows) > MOST_ROWS:
        raise malformed(name, f"超过{MOST_ROWS}行，请分成几个文件", f"more than {MOST_ROWS} rows: split it")
    columns = list(dict.fromkeys(column for row in rows for column in row.stated))
    if not by_lines:
        _require_known(columns, chosen, name)
    return BulkFile(name, sha256(raw).hexdigest(), by_lines, columns, rows)


def request_of(chosen: Procedure, stated: Mapping[str, Any], *, line: int) -> LaunchRequest:
    """The launch a row asks for.

    Raises:
        InvalidInput: a column the procedure does not have, or a value that is none of its kind.
        ClassifiedContentRefused: beside the claim of a state secret there is content.
    """
    fields = _fields(chosen)
    if len(str(stated.get(KEY) or "").strip()) > LONGEST_KEY:
        raise InvalidInput(
            where=f"{line}",
            field=KEY,
            why_zh=f"超过{LONGEST_KEY}个字",
            why_en=f"it is longer than {LONGEST_KEY} characters",
        )
    parts: dict[str, dict[str, Any]] = {"intake": {}, "draft": {}}
    for column, value in stated.items():
        if column in (KEY, REASON):
            continue
        if column in parts and isinstance(value, dict):
            parts[column] |= value
            continue
        if column.strip() not in fields:
            raise _unknown(column, f"{line}")
        part, name, described = fields[column.strip()]
        told = _told(value, described, where=f"{line}", column=column)
        if told is not None:
            parts[part][name] = told
    intake, draft = parts["intake"], parts["draft"]
    if claims_secret(stated) and any(draft.get(name) for name in ("title", "body")):
        raise ClassifiedContentRefused(where=f"{line}")
    return LaunchRequest(chosen.key, intake, draft, f"bulk:{chosen.key}:{key_of(stated)}")


def key_of(stated: Mapping[str, Any]) -> str:
    """What says that two rows, of whichever files, are the same launch."""
    given = str(stated.get(KEY) or "").strip()
    if given:
        return given[:LONGEST_KEY]
    content = {name: value for name, value in stated.items() if name not in (KEY, REASON)}
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]


def claims_secret(stated: Mapping[str, Any]) -> bool:
    """Whether the row says anywhere that it is about a state secret: if it is bad, nothing of it is kept."""
    said = json.dumps(stated, ensure_ascii=False)
    of_row = [value for name, value in _flat(stated) if name in ("state_secret", "涉及国家秘密")]
    return any(str(value).strip().lower() in TRUE for value in of_row) or '"14a"' in said


def _flat(stated: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in stated.items():
        if isinstance(value, Mapping):
            yield from _flat(value)
        yield name.strip().removeprefix("draft."), value


# --- the two kinds of file -------------------------------------------------------------------


def _csv_rows(text: str, name: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise malformed(f"{name}:{line}", f"第{line}行不是有效的 CSV", f"line {line} is no CSV") from None
        if not header:
            header = [cell.strip() for cell in cells]
            if len(set(header)) != len(header) or "" in header:
                zh, en = "第1行须为列名，不得空缺或重复", "line 1 must name the columns, none empty or twice"
                raise malformed(f"{name}:{line}", zh, en)
        elif any(cell.strip() for cell in cells):
            yield _csv_row(line, header, cells)


def _csv_row(line: int, header: list[str], cells: list[str]) -> Row:
    stated = dict(zip(header, (bare_cell(cell).replace("\r\n", "\n") for cell in cells), strict=False))
    if len(cells) == len(header):
        return Row(line, stated)
    return Row(line, {}, _refused(line, "列数与第1行不符", "its number of columns differs from line 1"))


def _json_rows(text: str) -> Iterator[Row]:
    for line, words in enumerate(text.splitlines(), start=1):
        if not words.strip():
            continue
        try:
            stated = read_json(words, f"{line}")
        except GongkaiError:
            yield Row(line, {}, _refused(line, "不是有效的 JSON", "it is no JSON"))
            continue
        if _UNSTORABLE.search(json.dumps(stated, ensure_ascii=False)):
            yield Row(line, {}, _refused(line, "含有不可见的控制字符", "it contains a control character"))
        elif isinstance(stated, dict):
            yield Row(line, stated)
        else:
            yield Row(line, {}, _refused(line, "须为一个 JSON 对象", "it must be a JSON object"))


def _refused(line: int, zh: str, en: str) -> RowRefused:
    return RowRefused(where=f"{line}", line=line, why_zh=zh, why_en=en)


# --- columns and values ----------------------------------------------------------------------

_Field = tuple[str, str, dict[str, Any]]  # of intake or draft, its name, its schema


def _fields(chosen: Procedure) -> dict[str, _Field]:
    """Every column the procedure takes, by name and by Chinese title; the intake's come first."""
    return _columns(chosen.intake, drafts=any(issubclass(form, Drafting) for form in chosen.forms.values()))


@cache
def _columns(intake: type[Intake], *, drafts: bool) -> dict[str, _Field]:
    found: dict[str, _Field] = {}
    forms: list[tuple[str, type[BaseModel]]] = [("intake", intake)]
    if drafts:
        forms.append(("draft", Drafting))
    for part, form in forms:
        schema = form.model_json_schema()
        for name, described in schema.get("properties", {}).items():
            entry = (part, name, {**described, "$defs": schema.get("$defs", {})})
            for column in (name, described.get("title", name), f"{part}.{name}"):
                found.setdefault(column, entry)
    return found


def _require_known(columns: list[str], chosen: Procedure, name: str) -> None:
    known = _fields(chosen)
    for column in columns:
        if column not in known and column not in (KEY, REASON):
            raise _unknown(column, f"{name}:1")


def _unknown(column: str, where: str) -> InvalidInput:
    return InvalidInput(
        where=where,
        field=column[:60],
        why_zh="该流程没有这一项；列名须为发起表或拟稿表的项目",
        why_en="the procedure has no such field; columns are fields of its intake or its draft",
    )


def _told(value: Any, described: Mapping[str, Any], *, where: str, column: str) -> Any:
    """A cell as the form takes it; nothing where it is empty."""
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    match _kind(described):
        case "boolean":
            word = value.strip().lower()
            if word not in TRUE | FALSE:
                raise InvalidInput(
                    where=where, field=column, why_zh="须为是或否", why_en="it must be true or false"
                )
            return word in TRUE
        case "array":
            if value.lstrip().startswith("["):
                return read_json(value, where)
            return [part.strip() for part in _SEPARATOR.split(value) if part.strip()]
    return value


def _kind(described: Mapping[str, Any]) -> str:
    options = [option for option in described.get("anyOf", ()) if option.get("type") != "null"]
    found = options[0] if options else described
    return str(found.get("type", ""))
