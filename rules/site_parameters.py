"""The organ's own numbers, where the law leaves them to it: read from its file, and as they are stored.

The file has the shape of ``data/parameters.yaml``. It may name a number the law leaves open and set it anew,
from any day; the unit, and whether it counts back, stay as they are. It is taken whole or refused whole.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from rules.errors import InvalidInput, NumberFixedByLaw
from rules.parameters import Parameter, Parameters, parameter_rows

MOST = 400
"""Rows of a file: there are not that many numbers."""


def read_site_parameters(content: object, *, law: Parameters, where: str) -> tuple[Parameter, ...]:
    """Rows from the plain value a JSON or YAML file holds; ``law`` is what comes with the program.

    Raises:
        MalformedFile, InvalidInput: the first fault, with its place.
        NumberFixedByLaw: a number that is not the site's to set.
    """
    if isinstance(content, list) and len(content) > MOST:
        raise InvalidInput(
            where=where, field="rows", why_zh=f"超过{MOST}项", why_en=f"it has more than {MOST} entries"
        )
    rows = tuple(replace(row, site=True) for row in parameter_rows(content, where=where))
    for place, row in enumerate(rows):
        _check(row, law, f"{where} [{place}]")
    return rows


def content_of(rows: Iterable[Parameter]) -> dict[str, Any]:
    """One key's rows as they are stored, in the order they come into force."""
    return {"rows": [_plain(row) for row in sorted(rows, key=lambda row: row.valid_from)]}


def rows_from(content: dict[str, Any]) -> tuple[Parameter, ...]:
    """The rows that were stored so."""
    return parameter_rows(content["rows"], where="law_change")


def _check(row: Parameter, law: Parameters, where: str) -> None:
    known = law.of(row.key)
    if not known:
        raise _fault(where, row.key[:60], "没有这一时限", "there is no such key")
    ours = known[-1]
    if not law.left_open(row.key):
        raise NumberFixedByLaw(
            where=where, key=row.key, name_zh=ours.zh, name_en=ours.en, source=str(ours.source)
        )
    if (row.term.period.unit, row.term.before) != (ours.term.period.unit, ours.term.before):
        raise _fault(where, "unit", "单位和计算方向须与原规定相同", "unit and direction stay as they are")
    if row.term.extension is not None and ours.term.extension is None:
        raise _fault(where, "extension", "该时限不能延长", "this period cannot be extended")


def _plain(row: Parameter) -> dict[str, Any]:
    term, source = row.term, row.source
    said: dict[str, Any] = {
        "key": row.key,
        "zh": row.zh,
        "en": row.en,
        "unit": term.period.unit.value,
        "number": term.period.number,
        "valid_from": row.valid_from.isoformat(),
        "source": [source.instrument, source.article],
        "site": True,
    }
    if term.extension is not None:
        said["extension"] = term.extension.number
    if term.before:
        said["before"] = True
    if row.unverified:
        said["unverified"] = True
    return said


def _fault(where: str, field: str, why_zh: str, why_en: str) -> InvalidInput:
    return InvalidInput(where=where, field=field, why_zh=why_zh, why_en=why_en)
