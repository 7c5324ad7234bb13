"""``up`` and ``demo``: starting everything here."""

from typing import Annotated

import typer

from deployments.commands.here import instance, settings_from
from deployments.commands.terminal import prints, say, talks, tell

Port = Annotated[int | None, typer.Option(min=1, max=65535)]


@talks
def up(prefect_port: Port = None, portal_port: Port = None) -> None:
    """启动全部部件，直到 Ctrl-C / start everything and keep it running until Ctrl-C"""
    from dataclasses import replace

    from deployments.mail_settings import require_usable
    from deployments.migrating import bring_up_to_date
    from deployments.ports import Ports
    from deployments.supervisor import Supervisor

    asked = {name: port for name, port in (("prefect", prefect_port), ("portal", portal_port)) if port}
    here = instance()
    here.prepare()
    for fault in require_usable(settings_from(here.environment())):
        tell(say(f"! {fault.setting}：{fault.zh}", f"! {fault.setting} {fault.en}"))
    supervisor = Supervisor(
        here, migrate=bring_up_to_date, ports=replace(Ports(), **asked), on_progress=_progress
    )
    supervisor.serve()
    tell(say("已全部停止", "Everything is stopped"))


def _progress(text: str) -> None:
    tell(f"· {text}")
    if text == "Everything is running":
        here = instance()
        tell(f"  {say('门户', 'portal')}: http://127.0.0.1:{here.ports.portal}")
        # The sign-in stays in its file: this output is often kept as a log.
        tell(f"  Prefect: http://127.0.0.1:{here.ports.prefect}（口令见 {here.home / 'secrets.json'}）")
        tell(say("  按 Ctrl-C 停止", "  Ctrl-C stops it"))


@prints
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="办完一件即停 / run one case whole, then stop everything")
    ] = False,
) -> None:
    """演示：青岭县应急管理局与事项 ZD-01 / the sample bureau and case ZD-01, in a temporary folder"""
    from deployments.demo import show

    raise typer.Exit(show(once=once))
