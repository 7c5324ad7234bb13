"""What an import of law moves: open limits are reckoned again at once, and those that moved are listed."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from deployments.commands.terminal import head, local, named, print_line, print_table, say, tell, working

if TYPE_CHECKING:
    from engine.actor import Actor
    from engine.acts.law import Changed
    from engine.reading.moved import MovedLimit
    from engine.reading.what_if import Assumed
    from engine.service import Service


def moved_limits(
    service: "Service", actor: "Actor", done: "Changed", assumed: "Assumed"
) -> "list[MovedLimit]":
    """What the import moved, once every open limit is of the new law; of a dry run, what it would move."""
    from engine.reading.moved import read_moved, would_move

    if done.same:
        return []
    with working("正在重新计算未办结事项的时限", "Reckoning the limits of open cases again"):
        if not done.stored:
            return would_move(service, actor, assumed)
        _reckon_again(service, done.revision)
        return read_moved(service, actor, done.revision).limits


def _reckon_again(service: "Service", revision: int) -> None:
    """What the worker would do within seconds. Both at it, or either interrupted, do no harm."""
    from engine.clocks.catching_up import catch_up_with_law, left_to_reckon

    reckoned = 0
    while page := catch_up_with_law(service):
        reckoned += page
        with service.read() as connection:
            left = left_to_reckon(connection, revision)
        if left:
            zh = f"已重新计算{reckoned}个时限，还有{left}个"
            tell(say(zh, f"{reckoned} limits reckoned again, {left} left"))


def print_moved(limits: "list[MovedLimit]", *, stored: bool) -> None:
    """The table of moved limits, or that there are none."""
    if not limits:
        zh, en = ("没有时限改变", "No limit moved") if stored else ("没有时限会改变", "No limit would move")
        print_line(say(zh, en))
        return
    count = len(limits)
    if stored:
        title = say(f"{count}个时限改变", f"{count} limits moved")
    else:
        title = say(f"将有{count}个时限改变", f"{count} limits would move")
    columns = [head("事项", "case"), head("时限", "limit"), head("原", "before"), head("现", "after")]
    rows = [
        [
            limit.number,
            named(limit.title),
            due(limit.before, limit.late_before),
            due(limit.after, limit.late_after),
        ]
        for limit in limits
    ]
    print_table(title, columns, rows)
    if stored:
        print_line(
            say("已记入留痕，各时限的办理人员会收到通知", "It is in the ledger, and their holders are told")
        )


def due(on: date | None, late_from: datetime | None) -> str:
    """The last day, or the minute where a limit runs in hours."""
    if on is None or late_from is None:
        return say("尚不能确定", "not known yet")
    missed_from = local(late_from)
    return f"{on}" if missed_from.endswith("00:00") else missed_from
