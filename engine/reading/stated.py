"""What a decision's form said, in the words in which it was asked: reviewers read it, not the field names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.reading.procedures import form_schema

_SHOWN_ELSEWHERE = "drafting"
"""The document itself is shown instead."""


@dataclass(frozen=True)
class Stated:
    """One answer: the field's name and the value's, both Chinese and translated when shown.

    A table has ``rows`` instead of a value: of each line, what was said of each of its fields.
    """

    title: str
    value: str
    rows: list[list["Stated"]] = field(default_factory=list)


def stated_of(procedure: str, version: int, form: str, answers: Mapping[str, Any]) -> list[Stated]:
    """The answers in the form's order, without empty ones."""
    schema = None if form == _SHOWN_ELSEWHERE else form_schema(procedure, version, form)
    return [] if schema is None else _all_said(schema, schema, answers)


def _all_said(
    asked: Mapping[str, Any], schema: Mapping[str, Any], answers: Mapping[str, Any]
) -> list[Stated]:
    return [
        _stated(described, described.get("title", name), schema, answers[name])
        for name, described in asked.get("properties", {}).items()
        if answers.get(name) not in (None, "", False, [])
    ]


def _stated(described: Mapping[str, Any], title: str, schema: Mapping[str, Any], value: Any) -> Stated:
    line = described.get("items", {}).get("$ref")
    if line is None or not all(isinstance(each, dict) for each in value):
        return Stated(title, _said(described, value))
    asked = schema["$defs"][line.rpartition("/")[2]]
    return Stated(title, "", [_all_said(asked, schema, each) for each in value])


def _said(described: Mapping[str, Any], value: Any) -> str:
    if value is True:
        return "是"
    if isinstance(value, list):
        return "；".join(_said(described, each) for each in value)
    return str(described.get("labels", {}).get(value, value))
