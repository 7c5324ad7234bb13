"""What people take away runs nothing on their desk, and says what was stored."""

import csv
import re
import zipfile
from io import BytesIO, StringIO

import pytest

from engine.exports import Sheet, csv_bytes, safe_cell, xlsx_bytes

RUNNING = [
    '=HYPERLINK("http://x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "＝1",
    "\x00=1",
]


@pytest.mark.parametrize("typed", RUNNING)
def test_nothing_people_typed_runs_as_a_formula(typed: str) -> None:
    assert str(safe_cell(typed)).startswith("'")
    (_, (cell,)) = csv.reader(StringIO(csv_bytes(["题"], [[typed]]).decode("utf-8-sig")))
    assert not re.match(r"\s*[=+\-@＝＋－＠]", cell), cell
    with zipfile.ZipFile(BytesIO(xlsx_bytes([Sheet("表", ["题"], [[typed]])]))) as book:
        page = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in page
    assert 'Target="http' not in page


def test_what_is_no_formula_is_left_as_it_is() -> None:
    assert [safe_cell(value) for value in ("青应急〔2026〕12号", 5, -1, 0.5, None, True)] == [
        "青应急〔2026〕12号",
        5,
        -1,
        0.5,
        None,
        "是",
    ]


def test_a_table_is_read_back_as_it_was_written() -> None:
    table = [["文号", "件数"], ['青应急〔2026〕12号,"甲"\n乙', "3"]]
    told = csv_bytes(table[0], table[1:])
    assert told.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(StringIO(told.decode("utf-8-sig"), newline=""))) == table


def test_a_workbook_takes_any_name_any_length_and_the_same_gives_the_same() -> None:
    def made() -> bytes:
        return xlsx_bytes([Sheet("a/b" * 20, ["x"], [["长" * 40_000]]), Sheet("a/b" * 20, ["x"], [])])

    assert made() == made()
    with zipfile.ZipFile(BytesIO(made())) as book:
        names = re.findall(r'sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        assert "…" in book.read("xl/worksheets/sheet1.xml").decode()
    assert len(names) == len({name.lower() for name in names}) == 2
    assert all(len(name) <= 31 for name in names)
