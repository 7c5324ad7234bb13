"""``launch``, ``case``, ``case retry``, ``case urge``, ``schema``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.commands.files import read_launch
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
    from engine.reading import CaseView

As = Annotated[str | None, typer.Option("--as", metavar="P", help="用户名 / user name")]


def _checked_key(key: str | None) -> str | None:
    from engine.idempotency import checked_key

    return checked_key(key)


Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        callback=_checked_key,
        help="幂等键：重发只办一次 / repeated with the same key, done once",
    ),
]


@prints
def launch(
    procedure: Annotated[str, typer.Argument(help="流程名称 / procedure, e.g. 主动公开")],
    file: Annotated[
        str, typer.Option("--file", metavar="F", help='{"intake": {…}, "draft": {…}}; “-”: stdin')
    ],
    as_: As = None,
    key: Key = None,
) -> None:
    """发起事项 / launch a case (as the drafter named in the file, unless --as names an administrator)"""
    intake, draft = read_launch(file)
    import flows  # noqa: F401  installs the procedures
    from engine.acts.launch import LaunchRequest
    from engine.acts.launch import launch as launch_case

    drafter = intake.get("drafter")
    with opened() as service, working("正在发起", "Launching"):
        actor = acting(service, as_ or (drafter if isinstance(drafter, str) else None))
        done = launch_case(service, actor, LaunchRequest(procedure, intake, draft, key))
    if speech.as_json:
        print_json({"number": done.number, "repeated": done.repeated})
        return
    again = say("（此前已发起）", " (launched before)") if done.repeated else ""
    print_line(say(f"已发起 {done.number}{again}", f"Launched {done.number}{again}"))
    print_line(say(f"查看：gongkai case {done.number}", f"See: gongkai case {done.number}"))


@prints
def case(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[retry|urge|hand-over] NUMBER | bulk-launch PROCEDURE FILE", help="如 ZD-2026-0001"
        ),
    ],
    as_: As = None,
    kind: Annotated[
        str, typer.Option("--kind", help="retry：只处理此类异常；hold 表示请示已有答复 / this kind only")
    ] = "",
    to: Annotated[str, typer.Option("--to", metavar="P", help="hand-over：新拟稿人 / new drafter")] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="T", help="hand-over：理由 / reason")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="bulk-launch：只逐行检查 / look at every row and store nothing")
    ] = False,
) -> None:
    """查看事项；retry：异常后重试；urge：催办；hand-over：改派拟稿人；bulk-launch：从文件批量发起
    / show, retry, urge, hand over a case; launch many from a file"""
    match words:
        case [number]:
            _show(number.upper(), as_)
        case ["retry", number]:
            _retry(number.upper(), as_, kind)
        case ["urge", number]:
            _urge(number.upper(), as_)
        case ["hand-over", number]:
            _hand_over(number.upper(), as_, to, reason)
        case ["bulk-launch", procedure, file]:
            from deployments.commands.bulk import bulk_launch

            bulk_launch(procedure, file, as_, dry_run=dry_run)
        case _:
            raise typer.BadParameter(
                say(
                    "写作 case 编号、case retry 编号、case urge 编号、case hand-over 编号 --to 用户名 "
                    "--reason 理由，或 case bulk-launch 流程 文件",
                    "write case NUMBER, case retry NUMBER, case urge NUMBER, or case hand-over NUMBER "
                    "--to P --reason T",
                )
            )


def _show(number: str, username: str | None) -> None:
    from engine.reading import read_case

    with opened() as service, working("正在读取", "Reading"):
        view = read_case(service, acting(service, username), number)
    if speech.as_json:
        print_json(view)
    else:
        _print_case(view)


def _retry(number: str, username: str | None, kind: str) -> None:
    import flows  # noqa: F401  installs the procedures
    from engine.acts.retry import retry_case

    with opened() as service, working("正在重试", "Trying again"):
        done = retry_case(service, acting(service, username), number, kind=kind)
    if speech.as_json:
        print_json(done)
        return
    moving = (
        say("事项继续办理", "it moves on") if done.moving else say("事项仍未能继续", "it still cannot go on")
    )
    print_line(f"{done.number}：{'、'.join(done.incidents)} → {moving}")


def _urge(number: str, username: str | None) -> None:
    from engine.acts.urge import urge

    with opened() as service, working("正在催办", "Urging"):
        done = urge(service, acting(service, username), number)
    if speech.as_json:
        print_json(done)
        return
    people = "、".join(done.people)
    print_line(
        say(
            f"{done.number}：已催办 {people}（第{done.times}次）",
            f"{done.number}: urged {people} ({done.times})",
        )
    )


def _hand_over(number: str, username: str | None, to: str, reason: str) -> None:
    import flows  # noqa: F401  installs the procedures
    from engine.acts.hand_over import hand_over_draft

    with opened() as service, working("正在改派", "Handing over"):
        done = hand_over_draft(service, acting(service, username), number, to=to, reason=reason)
    if speech.as_json:
        print_json(done)
        return
    print_line(
        say(
            f"{done.number}：拟稿人由 {done.before} 改为 {done.drafter}",
            f"{done.number}: drafter {done.before} → {done.drafter}",
        )
    )


_STATES = {
    "waiting": ("办理中", "waiting for a person"),
    "automated": ("自动环节执行中", "an automated step is due"),
    "stopped": ("因异常暂停", "stopped by an incident"),
    "closed": ("已办结", "closed"),
}


def _print_case(view: "CaseView") -> None:
    state = say(*_STATES.get(view.state, (view.state, view.state)))
    title = view.title or say("（标题未公开）", "(title not public)")
    print_line(f"{view.number}  {title}")
    closing = f" · {view.outcome} {local(view.closed_at)}" if view.closed_at else ""
    print_line(f"{named(view.unit)} · {view.drafter} · {local(view.launched_at)} · {state}{closing}")
    if view.issue is not None:
        issue = view.issue
        print_line(f"{issue.doc_no} · {issue.formed_on} · {issue.issued_on} · {issue.marking}")
    if view.publication is not None:
        print_line(f"{local(view.publication.published_at)} · {view.publication.url}")
    print_table(
        "",
        [
            head("环节", "step"),
            head("开始", "opened"),
            head("结束", "settled"),
            head("结果", "result"),
            head("办理人", "by"),
            head("意见", "opinion"),
        ],
        [row for step in view.timeline for row in _step_rows(step)],
    )
    for held in view.held_by:
        people = "、".join(held.people) or say("无人可办", "nobody who may act")
        waiting = say("等待", "waiting for")
        print_line(f"{waiting} {named(held.position)}（{people}）· {held.todo} · {local(held.since)}")
    if view.urged:
        print_line(say(f"催办 {view.urged} 次", f"urged: {view.urged}"))
    for incident in view.incidents:
        if incident.resolved_at is None:
            print_line(f"{say('异常', 'incident')} {incident.kind}：{named(incident.message)}")


def _step_rows(step: Any) -> list[list[str]]:
    label = f"{named(step.step)}" + (f" ×{step.round}" if step.round > 1 else "")
    opened_at, settled_at = local(step.opened_at), local(step.settled_at)
    if not step.decisions:
        return [[label, opened_at, settled_at, "" if step.settled_at is None else "✓", "", ""]]
    return [
        [
            label,
            opened_at,
            settled_at,
            named(decided.action) + (f" → {decided.return_to}" if decided.return_to else ""),
            decided.by,
            decided.opinion or "",
        ]
        for decided in step.decisions
    ]


@prints
def schema(
    procedure: Annotated[str, typer.Argument(help="流程名称 / procedure")],
) -> None:
    """流程的发起表和各环节表单 / what a procedure's launch takes and its forms ask"""
    import flows  # noqa: F401  installs the procedures
    from engine.reading.procedures import read_procedure

    found = read_procedure(procedure)
    if speech.as_json:
        print_json(found)
        return
    print_line(f"{found.zh} {found.en} ({found.key} v{found.version})")
    _print_form(head("发起", "launch: intake"), found.intake)
    for name, form in found.forms.items():
        _print_form(name, form)


def _print_form(name: str, form: dict[str, Any]) -> None:
    required = set(form.get("required", []))
    rows = [
        [
            field,
            said.get("title", ""),
            _kind(said, form),
            say("必填", "required") if field in required else "",
            said.get("description", ""),
        ]
        for field, said in form.get("properties", {}).items()
    ]
    columns = [head("字段", "field"), head("名称", "title"), head("类型", "type"), head("必填", "required")]
    print_table(name, [*columns, head("说明", "description")], rows)


def _kind(said: dict[str, Any], form: dict[str, Any]) -> str:
    if "$ref" in said:
        target = form.get("$defs", {}).get(said["$ref"].rpartition("/")[2], {})
        return " | ".join(map(str, target["enum"])) if "enum" in target else str(target.get("type", ""))
    if "anyOf" in said:
        return " | ".join(kind for part in said["anyOf"] if (kind := _kind(part, form)) != "null")
    return str(said.get("format") or said.get("type", ""))
