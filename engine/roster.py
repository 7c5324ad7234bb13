"""Reading a roster 人员名册: the organ, its units, its people and who holds which position.

A YAML file says everything; a CSV file (``username,name,email,positions,active``; positions separated by
``;``) says people only. Either is validated whole, and every fault names its line.
"""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from engine.forms import Line, invalid
from engine.plain_files import Lines, malformed, read_text, read_yaml
from rules.errors import InvalidInput
from rules.positions import Position

LARGEST_BYTES = 1_000_000
"""A county bureau's roster is a few kilobytes; anything larger is another file by mistake."""

_CSV_COLUMNS = {"username", "name", "email", "positions", "active"}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class OrganEntry(_Part):
    """The organ as it signs: its name, its number series (the first is the default), its reading room."""

    name: Annotated[Line, Field(min_length=2, max_length=100)]
    series: Annotated[list[Annotated[Line, Field(min_length=1, max_length=30)]], Field(min_length=1)]
    reading_room: Annotated[Line, Field(max_length=200)] = ""


class UnitEntry(_Part):
    """A section 股室: a short code that stays, and a name that may change."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
    name: Annotated[Line, Field(min_length=1, max_length=60)]


class HoldingEntry(_Part):
    """One position held, from when until when (both days included)."""

    position: Position
    unit: str = ""
    since: date | None = None
    until: date | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, raw: Any) -> Any:
        """``drafter@zfjd`` or ``office``; the Chinese name of a position will do as well."""
        if isinstance(raw, str):
            position, _, unit = raw.strip().partition("@")
            raw = {"position": position, "unit": unit}
        if isinstance(raw, dict) and raw.get("position") in _BY_CHINESE_NAME:
            raw = {**raw, "position": _BY_CHINESE_NAME[raw["position"]]}
        return raw

    @property
    def key(self) -> tuple[str, str]:
        """Position and unit code: what one person can hold once."""
        return self.position.value, self.unit


_BY_CHINESE_NAME = {position.chinese: position.value for position in Position}


def _address(text: str) -> str:
    local, at, domain = text.partition("@")
    if text and not (local and at and domain and text.isascii() and text.isprintable()):
        raise ValueError("e-mail")
    if set(text) & set(' <>,;:"()[]\\') or "@" in domain:
        raise ValueError("e-mail")
    return text


class PersonEntry(_Part):
    """Someone who signs in. Without an address there are no messages."""

    username: Annotated[str, Field(pattern=r"^[a-z][a-z0-9._-]{0,63}$")]
    name: Annotated[Line, Field(min_length=1, max_length=60)]
    email: Annotated[Line, Field(max_length=254), AfterValidator(_address)] = ""
    active: bool = True
    positions: Annotated[list[HoldingEntry], Field(max_length=50)] = []


class Roster(_Part):
    """A whole roster. Without ``organ`` and ``units`` (CSV) those stay as they are stored."""

    organ: OrganEntry | None = None
    units: list[UnitEntry] | None = None
    people: Annotated[list[PersonEntry], Field(min_length=1, max_length=5000)]

    @model_validator(mode="after")
    def _says_whole_or_people_only(self) -> Self:
        if (self.organ is None) != (self.units is None):
            raise ValueError("organ and units belong together")
        return self


class RosterFile:
    """A roster with the line of each of its parts, for messages."""

    def __init__(self, name: str, roster: Roster, lines: Lines) -> None:
        self.name, self.roster, self._lines = name, roster, lines

    def fault(self, path: tuple[Any, ...], field: str, zh: str, en: str) -> InvalidInput:
        """An error about one part of the file."""
        return InvalidInput(where=place(self.name, path, self._lines), field=field, why_zh=zh, why_en=en)


def read_roster(raw: bytes, *, name: str) -> RosterFile:
    """Parse and validate a file; its name decides between YAML and CSV.

    Raises:
        MalformedFile: not UTF-8, too large, no YAML or CSV.
        InvalidInput: the first faulty part, with its line and how many more there are.
    """
    text = read_text(raw, name=name, largest=LARGEST_BYTES)
    is_csv = name.lower().endswith(".csv")
    content, lines = _from_csv(text, name) if is_csv else read_yaml(text, name)
    try:
        roster = Roster.model_validate(content)
    except ValidationError as error:
        raise _faults(error, name, lines) from None
    return RosterFile(name, roster, lines)


def place(name: str, path: Sequence[Any], lines: Lines) -> str:
    """``file:line`` of a part, or of the nearest part around it."""
    for length in range(len(path), -1, -1):
        line = lines.get(tuple(path[:length]))
        if line is not None:
            return f"{name}:{line}"
    return name


def _faults(error: ValidationError, name: str, lines: Lines) -> InvalidInput:
    first = invalid(error, where=name)
    path = error.errors(include_url=False, include_input=False)[0]["loc"]
    zh, en = _wording(error, first)
    others = error.error_count() - 1
    if others:
        zh, en = f"{zh}（另有{others}处有误）", f"{en} ({others} more faults)"
    field = ".".join(str(part) for part in path) or name
    return InvalidInput(where=place(name, path, lines), field=field, why_zh=zh, why_en=en)


def _wording(error: ValidationError, first: InvalidInput) -> tuple[str, str]:
    fault = error.errors(include_url=False, include_input=False)[0]
    name = fault["loc"][-1] if fault["loc"] else ""
    if name == "email":
        return "不是有效的邮箱地址", "it is not an e-mail address"
    if name == "position":
        known = "、".join(f"{p.value}（{p.chinese}）" for p in Position)
        return f"没有这个岗位；可用：{known}", f"no such position; known: {', '.join(Position)}"
    if name in ("username", "code") and fault["type"] == "string_pattern_mismatch":
        return (
            "须以小写字母开头，只含小写字母、数字和 . _ -",
            "it starts with a lower-case letter and holds only lower-case letters, digits and . _ -",
        )
    if not fault["loc"] and fault["type"] == "value_error":
        return "organ 与 units 须同时填写", "organ and units belong together"
    return first.facts["why_zh"], first.facts["why_en"]


# --- CSV -------------------------------------------------------------------------------------


def _from_csv(text: str, name: str) -> tuple[Any, Lines]:
    reader = csv.DictReader(io.StringIO(text))
    columns = {(column or "").strip() for column in reader.fieldnames or ()}
    if not {"username", "name", "positions"} <= columns or columns - _CSV_COLUMNS:
        zh = "第1行须为列名：username,name,email,positions,active"
        raise malformed(f"{name}:1", zh, "line 1 must name the columns username,name,email,positions,active")
    people: list[dict[str, Any]] = []
    lines: Lines = {}
    try:
        for row in reader:
            lines[("people", len(people))] = reader.line_num
            people.append(_person(row, f"{name}:{reader.line_num}"))
    except csv.Error:
        line = reader.line_num
        raise malformed(f"{name}:{line}", f"第{line}行不是有效的 CSV", f"line {line} is no CSV") from None
    return {"people": people}, lines


def _person(row: dict[str, Any], where: str) -> dict[str, Any]:
    if None in row or None in row.values():  # more cells than columns, or fewer
        raise malformed(where, "列数与第1行不符", "its number of columns differs from line 1")
    person: dict[str, Any] = {key.strip(): value.strip() for key, value in row.items()}
    person["positions"] = [part for part in person["positions"].replace("；", ";").split(";") if part.strip()]
    person["active"] = {"": True, "是": True, "否": False}.get(person.get("active", ""), person.get("active"))
    return person
