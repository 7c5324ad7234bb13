"""A catalogue as a file: read row by row, every fault with its line; compared with what the site has.

A row is compared three ways, with what was imported before (base) and what the site made of it (mine): what
only the file changed is taken, what only the site changed stays, what both changed is a conflict and is told.
"""

import csv
import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from rules.catalogue import FIELDS, KEY, Row, Status, domains, key_of
from rules.errors import MalformedFile

MOST_ROWS = 2000

_COLUMNS = {name: field.name for field in FIELDS for name in (field.name, field.zh)}
_STATUS = {name: status.value for status in Status for name in (status.value, status.zh)}


@dataclass(frozen=True, slots=True)
class FileRow:
    """A good row, with the line it stands on and its place among the good rows."""

    line: int
    place: int
    row: Row


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken, and why."""

    line: int
    named: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field the file and the site both changed since the last import."""

    field: str
    base: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merged:
    """What a row comes to. ``base``: what counts as imported from now on."""

    row: Row
    base: Row
    conflicts: tuple[Conflict, ...]


def read_catalogue(text: str, *, where: str = "") -> tuple[list[FileRow], list[BadRow]]:
    """The good rows and the bad ones of a CSV file; columns by their names, Chinese or English.

    Raises:
        MalformedFile: no CSV, a column is missing, unknown or there twice, too many rows.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    good, bad, seen = list[FileRow](), list[BadRow](), dict[tuple[str, ...], int]()
    try:
        names = _header(next(reader, []), where)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(good) + len(bad) == MOST_ROWS:
                raise _malformed(where, f"超过{MOST_ROWS}行", f"it has more than {MOST_ROWS} rows")
            row = {name: _plain(cell) for name, cell in zip(names, cells, strict=False)}
            why = _fault(row, cells, names, seen)
            if why is None:
                seen[key_of(row)] = reader.line_num
                row["status"] = _STATUS[row["status"]]
                good.append(FileRow(reader.line_num, len(good) + 1, row))
            else:
                named = " / ".join(row[name][:40] for name in KEY if row.get(name))
                bad.append(BadRow(reader.line_num, named, *why))
    except csv.Error:
        raise _malformed(
            f"{where}:{reader.line_num}", "这一行不是合格的 CSV", "this line is not well-formed CSV"
        ) from None
    return good, bad


def merge(base: Mapping[str, str] | None, mine: Row, theirs: Row, *, take_file: bool = False) -> Merged:
    """The file's row over the site's; ``take_file``: where both changed a field, the file's is chosen."""
    row, imported, conflicts = dict(mine), dict(theirs), list[Conflict]()
    for name, wanted in theirs.items():
        before, now = (base or {}).get(name, ""), mine[name]
        if wanted in (now, before):
            continue
        if now != before and not take_file:
            conflicts.append(Conflict(name, before, now, wanted))
            imported[name] = before  # not taken: the next import asks again
        else:
            row[name] = wanted
    return Merged(row, imported, tuple(conflicts))


def _header(cells: list[str], where: str) -> list[str]:
    names = [_COLUMNS.get(_plain(cell), "") for cell in cells]
    for field in FIELDS:
        if names.count(field.name) != 1:
            zh, en = f"须有且只有一列“{field.zh}”（{field.name}）", f"it needs one column {field.name}"
            raise _malformed(where, zh, en)
    if len(names) != len(FIELDS):
        raise _malformed(where, "有不认识的列", "it has a column that is not known")
    return names


def _fault(
    row: Row, cells: list[str], names: list[str], seen: Mapping[tuple[str, ...], int]
) -> tuple[str, str] | None:
    """Why a row cannot be taken, in both languages."""
    if len(cells) != len(names):
        return f"有{len(cells)}列，应有{len(names)}列", f"it has {len(cells)} cells instead of {len(names)}"
    for field in FIELDS:
        value = row[field.name]
        if field.name in KEY and not value:
            return f"“{field.zh}”未填写", f"{field.name} is empty"
        if len(value) > field.longest:
            return f"“{field.zh}”超过{field.longest}字", f"{field.name} is longer than {field.longest}"
        if not value.isprintable():
            return f"“{field.zh}”含有控制字符", f"{field.name} has a control character"
    if row["domain"] not in {domain.zh for domain in domains()}:
        known = "、".join(domain.zh for domain in domains())
        return f"“领域”须为：{known}", f"domain must be one of: {known}"
    if row["status"] not in _STATUS:
        known = "、".join(status.value for status in Status)
        return f"“核实状态”须为：{known}", f"status must be one of: {known}"
    if key_of(row) in seen:
        line = seen[key_of(row)]
        return f"与第{line}行是同一事项", f"it is the same item as line {line}"
    return None


def _plain(cell: str) -> str:
    return unicodedata.normalize("NFC", cell).strip()


def _malformed(where: str, zh: str, en: str) -> MalformedFile:
    return MalformedFile(where=where, why_zh=zh, why_en=en)
