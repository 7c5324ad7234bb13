"""``deadline what-if``: the dates under another start, calendar or number; nothing is changed by asking."""

from typing import TYPE_CHECKING, Annotated

import typer

from deployments.commands.here import acting, opened
from deployments.commands.law import read_content
from deployments.commands.moved import due
from deployments.commands.terminal import (
    head,
    named,
    print_json,
    print_line,
    print_table,
    prints,
    say,
    speech,
)

if TYPE_CHECKING:
    from engine.reading.what_if import WouldBe


@prints
def what_if(
    case: Annotated[
        str, typer.Option("--case", metavar="NUMBER", help="事项编号；不填则全部未办结 / else all open cases")
    ] = "",
    start: Annotated[
        list[str] | None,
        typer.Option(
            "--start", metavar="LIMIT=WHEN", help="如 publication=2026-04-22，可多次 / may be repeated"
        ),
    ] = None,
    calendar: Annotated[
        str, typer.Option("--calendar", metavar="FILE", help="一年的放假安排 / a year's days off")
    ] = "",
    number: Annotated[
        list[str] | None,
        typer.Option("--number", metavar="KEY=N", help="如 review-target=5，可多次 / may be repeated"),
    ] = None,
) -> None:
    """假设：起算、日历或期限不同时的截止日期，不作任何更改 / dates as they would be; nothing is changed"""
    from engine.reading import what_if as reading
    from rules.moments import moment_from

    starts = {key: moment_from(when, field="--start") for key, when in _pairs("--start", start)}
    numbers = {key: _whole(told) for key, told in _pairs("--number", number)}
    table = read_content(calendar)[0] or {} if calendar else None
    with opened() as service:
        assumed = reading.Assumed(starts, table, numbers)
        limits = reading.what_if(service, acting(service, None), assumed, case)
    if speech.as_json:
        print_json({"limits": limits})
    elif case and len(limits) == 1:
        _print_one(limits[0])
    else:
        _print_all(limits)


def _pairs(option: str, given: list[str] | None) -> list[tuple[str, str]]:
    pairs = [each.partition("=") for each in given or ()]
    if any(not sign or not key for key, sign, _ in pairs):
        zh, en = f"{option} 须写作 名称=值", f"{option} is written NAME=VALUE"
        raise typer.BadParameter(say(zh, en))
    return [(key, value) for key, _, value in pairs]


def _whole(told: str) -> int:
    if not told.isdecimal():
        zh, en = "--number 的值须为整数", "the value of --number is a whole number"
        raise typer.BadParameter(say(zh, en))
    return int(told)


def _print_one(limit: "WouldBe") -> None:
    now = due(limit.due_on, limit.late_from)
    print_line(say(f"现为：{now}", f"Now: {now}"))
    for line in limit.explained[speech.language]:
        print_line(line)


def _print_all(limits: "list[WouldBe]") -> None:
    moved = sum(limit.moves for limit in limits)
    title = say(f"{len(limits)}个时限，{moved}个改变", f"{len(limits)} limits, {moved} would move")
    columns = [head("事项", "case"), head("时限", "limit"), head("现为", "now"), head("将为", "would be")]
    columns.append(head("变化", "change"))
    rows = [
        [
            limit.number,
            named(limit.title),
            due(limit.due_on, limit.late_from),
            due(limit.would_be_due_on, limit.would_be_late_from),
            say("改变", "moves") if limit.moves else "",
        ]
        for limit in sorted(limits, key=lambda limit: not limit.moves)
    ]
    print_table(title, columns, rows)
