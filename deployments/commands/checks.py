"""``doctor``, ``ledger verify``, ``status``: is everything as it should be?"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from deployments.commands.exits import EPILOG, Code
from deployments.commands.here import acting, exists, instance, opened
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
    from deployments.status import ComponentStatus
    from engine.doctor import Finding
    from engine.settings import Settings

ledger = typer.Typer(no_args_is_help=True, help="留痕 / the ledger")


@dataclass(frozen=True)
class Surroundings:
    """One part of the running installation, as the doctor found it."""

    name: str
    healthy: bool
    zh: str
    en: str


@prints
def doctor() -> None:
    """体检：各部件与全部不变量 / examine the parts and every invariant"""
    import flows  # noqa: F401  which versions are installed is one of the questions
    from engine.doctor import examine

    with opened() as service, working("正在体检", "Examining"):
        found = [*_settings(service.settings), *examine(service)]
        around = surroundings()
    broken = [f for f in found if f.severity == "broken"]
    ill = [part for part in around if not part.healthy]
    if speech.as_json:
        print_json({"healthy": not broken and not ill, "surroundings": around, "findings": found})
    else:
        _print_examination(around, found)
    if broken or ill:
        raise typer.Exit(Code.BROKEN)


def surroundings() -> list[Surroundings]:
    """PostgreSQL answered already; here the parts this machine's supervisor runs, if it runs any."""
    parts = [Surroundings("postgres", True, "数据库可连接", "the database answers")]
    if not exists():
        return parts  # a production installation under systemd: its own checks watch the parts
    from deployments.components import PORTAL, PREFECT, Component
    from deployments.health import answers
    from deployments.status import read_status

    here = instance()
    running = {part.name: part.running for part in read_status(here)}
    if not any(running.values()):
        return parts

    def healthy(component: Component, port: int) -> bool:
        auth = here.credentials.prefect_auth_string if component.asks_as_operator else ""
        return answers(port, component.health_path, body=component.health_body, auth_string=auth)

    for name, works in (
        ("prefect", healthy(PREFECT, here.ports.prefect)),
        ("worker", running.get("worker", False)),
        ("portal", healthy(PORTAL, here.ports.portal)),
    ):
        zh, en = ("运行正常", "works") if works else ("没有响应，请查看日志", "does not answer; see its log")
        parts.append(Surroundings(name, works, zh, f"{name} {en}"))
    return parts


def _settings(settings: "Settings") -> "list[Finding]":
    """What would keep people from following the links they are mailed."""
    from deployments.mail_settings import setting_faults
    from engine.doctor import Finding
    from engine.invariants import Severity

    return [
        Finding(
            "settings-reach-people",
            Severity.BROKEN if fault.fatal else Severity.WARNING,
            fault.setting,
            fault.zh,
            fault.en,
        )
        for fault in setting_faults(settings)
    ]


def _print_examination(around: list[Surroundings], found: list[Any]) -> None:
    rows = [["✓" if part.healthy else "✗", part.name, "", say(part.zh, part.en)] for part in around]
    marks = {"broken": "✗", "warning": "!"}
    rows += [[marks[f.severity], f.check, f.where, say(f.zh, f.en)] for f in found]
    columns = ["", head("检查", "check"), head("位置", "where"), head("结果", "result")]
    print_table(say("体检", "Examination"), columns, rows)
    if not found:
        print_line(say("全部不变量成立", "Every invariant holds"))


@ledger.command("verify", epilog=EPILOG)
@prints
def verify_ledger() -> None:
    """校验留痕：逐条重算哈希，核对封存 / recompute every hash and compare every seal"""
    from engine.ledger import verify
    from engine.reading.values import snapshot

    with opened() as service, working("正在校验", "Verifying"), snapshot(service) as connection:
        done = verify(connection)
    if speech.as_json:
        print_json({"intact": True, **vars(done)})
        return
    print_line(
        say(
            f"留痕完整：{done.chains}条链，{done.entries}条记录，{done.seals}次封存",
            f"The ledger is intact: {done.chains} chains, {done.entries} entries, {done.seals} seals",
        )
    )


@prints
def status() -> None:
    """运行状态 / what runs, what waits"""
    from deployments.status import read_status as read_components

    parts = read_components(instance()) if exists() else []
    from engine.reading.status import read_status

    with opened() as service, working("正在读取", "Reading"):
        found = read_status(service, acting(service, None))
    if speech.as_json:
        print_json({"components": parts, "cases": found})
        return
    _print_components(parts)
    _print_counts(found)


def _print_components(parts: "list[ComponentStatus]") -> None:
    rows = [
        [
            part.name,
            say("运行", "running") if part.running else say("停止", "stopped"),
            part.pid,
            part.port,
            local(part.since),
        ]
        for part in parts
    ]
    columns = [head("部件", "part"), head("状态", "state"), "pid", head("端口", "port"), head("自", "since")]
    if rows:
        print_table(say("部件", "Parts"), columns, rows)


_COUNTS = {
    "cases_open": ("在办事项", "open cases"),
    "cases_closed": ("办结事项", "closed cases"),
    "cases_stopped": ("暂停", "stopped"),
    "todos_open": ("待办", "open to-dos"),
    "incidents_open": ("异常", "open incidents"),
    "activities_open": ("自动环节", "automated steps due"),
    "activities_failing": ("失败重试中", "failing"),
    "messages_waiting": ("待发通知", "messages waiting"),
    "published": ("已公开", "published"),
    "last_seal": ("最近封存", "last seal"),
}


def _print_counts(found: Any) -> None:
    rows = [[say(*_COUNTS[name]), getattr(found, name)] for name in _COUNTS]
    print_table(say("事项", "Cases"), [head("项目", "what"), head("数量", "count")], rows)
    if found.incidents:
        columns = [head("事项", "case"), head("异常", "incident"), head("自", "since")]
        rows = [[i.case, i.kind, local(i.since)] for i in found.incidents]
        print_table(say("异常", "Incidents"), columns, rows)
    if found.longest_waiting:
        columns = [head("事项", "case"), head("环节", "step"), head("岗位", "position"), head("自", "since")]
        rows = [[w.case, named(w.step), named(w.position), local(w.since)] for w in found.longest_waiting]
        print_table(say("等待最久", "Waiting longest"), columns, rows)
