"""``up`` and ``demo``: starting everything here."""

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deployments.commands.here import instance, service_of, settings_from
from deployments.commands.terminal import local, prints, say, talks, tell

if TYPE_CHECKING:
    from deployments.ports import Ports
    from engine.settings import Settings

Port = Annotated[int | None, typer.Option(min=1, max=65535)]
Virtual = Annotated[
    bool,
    typer.Option(
        "--virtual-time",
        help="演示用：时间可推进（gongkai clock advance）；仅限新建的库，设定后不变 / a demonstration: its "
        "time can be moved (gongkai clock advance); of a new database only, and for good",
    ),
]


@talks
def up(prefect_port: Port = None, portal_port: Port = None, virtual_time: Virtual = False) -> None:
    """启动全部部件，直到 Ctrl-C / start everything and keep it running until Ctrl-C"""
    from deployments.mail_settings import require_usable
    from deployments.migrating import bring_up_to_date
    from deployments.supervisor import Supervisor

    here = instance()
    here.prepare()
    for fault in require_usable(settings_from(here.environment())):
        tell(say(f"! {fault.setting}：{fault.zh}", f"! {fault.setting} {fault.en}"))
    supervisor = Supervisor(
        here,
        migrate=partial(bring_up_to_date, virtual_time=virtual_time),
        ports=_ports(prefect_port, portal_port),
        on_progress=_progress,
    )
    supervisor.serve()
    tell(say("已全部停止", "Everything is stopped"))


def _progress(text: str) -> None:
    tell(f"· {text}")
    if text == "Everything is running":
        here = instance()
        tell_virtual(settings_from(here.environment()))
        tell(f"  {say('门户', 'portal')}: http://127.0.0.1:{here.ports.portal}")
        # The sign-in stays in its file: this output is often kept as a log.
        tell(
            f"  Prefect: http://127.0.0.1:{here.ports.prefect}/prefect/"
            f"（口令见 {here.home / 'secrets.json'}）"
        )
        tell(say("  按 Ctrl-C 停止", "  Ctrl-C stops it"))


def tell_virtual(settings: "Settings") -> None:
    """Nobody starts a demonstration whose time moves without being told; with or without asking for it."""
    with service_of(settings) as service:
        if service.is_virtual:
            now = local(service.now, settings.timezone)
            tell(
                say(
                    f"! 虚拟时间 {now}（演示用，不是真实时间）；推进：gongkai clock advance 3d",
                    f"! Virtual time {now}, not real: a demonstration; gongkai clock advance 3d moves it",
                )
            )


@prints
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="办完一件即停并清除 / run one case whole, then stop and remove all")
    ] = False,
    deadlines: Annotated[
        bool,
        typer.Option(
            "--deadlines",
            help="虚拟时间：时限从临近到期到升级督办 / a limit from due soon to escalated, in virtual time",
        ),
    ] = False,
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help="虚拟时间：全部样例事项各走到预期结果 / every sample case to its expected result"
            ", in virtual time",
        ),
    ] = False,
    home: Annotated[Path, typer.Option(help="数据目录 / folder of the demonstration's data")] = Path(
        ".gongkai-demo"
    ),
    fresh: Annotated[bool, typer.Option("--fresh", help="清除后重新开始 / start over")] = False,
    password: Annotated[
        str,
        typer.Option(help="各人共用的密码；不填则沿用或生成 / everybody's password; else kept or generated"),
    ] = "",
    prefect_port: Port = None,
    portal_port: Port = None,
    virtual_time: Virtual = False,
) -> None:
    """演示：青岭县应急管理局，十余件事项处于不同环节，Ctrl-C 停止，数据保留 / the sample bureau, with more
    than a dozen cases on their way; Ctrl-C stops it, its data stay"""
    if any(name.startswith("GONGKAI_") for name in os.environ):
        tell(
            say(
                "· 演示不使用 GONGKAI_* 设置；数据目录用 --home，按设置运行用 gongkai up",
                "· A demonstration takes no GONGKAI_* setting: --home is its folder; gongkai up heeds them",
            )
        )
    if once:
        from deployments.demo import show

        raise typer.Exit(show(virtual_time=virtual_time))
    if deadlines:
        from deployments import demo_deadlines

        raise typer.Exit(demo_deadlines.show())
    if every:
        from deployments import demo_all

        raise typer.Exit(demo_all.show())
    from deployments.demo_living import stay

    ports = _ports(prefect_port, portal_port)
    raise typer.Exit(stay(home, ports=ports, password=password, fresh=fresh, virtual_time=virtual_time))


def _ports(prefect: int | None, portal: int | None) -> "Ports":
    from deployments.ports import Ports

    asked = {name: port for name, port in (("prefect", prefect), ("portal", portal)) if port}
    return replace(Ports(), **asked)
