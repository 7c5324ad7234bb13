"""What a decision's form said, in the words in which it was asked: reviewers read it, not the field names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.reading.procedures import form_schema

_SHOWN_ELSEWHERE = "drafting"
"""The document itself is shown instead."""


@dataclass(frozen=True)
class Stated:
    """One answer: the field's name and the value's, both Chinese and translated when shown."""

    title: str
    value: str


def stated_of(procedure: str, version: int, form: str, answers: Mapping[str, Any]) -> list[Stated]:
    """The answers in the form's order, without empty ones."""
    schema = None if form == _SHOWN_ELSEWHERE else form_schema(procedure, version, form)
    if schema is None:
        return []
    return [
        Stated(field.get("title", name), _said(field, answers[name]))
        for name, field in schema.get("properties", {}).items()
        if answers.get(name) not in (None, "", False, [])
    ]


def _said(field: Mapping[str, Any], value: Any) -> str:
    if value is True:
        return "是"
    if isinstance(value, list):
        return "；".join(_said(field, each) for each in value)
    if isinstance(value, dict):  # a line of a table
        return " ".join(_said({}, each) for each in value.values() if each not in (None, "", False))
    return str(field.get("labels", {}).get(value, value))
