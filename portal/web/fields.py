"""A form's JSON schema as the fields of a page, and a posted page as the form's answers.

Whatever a procedure asks is drawn from its schema: a new form needs no new page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal.web.caller import Fields, one

PREFIX = "answer."
EMPTY_ROWS = 5
"""Empty lines below a table; whoever needs more saves, and gets as many again."""
LONG_TEXT = 300
"""Characters from which on a text gets more than one line."""


@dataclass(frozen=True)
class Choice:
    """One value of a choice with its label; the label is Chinese and is translated when shown."""

    value: str
    label: str
    hint: str = ""
    chosen: bool = False  # of several


@dataclass(frozen=True)
class FieldView:
    """One field: ``kind`` is text, long, lines, number, date, instant, choice, choices, yes or rows."""

    name: str
    kind: str
    title: str
    hint: str
    required: bool
    value: str
    longest: int | None = None
    choices: list[Choice] = field(default_factory=list)
    rows: list[list["FieldView"]] = field(default_factory=list)  # of a table: one list per line

    @property
    def posted(self) -> str:
        """The name it is posted under."""
        return PREFIX + self.name


def fields_of(
    schema: Mapping[str, Any] | None, values: Mapping[str, Any], *, prefix: str = ""
) -> list[FieldView]:
    """The fields of a form, in its order, filled with ``values``."""
    if schema is None:
        return []
    needed = set(schema.get("required", ()))
    found = []
    for name, given in schema.get("properties", {}).items():
        described = _resolved(given, schema)
        kind = _kind(described)
        if kind is None or described.get("hidden"):
            continue
        found.append(
            FieldView(
                name=prefix + name,
                kind=kind,
                title=described.get("title", name),
                hint=described.get("description", ""),
                required=name in needed or bool(described.get("needed")),
                value=_shown(values.get(name)),
                longest=described.get("maxLength"),
                choices=_chosen(described, name, values),
                rows=_rows(described, schema, prefix + name, name, values) if kind == "rows" else [],
            )
        )
    return found


def answers_from(
    schema: Mapping[str, Any] | None, posted: Fields, *, timezone: str, prefix: str = ""
) -> dict[str, Any]:
    """What was posted, as JSON the form validates: what was left empty is left out.

    Args:
        timezone: in which the instants were entered: the organ's.
    """
    typed = typed_in(posted, PREFIX + prefix)
    fields = fields_of(schema, typed, prefix=prefix)
    answered = {each.name.removeprefix(prefix): _answer(each, posted, timezone) for each in fields}
    return {name: answer for name, answer in answered.items() if answer not in ("", None, [])}


def _answer(each: FieldView, posted: Fields, timezone: str) -> Any:
    value = one(posted, each.posted)
    match each.kind:
        case "yes":
            return value == "true"
        case "choices":
            return [c.value for c in each.choices if one(posted, f"{each.posted}.{c.value}") == "true"]
        case "lines":
            return [line.strip() for line in value.splitlines() if line.strip()]
        case "instant" if value.strip():
            return _with_zone(value.strip(), timezone)
        case "rows":
            lines = [
                {f.name.rpartition(".")[2]: _answer(f, posted, timezone) for f in row} for row in each.rows
            ]
            told = [{n: a for n, a in line.items() if a not in ("", None)} for line in lines]
            return [line for line in told if any(answer is not False for answer in line.values())]
    return value if each.kind == "long" and value.strip() else value.strip()


def _with_zone(text: str, timezone: str) -> str:
    """A local time as it is entered, with the offset of its day; what is no time is left for the form."""
    try:
        entered = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (entered if entered.tzinfo else entered.replace(tzinfo=ZoneInfo(timezone))).isoformat()


def typed_in(posted: Fields, prefix: str) -> dict[str, str]:
    """What was typed in the fields whose names begin with ``prefix``, by the rest of the name."""
    return {name.removeprefix(prefix): v[-1] for name, v in posted.items() if name.startswith(prefix)}


def _resolved(given: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A property with its references and its ``| None`` looked through."""
    described = dict(given)
    for option in described.pop("anyOf", []):
        if option.get("type") != "null":
            described = {**_resolved(option, schema), **described}
    if "$ref" in described:
        target = schema["$defs"][described.pop("$ref").rpartition("/")[2]]
        named = {k: v for k, v in target.items() if k not in ("title", "description")}  # of the type, in code
        described = {**named, **described}
    of_list = described.get("items", {})
    if "$ref" in of_list:
        target = schema["$defs"][of_list["$ref"].rpartition("/")[2]]
        described["items"] = target if "enum" in target else of_list
    return described


def _kind(described: Mapping[str, Any]) -> str | None:
    if "enum" in described or "const" in described:
        return "choice"
    match described.get("type"):
        case "boolean":
            return "yes"
        case "string" if described.get("format") == "date":
            return "date"
        case "string" if described.get("format") == "date-time":
            return "instant"
        case "integer":
            return "number"
        case "string":
            return "long" if described.get("maxLength", 0) > LONG_TEXT else "text"
        case "array" if not described.get("files"):
            return _kind_of_list(described.get("items", {}))
    return None  # files have a place of their own


def _kind_of_list(items: Mapping[str, Any]) -> str:
    if "$ref" in items:
        return "rows"
    return "choices" if "enum" in items else "lines"


def _rows(
    described: Mapping[str, Any], schema: Mapping[str, Any], path: str, name: str, values: Mapping[str, Any]
) -> list[list[FieldView]]:
    """The lines of a table: those there are, and some empty ones."""
    target = schema["$defs"][described["items"]["$ref"].rpartition("/")[2]] | {"$defs": schema["$defs"]}
    given = values.get(name)
    lines = list(given) if isinstance(given, list) else _typed_lines(values, name)
    most = described.get("maxItems", len(lines) + EMPTY_ROWS)
    lines += [{}] * min(EMPTY_ROWS, max(0, most - len(lines)))
    return [
        [
            replace(each, required=False)  # of an empty line nothing is
            for each in fields_of(target, line, prefix=f"{path}.{place}.")
        ]
        for place, line in enumerate(lines)
    ]


def _typed_lines(values: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    lines: dict[int, dict[str, Any]] = {}
    for key, value in values.items():
        head, _, rest = key.partition(".")
        place, _, sub = rest.partition(".")
        if head == name and place.isdecimal() and sub and value:
            lines.setdefault(int(place), {})[sub] = value
    return [lines[place] for place in sorted(lines)]


def _chosen(described: Mapping[str, Any], name: str, values: Mapping[str, Any]) -> list[Choice]:
    if described.get("type") != "array":
        return _choices(described)
    given = values.get(name) or [
        key.partition(".")[2] for key, v in values.items() if v and key.startswith(f"{name}.")
    ]
    offered = _choices({"labels": described.get("labels", {}), **described.get("items", {})})
    return [replace(choice, chosen=choice.value in given) for choice in offered]


def _choices(described: Mapping[str, Any]) -> list[Choice]:
    values = described.get("enum", [described["const"]] if "const" in described else [])
    labels, hints = described.get("labels", {}), described.get("hints", {})
    return [Choice(str(v), labels.get(v, str(v)), hints.get(v, "")) for v in values]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, list):
        return "\n".join(str(each) for each in value if not isinstance(each, dict))
    return "" if value is None else str(value)
