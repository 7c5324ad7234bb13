"""Procedures that open other cases, wait for them, and go on in branches: for tests of these words alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from pydantic import Field

from engine import procedures
from rules.positions import Position
from tasks import (
    Action,
    Form,
    Intake,
    Relation,
    all_of,
    await_case,
    await_cases,
    open_case,
    procedure,
    reach,
    review,
)


class Plain(Intake):
    drafter: str
    unit: str


class Part(Plain):
    of: str = ""


class Whole(Plain):
    parts: int = 2


class OfAYear(Plain):
    unique_by: ClassVar[tuple[str, ...]] = ("year",)
    year: int = Field(default=2026)


class About(Plain):
    links: ClassVar[dict[str, Relation]] = {"document": Relation.INTERPRETS}
    document: str = ""


_FORMS: dict[str, type[Form]] = {}
_WHO = (Position.OFFICE,)


def asked(key: str, position: Position = Position.OFFICE):
    return review(key, (key, key), position, actions=(Action.APPROVE,))


async def branch(name: str, position: Position, *steps: str) -> str:
    for step in steps:
        await asked(f"{name}-{step}", position)
    return name


async def _nested() -> str:
    inner = await all_of(
        branch("deep", Position.LEGAL_OFFICE, "one"), branch("deeper", Position.HEAD, "one", "two")
    )
    await asked("joined")
    return "/".join(inner)


@contextmanager
def families_installed() -> Iterator[None]:
    """They are known while the block runs."""
    before = dict(procedures._installed)

    @procedure(
        "test-whole",
        version=1,
        prefix="TW",
        title=("整体", "Whole"),
        source="test",
        intake=Whole,
        forms=_FORMS,
        positions=_WHO,
    )
    async def whole(intake: Whole) -> str:
        opened = [
            await open_case(f"open-{n}", (f"另立{n}", f"Open {n}"), procedure="test-part", named_as="of")
            for n in range(intake.parts)
        ]
        parts = [str(each.facts["number"]) for each in opened]
        ready = await await_case("ready", ("等待准备", "Ready"), parts[0], reaches="ready")
        again = await await_case(
            "ready-again", ("再等", "Again"), parts[0], reaches="ready", after=ready.mark
        )
        ended = await await_cases("ended", ("等待办结", "Ended"), parts)
        return f"{ready.facts['said']},{again.facts['said']},{'+'.join(each.outcome for each in ended)}"

    @procedure(
        "test-part",
        version=1,
        prefix="TP",
        title=("部分", "Part"),
        source="test",
        intake=Part,
        forms=_FORMS,
        positions=(Position.OFFICE, Position.LEGAL_OFFICE),
    )
    async def part(intake: Part) -> str:
        await asked("first")
        await reach("reach-1", ("准备好", "Ready"), milestone="ready", said="one")
        await asked("second")
        await reach("reach-2", ("又准备好", "Ready again"), milestone="ready", said="two")
        await asked("third")
        return "部分完成"

    @procedure(
        "test-branches",
        version=1,
        prefix="TB",
        title=("并行", "Branches"),
        source="test",
        intake=Plain,
        forms=_FORMS,
        positions=_WHO,
    )
    async def branches(intake: Plain) -> str:
        done = await all_of(
            branch("left", Position.OFFICE, "one", "two"),
            _nested(),
            asked("alone", Position.SPOKESPERSON),
        )
        await asked("after")
        return "、".join(str(each) for each in done[:2])

    @procedure(
        "test-of-a-year",
        version=1,
        prefix="TY",
        title=("年度", "Of a year"),
        source="test",
        intake=OfAYear,
        forms=_FORMS,
        positions=_WHO,
        opened_by=Position.OPENNESS_OFFICE,
    )
    async def of_a_year(intake: OfAYear) -> str:
        await asked("only")
        return "完"

    @procedure(
        "test-about",
        version=1,
        prefix="TA",
        title=("关于", "About"),
        source="test",
        intake=About,
        forms=_FORMS,
        positions=_WHO,
    )
    async def about(intake: About) -> str:
        await review("theirs", ("外股室", "Theirs"), Position.SECTION_HEAD, units=("other",))
        return "完"

    yield
    procedures._installed.clear()
    procedures._installed.update(before)
