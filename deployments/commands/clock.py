"""``clock show`` and ``clock advance``: the time of a demonstration that was made for moving it."""

from typing import TYPE_CHECKING, Annotated

import typer

from deployments.commands.exits import EPILOG
from deployments.commands.here import acting, opened
from deployments.commands.terminal import local, print_json, print_line, prints, say, speech, working

if TYPE_CHECKING:
    from engine.acts.advance_clock import Clock

app = typer.Typer(no_args_is_help=True, help="时钟 / the clock; it moves in demonstrations only")


@app.command("show", epilog=EPILOG)
@prints
def show() -> None:
    """现在是什么时间 / what time it is here"""
    from engine.acts.advance_clock import read_clock

    with opened() as service, working("正在读取", "Reading"):
        _print(read_clock(service), service.settings.timezone)


@app.command("advance", epilog=EPILOG)
@prints
def advance(
    by: Annotated[
        str, typer.Argument(metavar="[BY]", help="时长：3d、12h、30m / a stretch: 3d, 12h, 30m")
    ] = "",
    to: Annotated[
        str,
        typer.Option(
            metavar="WHEN",
            help="2026-12-21T09:00，或 next-working-day（下一工作日9时）/ an instant, or that word",
        ),
    ] = "",
) -> None:
    """推进虚拟时间，只能向前 / advance virtual time; it only moves forward"""
    from engine.acts.advance_clock import advance_clock

    with opened() as service, working("正在推进", "Advancing"):
        _print(advance_clock(service, acting(service, None), by=by, to=to), service.settings.timezone)


def _print(clock: "Clock", timezone: str) -> None:
    if speech.as_json:
        print_json(clock)
        return
    now, machine_now = local(clock.now, timezone), local(clock.machine_now, timezone)
    if clock.virtual:
        print_line(
            say(
                f"虚拟时间：{now}（演示用；实际时间 {machine_now}）",
                f"Virtual time: {now} (a demonstration; really {machine_now})",
            )
        )
    else:
        print_line(say(f"时间：{now}（真实时间）", f"Time: {now} (real time)"))
