"""Who may grant what is asked of a running time limit 时限申请的批准: a named post for each kind of act."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from rules.citation import Citation
from rules.clock_acts import ActKind
from rules.errors import MalformedFile
from rules.positions import Position

GRANTING = Path(__file__).parent / "data" / "granting.yaml"


@dataclass(frozen=True, slots=True)
class Granting:
    """The post that grants one kind of act, and the provision that names it."""

    position: Position
    source: Citation
    site: bool


def granting_of(kind: ActKind) -> Granting:
    """Who grants an act of this kind."""
    return _granting()[kind]


@cache
def _granting() -> dict[ActKind, Granting]:
    return read_granting(GRANTING.read_text(encoding="utf-8"), where=GRANTING.name)


def read_granting(text: str, *, where: str) -> dict[ActKind, Granting]:
    """The posts of a file: one for each kind, none twice.

    Raises:
        MalformedFile: with the place of the first fault.
    """
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        raise MalformedFile(where=where, why_zh="不是有效的 YAML", why_en="it is no YAML") from None
    if not isinstance(content, list):
        raise MalformedFile(where=where, why_zh="须为列表", why_en="it must be a list")
    posts = dict(_entry(entry, f"{where} [{place}]") for place, entry in enumerate(content))
    if len(posts) != len(content) or set(posts) != set(ActKind):
        kinds = ", ".join(ActKind)
        raise MalformedFile(where=where, why_zh=f"须恰有：{kinds}", why_en=f"it must have exactly {kinds}")
    return posts


def _entry(entry: Any, where: str) -> tuple[ActKind, Granting]:
    if not isinstance(entry, dict) or entry.keys() != {"kind", "position", "source", "site"}:
        names = "kind, position, source, site"
        raise MalformedFile(where=where, why_zh=f"须恰有 {names}", why_en=f"it must have exactly {names}")
    if entry["kind"] not in set(ActKind) or entry["position"] not in set(Position):
        why = "没有这一类申请或这一岗位", "there is no such kind, or no such post"
        raise MalformedFile(where=where, why_zh=why[0], why_en=why[1])
    source, site = entry["source"], entry["site"]
    if not isinstance(source, list) or len(source) != 2 or type(site) is not bool:
        why = (
            "source 须为 [文件, 条款]，site 须为 true 或 false",
            "source is [instrument, article], site a yes or no",
        )
        raise MalformedFile(where=where, why_zh=why[0], why_en=why[1])
    return ActKind(entry["kind"]), Granting(Position(entry["position"]), Citation(*map(str, source)), site)
