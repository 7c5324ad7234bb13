"""A form's JSON schema as the fields of a page, and a posted page as the form's answers.

Whatever a procedure asks is drawn from its schema: a new form needs no new page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.web.caller import Fields, one

PREFIX = "answer."
LONG_TEXT = 300
"""Characters from which on a text gets more than one line."""


@dataclass(frozen=True)
class Choice:
    """One value of a choice with its label; the label is Chinese and is translated when shown."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class FieldView:
    """One field: ``kind`` is text, long, date, choice, yes or files."""

    name: str
    kind: str
    title: str
    hint: str
    required: bool
    value: str
    longest: int | None = None
    choices: list[Choice] = field(default_factory=list)

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
                choices=_choices(described),
            )
        )
    return found


def answers_from(schema: Mapping[str, Any] | None, posted: Fields, *, prefix: str = "") -> dict[str, Any]:
    """What was posted, as JSON the form validates: what was left empty is left out."""
    answers: dict[str, Any] = {}
    for each in fields_of(schema, {}, prefix=prefix):
        name = each.name.removeprefix(prefix)
        value = one(posted, each.posted)
        if each.kind == "yes":
            answers[name] = value == "true"
        elif value.strip():
            answers[name] = value if each.kind == "long" else value.strip()
    return answers


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
    return described


def _kind(described: Mapping[str, Any]) -> str | None:
    if "enum" in described or "const" in described:
        return "choice"
    match described.get("type"):
        case "boolean":
            return "yes"
        case "string" if described.get("format") == "date":
            return "date"
        case "string":
            return "long" if described.get("maxLength", 0) > LONG_TEXT else "text"
        case "array":
            return None  # attachments have a place of their own
    return None


def _choices(described: Mapping[str, Any]) -> list[Choice]:
    values = described.get("enum", [described["const"]] if "const" in described else [])
    labels, hints = described.get("labels", {}), described.get("hints", {})
    return [Choice(str(v), labels.get(v, str(v)), hints.get(v, "")) for v in values]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    return "" if value is None else str(value)
