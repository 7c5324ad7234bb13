"""Reading the settings of a process: what cannot be used is told by name, with what was given and may be."""

from typing import Any, get_args

from annotated_types import Ge, Gt, Le
from pydantic import SecretStr, ValidationError

from engine.settings import Settings
from rules.errors import SettingsRefused

_LONGEST = 60
"""Characters of a value that are quoted: enough to know it again."""


def read_settings(**chosen: Any) -> Settings:
    """The settings from ``GONGKAI_*`` variables; an argument wins over a variable.

    Raises:
        SettingsRefused: with every one that is wrong. No secret is quoted, in no traceback either.
    """
    try:
        return Settings(**chosen)
    except ValidationError as error:
        faults = [_fault(dict(fault)) for fault in error.errors()]
    raise SettingsRefused(
        where=", ".join(name for name, _zh, _en in faults),
        why_zh="；".join(f"{name} {zh}" for name, zh, _en in faults),
        why_en="; ".join(f"{name} {en}" for name, _zh, en in faults),
    )


def _fault(fault: dict[str, Any]) -> tuple[str, str, str]:
    """The variable, and what is wrong with it in Chinese and English."""
    field = str(fault["loc"][0])
    zh, en = _allowed(field, fault)
    if Settings.model_fields[field].annotation is not SecretStr:
        given = str(fault["input"])[:_LONGEST]
        zh, en = f"现为“{given}”，{zh}", f"is “{given}”; {en}"
    return f"GONGKAI_{field.upper()}", zh, en


def _allowed(field: str, fault: dict[str, Any]) -> tuple[str, str]:
    declared = Settings.model_fields[field]
    if fault["type"] == "value_error":  # our own check, which says it in both languages
        zh, en = fault["ctx"]["error"].args
        return zh, en
    if declared.annotation is bool:
        return "须为 true 或 false", "it must be true or false"
    if declared.annotation in (int, float):
        bounds = [_bound(bound) for bound in declared.metadata]
        what = ("整数", "whole number") if declared.annotation is int else ("数", "number")
        return f"须为{'、'.join([zh for zh, _ in bounds])}的{what[0]}", (
            f"it must be a {what[1]} {' and '.join([en for _, en in bounds])}"
        )
    if words := get_args(declared.annotation):
        return f"须为 {' 或 '.join(words)}", f"it must be {' or '.join(words)}"
    if "min_length" in fault.get("ctx", {}):
        least = fault["ctx"]["min_length"]
        return f"须至少{least}个字符", f"must have at least {least} characters"
    return "无法使用", "cannot be used"


def _bound(bound: Any) -> tuple[str, str]:
    if isinstance(bound, Ge):
        return f"不小于{bound.ge}", f"not below {bound.ge}"
    if isinstance(bound, Gt):
        return f"大于{bound.gt}", f"above {bound.gt}"
    assert isinstance(bound, Le)
    return f"不大于{bound.le}", f"not above {bound.le}"
