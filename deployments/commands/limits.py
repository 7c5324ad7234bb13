"""``deadline explain --case``, ``list``, ``ask``, ``answer``, ``resume``, ``attend``: the limits of cases."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.commands.cases import As
from deployments.commands.here import acting, opened
from deployments.commands.terminal import (
    head,
    local,
    named,
    print_json,
    print_line,
    print_table,
    prints,
    say,
    speech,
    working,
)

if TYPE_CHECKING:
    from engine.acts.clock_acts import ActAnswered
    from engine.reading import ClockView

Person = Annotated[str, typer.Option("--as", metavar="P", help="用户名 / user name")]
Todo = Annotated[int, typer.Argument(metavar="TODO", min=1, max=2**53, help="待办编号 / to-do")]

_STATES = {
    "running": ("进行中", "running"),
    "due-soon": ("临近到期", "due soon"),
    "overdue": ("已逾期", "overdue"),
    "escalated": ("已逾期，已督办", "overdue, escalated"),
    "met": ("按期完成", "met in time"),
    "met-late": ("逾期完成", "met late"),
    "lapsed": ("期满未答复", "ended without an answer"),
    "arrived": ("期限已到", "the time came"),
    "stopped": ("不再计算", "no longer counted"),
}


def explain_case(number: str, key: str, username: str | None) -> None:
    """The limits of a case, or one of them, as page and API explain them.

    Raises:
        CaseNotFound, UnknownPerson.
        ClockNotFound: it has no limit of that key.
    """
    from engine.reading import read_clocks
    from rules.errors import ClockNotFound

    with opened() as service, working("正在读取", "Reading"):
        clocks = read_clocks(service, acting(service, username), number)
    found = [clock for clock in clocks if key in ("", clock.key)]
    if key and not found:
        raise ClockNotFound(where=number, clock=key)
    if speech.as_json:
        print_json({"case": number, "clocks": [_data(clock) for clock in found]})
    elif not found:
        print_line(say(f"{number} 没有时限", f"{number} has no time limits"))
    for clock in [] if speech.as_json else found:
        again = say(f" 第{clock.round}次", f", round {clock.round}") if clock.round > 1 else ""
        print_line(f"{named(clock.title)}{again}（{clock.key}） {_state(clock)}")
        for line in clock.explained[speech.language]:
            print_line(line)


def _data(clock: "ClockView") -> dict[str, Any]:
    """A limit with what governs it at the top; the keys are a promise."""
    governing = next(start for start in clock.reckoned if start["governs"])
    return {**vars(clock), **{name: governing[name] for name in ("due", "provisional", "days")}}


def _state(clock: Any) -> str:
    left = f"{named(clock.remaining)} · " if clock.remaining else ""
    return left + say(*_STATES[clock.state])


@prints
def list_limits(
    overdue: Annotated[bool, typer.Option("--overdue", help="只列逾期的 / only those missed")] = False,
    as_: As = None,
) -> None:
    """正在计算的时限，最先到期的在前 / running limits, what is due first at the top"""
    from engine.reading import list_running

    with opened() as service, working("正在读取", "Reading"):
        actor = acting(service, as_)
        page = list_running(service, actor, overdue=overdue)
        limits = list(page.limits)
        while page.next_after is not None:
            page = list_running(service, actor, overdue=overdue, after=page.next_after)
            limits += page.limits
    if speech.as_json:
        print_json({"limits": limits})
    elif not limits:
        print_line(say("没有这样的时限", "There are no such limits"))
    else:
        columns = [head("事项", "case"), head("编号", "limit"), head("时限", "what"), head("截止", "due")]
        columns += [head("剩余", "left"), head("状态", "state"), head("等待", "waits for")]
        print_table("", columns, [_row(each) for each in limits])


def _row(each: Any) -> list[object]:
    limit = each.limit
    waits = say("、", ", ").join(named(position) for position in each.positions)
    left = named(limit.remaining) if limit.remaining else ""
    state = say(*_STATES[limit.state])
    return [each.case, limit.clock, named(limit.title), due_of(limit), left, state, waits]


def due_of(limit: Any) -> str:
    """The last day of a limit, or the hour where it does not end with its day."""
    if limit.due_on is None:
        return say("暂停计算", "not being counted")
    provisional = say("（暂定）", " (provisional)") if limit.provisional else ""
    end = local(limit.late_from)
    return (f"{limit.due_on}" if end.endswith("00:00") else end) + provisional


@prints
def ask(
    limit: Annotated[
        int, typer.Argument(metavar="LIMIT", min=1, max=2**53, help="时限编号，见 deadline list / its number")
    ],
    as_: Person,
    kind: Annotated[
        str, typer.Option("--kind", help="not-counted 不计入 | restarted 重新起算 | extended 延长")
    ],
    ground: Annotated[str, typer.Option("--ground", metavar="T", help="理由 / why")],
    instrument: Annotated[str, typer.Option("--instrument", metavar="T", help="依据的文件 / instrument")],
    article: Annotated[str, typer.Option("--article", metavar="T", help="条款 / article")],
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help="开始或新的起算 / from then, or the new start")
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="WHEN", help="结束；留空：尚未结束 / its end, if it has one")
    ] = "",
    number: Annotated[
        int | None, typer.Option("--number", metavar="N", min=1, help="延长多少 / by how many units")
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="只看结果，不提交 / nothing is stored")] = False,
) -> None:
    """就时限提出申请：不计入、重新起算、延长 / ask something of a running limit"""
    from engine.acts.clock_acts import AskedAct, foresee
    from engine.acts.clock_acts import ask as ask_act
    from rules.moments import instant_from

    with opened() as service, working("正在办理", "Asking"):
        zone = service.settings.timezone
        asked = AskedAct(
            kind,
            ground,
            (instrument, article),
            since=instant_from(since, zone, field="--since") if since else None,
            until=instant_from(until, zone, field="--until") if until else None,
            number=number,
        )
        actor = acting(service, as_)
        foreseen = foresee(service, actor, limit, asked) if preview else None
        done = None if preview else ask_act(service, actor, limit, asked)
    if speech.as_json:
        print_json(foreseen or done)
    elif foreseen is not None:
        for line in foreseen.foreseen.explained[speech.language]:
            print_line(line)
        print_line(say("没有提交", "Nothing was stored"))
    elif done is not None:
        would = done.would_be_due_on or say("暂停计算", "not being counted")
        print_line(
            say(
                f"已提交：{done.case_number}，待办 {done.assignment_id}；如获准许，截止 {would}",
                f"Asked: {done.case_number}, to-do {done.assignment_id}; if granted, due {would}",
            )
        )


@prints
def answer(
    todo: Todo,
    as_: Person,
    grant: Annotated[bool, typer.Option("--grant/--refuse", help="准许或不准许 / grant or refuse")],
    text: Annotated[str, typer.Option("--text", metavar="T", help="意见；不准许时必填 / words")] = "",
) -> None:
    """答复时限申请 / grant or refuse what was asked of a limit"""
    from engine.acts.clock_acts import answer as answer_act

    with opened() as service, working("正在办理", "Answering"):
        done = answer_act(service, acting(service, as_), todo, granted=grant, text=text)
    _print_answered(done)


@prints
def resume(
    act: Annotated[int, typer.Argument(metavar="ACT", min=1, max=2**53, help="申请编号 / what was asked")],
    as_: Person,
    at: Annotated[str, typer.Option("--at", metavar="WHEN", help="自何时恢复 / from when")],
) -> None:
    """恢复计算 / count a limit's time again"""
    from engine.acts.clock_acts import resume as resume_act
    from rules.moments import instant_from

    with opened() as service, working("正在办理", "Resuming"):
        moment = instant_from(at, service.settings.timezone, field="--at")
        done = resume_act(service, acting(service, as_), act, moment)
    _print_answered(done)


def _print_answered(done: "ActAnswered") -> None:
    if speech.as_json:
        print_json(done)
        return
    before, now = (on or say("暂停计算", "not being counted") for on in (done.due_before, done.due_on))
    print_line(say(f"{done.case_number}：截止 {before} → {now}", f"{done.case_number}: due {before} → {now}"))


@prints
def attend(
    todo: Todo,
    as_: Person,
    note: Annotated[str, typer.Option("--note", metavar="T", help="督办情况 / what was done")],
) -> None:
    """办理督办 / say what was done about a missed limit"""
    from engine.acts.attend import attend as attend_to

    with opened() as service, working("正在办理", "Recording"):
        done = attend_to(service, acting(service, as_), todo, note)
    if speech.as_json:
        print_json(done)
        return
    print_line(say(f"{done.case_number}：督办情况已记录", f"{done.case_number}: recorded"))
