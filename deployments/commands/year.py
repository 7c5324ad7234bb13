"""``year list`` and ``year open``: what is done once a year, and opening it where the schedule did not."""

from typing import TYPE_CHECKING, Annotated

import typer

from deployments.commands.cases import As
from deployments.commands.exits import EPILOG
from deployments.commands.here import acting, opened
from deployments.commands.terminal import print_json, print_line, prints, say, speech, working

if TYPE_CHECKING:
    pass

app = typer.Typer(no_args_is_help=True, help="年度事项 / what is done once a year")


@app.command("list", epilog=EPILOG)
@prints
def list_yearly() -> None:
    """本年度的年度事项，是否已开展 / this year's, and whether they were opened"""
    import flows  # noqa: F401  installs the procedures
    from engine.yearly import yearly_openings

    with opened() as service, working("正在读取", "Reading"), service.read() as connection:
        found, today = yearly_openings(service, connection), service.today
    if speech.as_json:
        print_json(found)
        return
    for each in found:
        state = each.number or (
            say("应开展而未开展", "missed") if each.missed(today) else say("未到", "not yet")
        )
        print_line(f"{each.procedure}  {say(each.chinese, each.english)}  {each.opens}  {state}")


@app.command("open", epilog=EPILOG)
@prints
def open_one(
    procedure: Annotated[str, typer.Argument(help="如 attribute-review / see: gongkai year list")],
    year: Annotated[int | None, typer.Option("--year", help="年度，默认今年 / this year by default")] = None,
    as_: As = None,
) -> None:
    """开展年度事项，默认由首位承办人 / open one, as its first holder by default"""
    import flows  # noqa: F401  installs the procedures
    from engine.acts.open_year import open_year
    from engine.procedures import procedure as known
    from engine.yearly import yearly_intake

    with opened() as service, working("正在开展", "Opening"):
        holder = as_ or str(yearly_intake(service, known(procedure), {})["drafter"])
        done = open_year(service, acting(service, holder), procedure, year=year)
    if speech.as_json:
        print_json(done)
        return
    print_line(say(f"已开展 {done.number}", f"Opened {done.number}"))
