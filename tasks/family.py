"""``open_case`` 另立事项, ``reach`` 到达节点, ``await_case`` 等待: how cases go on beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.calls import AwaitCall, RecordCall, Title
from rules.relations import Relation


@dataclass(frozen=True)
class Reached:
    """How far an awaited case has come: to the milestone, with its ``facts``, or to its end.

    ``mark`` says which time; give it as ``after`` to wait for the next.
    """

    number: str
    outcome: str
    ended: bool
    mark: int
    facts: dict[str, Any]


def open_case(
    key: str,
    title: tuple[str, str],
    *,
    procedure: str,
    relation: Relation = Relation.PART_OF,
    named_as: str = "",
    basis: str = "",
    **intake: Any,
) -> RecordCall:
    """Open a case of ``procedure`` within this step; awaiting gives ``facts["number"]``.

    Args:
        relation: what the new case is to this one.
        named_as: the field of its intake that takes this case's number.
        intake: its intake; drafter and unit are this case's unless named.
    """
    return RecordCall(
        key=key,
        title=Title(*title),
        basis=basis,
        effect="open-case",
        arguments={
            "procedure": procedure,
            "relation": relation.value,
            "named_as": named_as,
            "intake": intake,
        },
    )


def reach(key: str, title: tuple[str, str], *, milestone: str, basis: str = "", **facts: Any) -> RecordCall:
    """This case has come to ``milestone``: whoever awaits it goes on, and is told ``facts`` (JSON)."""
    return RecordCall(
        key=key,
        title=Title(*title),
        basis=basis,
        effect="reach-milestone",
        arguments={"milestone": milestone, "facts": facts},
    )


async def await_case(
    key: str, title: tuple[str, str], number: str, *, reaches: str = "", after: int = 0, basis: str = ""
) -> Reached:
    """Wait until one case has reached a milestone, or its end (also where it ends without the milestone)."""
    (reached,) = await await_cases(key, title, [number], reaches=reaches, after=after, basis=basis)
    return reached


async def await_cases(
    key: str,
    title: tuple[str, str],
    numbers: Sequence[str],
    *,
    reaches: str = "",
    after: int = 0,
    basis: str = "",
) -> list[Reached]:
    """Wait until each of these cases has come so far; gives them in the same order."""
    call = AwaitCall(
        key=key, title=Title(*title), basis=basis, cases=list(numbers), milestone=reaches, after=after
    )
    done = await call
    return [Reached(**case) for case in done.facts["cases"]]
