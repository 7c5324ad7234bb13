"""``inbox`` and ``decide``."""

from typing import Annotated, Any

import typer

from deployments.commands.cases import Key
from deployments.commands.files import answers_from
from deployments.commands.here import acting, opened
from deployments.commands.limits import due_of
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

Person = Annotated[str, typer.Option("--as", metavar="P", help="用户名 / user name")]


@prints
def inbox(
    as_: Person,
    overdue: Annotated[bool, typer.Option("--overdue", help="只列逾期的 / only those missed")] = False,
) -> None:
    """某人的待办，最先到期的在前 / someone's open to-dos, what is due first at the top"""
    if speech.as_json:
        import flows  # noqa: F401  the forms' schemas are part of the JSON
    from engine.reading.inbox import DueFilter
    from engine.reading.inbox import inbox as read_inbox

    due = DueFilter.OVERDUE if overdue else DueFilter.ALL
    with opened() as service, working("正在读取", "Reading"):
        actor = acting(service, as_)
        page = read_inbox(service, actor, due=due)
        todos = list(page.todos)
        while page.next_after is not None:
            page = read_inbox(service, actor, due=due, after=page.next_after)
            todos += page.todos
    if speech.as_json:
        print_json({"todos": todos})
    elif not todos:
        print_line(say(f"{actor.name}没有待办", f"{actor.name} has no open to-dos"))
    else:
        _print_todos(actor.name, todos)


def _print_todos(name: str, todos: list[Any]) -> None:
    columns = [head("待办", "to-do"), head("事项", "case"), head("环节", "step"), head("可选", "actions")]
    columns += [head("期限", "due"), head("股室", "unit"), head("到达", "arrived"), head("标题", "title")]
    print_table(name, columns, [_row(todo) for todo in todos])


def _row(todo: Any) -> list[object]:
    if todo.incident is not None:
        what = f"{say('异常', 'incident')} {todo.incident.kind}"
        actions = f"gongkai case retry {todo.case}"
    elif todo.step is None:
        limit = (todo.escalation or todo.clock_act).limit
        what = say("督办", "escalation") if todo.escalation else say("时限申请", "asked of a limit")
        what += f" {named(limit.title)}"
        actions = f"gongkai deadline {'attend' if todo.escalation else 'answer'} {todo.id}"
    else:
        what = named(todo.step) + (f" ×{todo.round}" if todo.round > 1 else "")
        actions = " / ".join(named(action) for action in todo.asks.actions) if todo.asks else ""
    due = f"{due_of(todo.limits[0])} {_left(todo.limits[0])}" if todo.limits else ""
    arrived = local(todo.opened_at)
    return [todo.id, todo.case, what, actions, due, named(todo.unit), arrived, todo.title or ""]


def _left(limit: Any) -> str:
    return named(limit.remaining) if limit.remaining else ""


@prints
def decide(
    todo: Annotated[int, typer.Argument(metavar="ID", min=1, max=2**53, help="待办编号 / to-do")],
    as_: Person,
    action: Annotated[str, typer.Option("--action", help="approve 同意 | return 退回 | reject 不同意")],
    opinion: Annotated[str, typer.Option("--opinion", metavar="T", help="意见 / opinion")] = "",
    to: Annotated[
        str | None, typer.Option("--to", metavar="STEP", help="退回到哪一环节 / step to return to")
    ] = None,
    come_back: Annotated[
        bool, typer.Option("--come-back", help="改后直接回到我处 / comes straight back to me")
    ] = False,
    answers: Annotated[
        str | None, typer.Option("--answers", metavar="FILE", help="表单内容（JSON）/ the form's answers")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="表单内容 / one answer")
    ] = None,
    version: Annotated[
        int | None,
        typer.Option("--version", min=1, max=2**31 - 1, help="所审文稿的版本 / version you saw"),
    ] = None,
    key: Key = None,
) -> None:
    """办理待办 / decide a to-do"""
    filled = answers_from(answers, set_ or [])
    import flows  # noqa: F401  installs the procedures
    from engine.acts.decide import DecisionRequest
    from engine.acts.decide import decide as record_decision
    from engine.calls import ReturnMode

    request = DecisionRequest(
        assignment_id=todo,
        action=action,
        opinion=opinion,
        answers=filled,
        return_to=to,
        return_mode=(ReturnMode.COME_BACK if come_back else ReturnMode.RUN_AGAIN).value,
        document_version=version,
        idempotency_key=key,
    )
    with opened() as service, working("正在保存", "Recording"):
        done = record_decision(service, acting(service, as_), request)
    if speech.as_json:
        print_json(done)
        return
    late = say("，逾期办理", ", late") if done.late else ""
    print_line(
        say(
            f"已记录：{done.case_number} {done.step} {done.action}（意见 {done.decision_id}{late}）",
            f"Recorded: {done.case_number} {done.step} {done.action} (decision {done.decision_id}{late})",
        )
    )
