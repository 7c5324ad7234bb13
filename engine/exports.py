"""Tables people take away 导出: CSV and xlsx, in which no cell is ever a formula.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@``. What people typed into a title or an
opinion must stay text on the reader's desk, so such a cell is led by an apostrophe, in both forms alike.
"""

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from typing import Any

import xlsxwriter

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

LONGEST_CELL = 32_767
"""What one cell of a workbook holds; more is cut and ends with …."""

# Spreadsheets trim what cannot be seen, and take full-width signs too.
_RUNS = re.compile("[\\s\u200b\ufeff]*[=+\\-@＝＋－＠]|[\t\n]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]|\r\n?")
_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook. ``rows`` may come from the database as they are read."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Any]]


def safe_cell(value: Any) -> str | int | float | None:
    """A value as a cell may hold it: numbers stay numbers, all else is text that runs nothing."""
    if value is None or isinstance(value, bool):
        return {None: None, True: "是", False: "否"}[value]
    if isinstance(value, int | float):
        return value
    text = value.isoformat() if isinstance(value, date | datetime) else str(value)
    text = _CONTROL.sub(lambda found: "\n" if found[0].startswith("\r") else " ", text)
    return f"'{text}" if _RUNS.match(text) else text


def bare_cell(text: str) -> str:
    """What a cell of an export held before it was made safe: a file may be corrected and come back."""
    return text[1:] if text[:1] == "'" and _RUNS.match(text[1:]) else text


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV in UTF-8 with the mark spreadsheets need to read Chinese."""
    return b"".join(csv_lines(header, rows))


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The same line by line, for registers of any length."""
    yield b"\xef\xbb\xbf" + _csv_line(header)
    for row in rows:
        yield _csv_line(row)


def _csv_line(row: Sequence[Any]) -> bytes:
    line = StringIO()
    csv.writer(line, quoting=csv.QUOTE_NONNUMERIC).writerow([safe_cell(value) for value in row])
    return line.getvalue().encode()


def xlsx_bytes(sheets: Iterable[Sheet]) -> bytes:
    """A workbook, a row in memory at a time; the same content gives the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/export.xlsx"
        book = xlsxwriter.Workbook(
            path,
            {
                "constant_memory": True,
                "tmpdir": folder,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001  the writer takes no zone
        bold = book.add_format({"bold": True, "bottom": 1})
        names: set[str] = set()
        for sheet in sheets:
            page = book.add_worksheet(_sheet_name(sheet.name, names))
            page.freeze_panes(1, 0)
            for column, name in enumerate(sheet.header):
                _write(page, 0, column, name, bold)
            for line, row in enumerate(sheet.rows, start=1):
                for column, value in enumerate(row):
                    _write(page, line, column, value)
        book.close()
        with open(path, "rb") as made:
            return made.read()


def _write(page: Any, row: int, column: int, value: Any, *form: Any) -> None:
    cell = safe_cell(value)
    if isinstance(cell, str):
        text = cell if len(cell) <= LONGEST_CELL else cell[: LONGEST_CELL - 1] + "…"
        page.write_string(row, column, text, *form)
    elif cell is not None:
        page.write_number(row, column, cell, *form)


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name a workbook takes: 31 characters, none of a few, no two alike."""
    plain = _SHEET_NAME.sub(" ", name).strip().strip("'")[:31] or "表"
    chosen, place = plain, 1
    while chosen.lower() in taken:
        place += 1
        chosen = f"{plain[:27]}({place})"
    taken.add(chosen.lower())
    return chosen
