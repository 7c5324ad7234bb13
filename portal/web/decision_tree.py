"""A procedure's decision tree drawn: its places on a grid, the ways between them, and where the case is now.

Told as a list too, for whoever does not see it. A procedure without a tree shows its track alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.reading.values import Wording

WIDTH, HEIGHT = 190, 46
_ACROSS, _DOWN, _EDGE = 230, 78, 20


@dataclass(frozen=True)
class Place:
    """One place of a tree: which steps it stands for, in which column and row. Ends have no steps."""

    name: Wording
    column: int
    row: int
    steps: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """From one place to another, and on which answer."""

    start: str
    end: str
    answer: Wording


@dataclass(frozen=True)
class Tree:
    """What a procedure decides, by place."""

    places: Mapping[str, Place]
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Drawn:
    """A place as it is drawn: ``state`` is now, past or ahead."""

    key: str
    name: Wording
    x: int
    y: int
    state: str
    ways: list[tuple[Wording, Wording]]  # on which answer to which place


@dataclass(frozen=True)
class Line:
    """A way as it is drawn: ``taken`` if the case has been at both its ends."""

    path: str
    taken: bool


@dataclass(frozen=True)
class TreePicture:
    """All of it, in its own units. ``now`` names where the case is; several, where it goes on in branches."""

    places: list[Drawn]
    lines: list[Line]
    width: int
    height: int
    now: list[Wording]


def tree_of(
    procedure: str, *, past: Iterable[str], open_steps: Iterable[str], outcome: str
) -> TreePicture | None:
    """The picture of a case, by the keys of its settled and its open steps; nothing if it has no tree."""
    tree = TREES.get(procedure)
    if tree is None:
        return None
    been, waiting = [_base(key) for key in past], [_base(key) for key in open_steps]
    state = {key: _state(place, been, waiting, outcome) for key, place in tree.places.items()}
    return TreePicture(
        places=[
            Drawn(key, place.name, _x(place), _y(place), state[key], _ways(tree, key))
            for key, place in tree.places.items()
        ],
        lines=[
            Line(
                _path(tree.places[way.start], tree.places[way.end]),
                state[way.start] == "past" and state[way.end] != "ahead",
            )
            for way in tree.ways
        ],
        width=_x(max(tree.places.values(), key=_x)) + WIDTH + _EDGE,
        height=_y(max(tree.places.values(), key=_y)) + HEIGHT + _EDGE,
        now=[place.name for key, place in tree.places.items() if state[key] == "now"],
    )


def _base(key: str) -> str:
    """``third-party-2`` is a round of its own of what ``third-party`` stands for."""
    head, _, tail = key.rpartition("-")
    return head if tail.isdecimal() else key


def _state(place: Place, been: list[str], waiting: list[str], outcome: str) -> str:
    if any(step in waiting for step in place.steps) or (outcome and outcome in place.endings):
        return "now"
    return "past" if any(step in been for step in place.steps) else "ahead"


def _ways(tree: Tree, key: str) -> list[tuple[Wording, Wording]]:
    return [(way.answer, tree.places[way.end].name) for way in tree.ways if way.start == key]


def _x(place: Place) -> int:
    return _EDGE + place.column * _ACROSS


def _y(place: Place) -> int:
    return _EDGE + place.row * _DOWN


def _path(start: Place, end: Place) -> str:
    """Across just below its start, then down; past places of its own column on their left."""
    x, y, to_x = _x(start) + WIDTH // 2, _y(start) + HEIGHT, _x(end) + WIDTH // 2
    if start.column == end.column and end.row - start.row > 1:
        middle = HEIGHT // 2
        return f"M{_x(start)} {_y(start) + middle} H{_x(start) - _EDGE // 2} V{_y(end) + middle} H{_x(end)}"
    return f"M{x} {y} V{y + (_DOWN - HEIGHT) // 2} H{to_x} V{_y(end)}"


_CONFIDENTIALITY = Tree(
    places={
        "unit": Place(Wording("股室逐项审查", "Unit: item by item"), 1, 0, ("item-review",)),
        "section": Place(Wording("股室负责人复审", "Section head"), 1, 1, ("section-review",)),
        "secrecy": Place(Wording("保密工作机构审定", "Secrecy office"), 0, 2, ("secrecy-office",)),
        "office": Place(Wording("办公室审查", "Office"), 1, 2, ("office-review",)),
        "authority": Place(
            Wording("有权确定的机关", "Competent authority"), 0, 3, ("referral", "secrecy-authority")
        ),
        "deputy": Place(Wording("分管负责人批准", "Deputy head"), 1, 3, ("deputy-head-approval",)),
        "parties": Place(
            Wording("第三方意见（如涉及）", "Third parties, if any"), 2, 4, ("consultation", "third-party")
        ),
        "department": Place(
            Wording("业务主管部门研究", "Business department"), 2, 5, ("competent-department",)
        ),
        "county": Place(Wording("县政府办公室确定", "County office"), 2, 6, ("county-office",)),
        "head": Place(Wording("主要负责人审定", "Head: final word"), 1, 7, ("final-word",)),
        "register": Place(
            Wording("转涉密渠道，仅留登记", "Off line, register only"),
            0,
            8,
            ("handing-over",),
            ("属于国家秘密，仅留登记",),
        ),
        "result": Place(
            Wording("公开、部分公开或不予公开", "Released, in part, withheld"),
            3,
            8,
            (),
            ("可以公开", "部分公开，理由已记录", "不予公开"),
        ),
    },
    ways=(
        Way("unit", "section", Wording("审查意见", "findings")),
        Way("section", "secrecy", Wording("不能确定是否涉密", "unsure whether secret")),
        Way("section", "office", Wording("没有疑义", "no doubt")),
        Way("section", "parties", Wording("不能确定是否适宜公开", "unsure whether suitable")),
        Way("secrecy", "authority", Wording("仍不能确定", "still unsure")),
        Way("secrecy", "register", Wording("有权机关已确定为国家秘密", "classified already")),
        Way("secrecy", "parties", Wording("不涉密", "not secret")),
        Way("authority", "register", Wording("属于国家秘密", "a state secret")),
        Way("authority", "parties", Wording("不属于国家秘密", "no state secret")),
        Way("office", "deputy", Wording("同意", "agreed")),
        Way("deputy", "parties", Wording("批准", "approved")),
        Way("parties", "department", Wording("不能确定是否适宜公开", "unsure whether suitable")),
        Way("parties", "head", Wording("未同意或不公开", "no consent, or withheld")),
        Way("parties", "result", Wording("没有疑义", "no doubt")),
        Way("department", "county", Wording("仍不能确定", "still unsure")),
        Way("department", "head", Wording("研究意见", "their view")),
        Way("county", "head", Wording("确定意见", "determined")),
        Way("head", "result", Wording("结论", "result")),
    ),
)
TREES: Mapping[str, Tree] = {"confidentiality-review": _CONFIDENTIALITY}
