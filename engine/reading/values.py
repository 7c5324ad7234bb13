"""Small values every view is made of, and the snapshot they are read from."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.service import Service
from rules.positions import Position


@dataclass(frozen=True)
class Named:
    """A key with its Chinese and English name."""

    key: str
    zh: str
    en: str


@dataclass(frozen=True)
class Wording:
    """A text in both languages."""

    zh: str
    en: str


INCIDENT = Named("incident", "异常", "Incident")
ESCALATION = Named("escalation", "督办", "Escalation")
CLOCK_ACT = Named("clock-act", "时限申请", "Asked of a time limit")
"""What a to-do is that belongs to no step."""


def position_named(key: str) -> Named:
    """A position with its names."""
    position = Position(key)
    return Named(key, position.chinese, position.english)


def step_named(key: str, title: Mapping[str, Any] | None) -> Named:
    """A step with the names its call was journaled with."""
    return Named(key, (title or {}).get("zh", key), (title or {}).get("en", key))


def snapshot(service: Service) -> AbstractContextManager[Connection]:
    """Several statements that see one state: a case must not move between its header and its timeline."""
    engine = service.database.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine.begin()
