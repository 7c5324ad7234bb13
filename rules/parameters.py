"""Statutory periods as dated parameters: which number, in which unit, from when, by which provision.

The numbers stand in ``data/parameters.yaml`` and nowhere in the code. What was in force on the day a period
began governs it; a number that changes later makes a new row and leaves the old one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from rules.citation import Citation
from rules.errors import InvalidInput, MalformedFile, NoRuleInForce, UnknownPeriod
from rules.moments import day_from
from rules.periods import Unit, period_of
from rules.terms import Term

STATUTORY = Path(__file__).parent / "data" / "parameters.yaml"

_REQUIRED = {"key": str, "zh": str, "en": str, "unit": str, "number": int, "valid_from": date, "source": list}
_OPTIONAL = {"extension": int, "before": bool, "site": bool, "unverified": bool}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of one rule, from one day on."""

    key: str
    zh: str
    en: str
    term: Term
    valid_from: date
    source: Citation
    site: bool = False
    """The law leaves the number to the organ."""
    unverified: bool = False
    """Taken from memory of the instrument; to be checked against its text."""


class Parameters:
    """All of them, asked by key and day."""

    def __init__(self, rows: Iterable[Parameter]) -> None:
        self._by_key: dict[str, list[Parameter]] = {}
        for row in rows:
            self._by_key.setdefault(row.key, []).append(row)
        for each in self._by_key.values():
            each.sort(key=lambda row: row.valid_from)

    @property
    def keys(self) -> tuple[str, ...]:
        """Every rule there is a number for, in the order of the file."""
        return tuple(self._by_key)

    def of(self, key: str) -> tuple[Parameter, ...]:
        """A rule's numbers, the earliest first."""
        return tuple(self._by_key.get(key, ()))

    def on(self, key: str, on: date) -> Parameter:
        """What was in force on that day.

        Raises:
            UnknownPeriod: no such key.
            NoRuleInForce: not in force yet.
        """
        rows = self.of(key)
        if not rows:
            raise UnknownPeriod(where=key, key=key)
        in_force = [row for row in rows if row.valid_from <= on]
        if in_force:
            return in_force[-1]
        first = rows[0].valid_from
        zh, en = f"该规定自{first}起施行", f"it has been in force since {first}"
        raise NoRuleInForce(where=key, key=key, on=on.isoformat(), why_zh=zh, why_en=en)

    def with_site(self, rows: Iterable[Parameter]) -> "Parameters":
        """These, and over them the site's own numbers: from the first day of one's on, they alone govern it.

        A number the law fixes stays what it is, whatever a row says.
        """
        own: dict[str, list[Parameter]] = {}
        for row in rows:
            if self.left_open(row.key):
                own.setdefault(row.key, []).append(row)
        merged: list[Parameter] = []
        for key, ours in self._by_key.items():
            theirs = own.get(key, [])
            begun = min((row.valid_from for row in theirs), default=date.max)
            merged += [*(row for row in ours if row.valid_from < begun), *theirs]
        return Parameters(merged)

    def assuming(self, numbers: Mapping[str, int]) -> "Parameters":
        """These, but for some numbers, as if they had always been others: to see what would come of it.

        Raises:
            UnknownPeriod: no such key.
            InvalidInput: not a whole number from 1 on; the field is the key.
        """
        for key in numbers:
            if not self.of(key):
                raise UnknownPeriod(where=key, key=key)
        return Parameters(
            _of_number(row, numbers[row.key]) if row.key in numbers else row
            for rows in self._by_key.values()
            for row in rows
        )

    def left_open(self, key: str) -> bool:
        """Whether the law leaves this number to the organ."""
        rows = self.of(key)
        return bool(rows) and all(row.site for row in rows)


def _of_number(row: Parameter, number: int) -> Parameter:
    try:
        period = period_of(row.term.period.unit, number)
    except InvalidInput as error:
        raise error.called(row.key) from None
    return replace(row, term=replace(row.term, period=period))


@cache
def statutory() -> Parameters:
    """The parameters that come with the program."""
    return Parameters(read_parameters(STATUTORY.read_text(encoding="utf-8"), where=STATUTORY.name))


def read_parameters(text: str, *, where: str) -> tuple[Parameter, ...]:
    """The rows of a parameter file, each validated.

    Raises:
        MalformedFile: no YAML, or no list of rows.
        InvalidInput: the first faulty entry of a row.
    """
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise MalformedFile(where=where, why_zh="不是有效的 YAML", why_en="it is no YAML") from None
    return parameter_rows(content, where=where)


def parameter_rows(content: object, *, where: str) -> tuple[Parameter, ...]:
    """The rows in the plain value of a file, each validated.

    Raises:
        MalformedFile: no list of rows.
        InvalidInput: the first faulty entry of a row.
    """
    if not isinstance(content, list) or not content:
        raise MalformedFile(where=where, why_zh="须为参数列表", why_en="it must be a list of parameters")
    rows = tuple(_row(entry, f"{where} [{place}]") for place, entry in enumerate(content))
    seen: set[tuple[str, date]] = set()
    for place, row in enumerate(rows):
        if (row.key, row.valid_from) in seen:
            raise _fault(f"{where} [{place}]", "key", f"{row.key}在同一日重复", f"{row.key} is given twice")
        seen.add((row.key, row.valid_from))
    return rows


def _row(entry: object, where: str) -> Parameter:
    row = _typed(entry, where)
    source = row["source"]
    if len(source) != 2 or not all(_is_text(part) for part in source):
        raise _fault(where, "source", "须为 [文件, 条款]", "it must be [instrument, article]")
    if row["unit"] not in set(Unit):
        raise _fault(where, "unit", f"须为{'、'.join(Unit)}之一", f"it must be one of {', '.join(Unit)}")
    unit, basis = Unit(row["unit"]), Citation(*source)
    try:
        term = Term(
            period_of(unit, row["number"]),
            basis,
            period_of(unit, row["extension"]) if "extension" in row else None,
            row.get("before", False),
        )
    except InvalidInput as error:
        raise InvalidInput(**{**error.facts, "where": where}) from None
    site, unverified = row.get("site", False), row.get("unverified", False)
    return Parameter(row["key"], row["zh"], row["en"], term, row["valid_from"], basis, site, unverified)


def _typed(entry: object, where: str) -> dict[str, Any]:
    """The row's entries: all that are needed, no others, each of its type."""
    if not isinstance(entry, dict):
        raise _fault(where, "row", "须为一组“名称: 值”", "it must be a mapping")
    known: dict[str, type] = {**_REQUIRED, **_OPTIONAL}
    for name in sorted(_REQUIRED.keys() - entry.keys()):
        raise _fault(where, name, "必填", "it is required")
    row = {**entry, "valid_from": day_from(entry["valid_from"])}
    for name, value in row.items():
        if name not in known:
            raise _fault(where, str(name)[:60], "没有这一项", "there is no such entry")
        if type(value) is not known[name] or (known[name] is str and not _is_text(value)):
            kind = known[name].__name__
            raise _fault(where, name, f"类型须为 {kind}", f"it must be of type {kind}")
    return row


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and 1 <= len(value.strip()) <= 200


def _fault(where: str, field: str, why_zh: str, why_en: str) -> InvalidInput:
    return InvalidInput(where=where, field=field, why_zh=why_zh, why_en=why_en)
