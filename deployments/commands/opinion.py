"""``opinion import``: public opinion from a table, each good row once."""

from typing import TYPE_CHECKING, Annotated

import typer

from deployments.commands.cases import As
from deployments.commands.exits import EPILOG, Code
from deployments.commands.files import read_bytes
from deployments.commands.here import acting, opened
from deployments.commands.terminal import (
    head,
    print_json,
    print_table,
    prints,
    say,
    speech,
    working,
)

if TYPE_CHECKING:
    from engine.acts.opinion_import import Row

app = typer.Typer(no_args_is_help=True, help="舆情 / public opinion")

_OUTCOMES = {
    "opened": ("已立项", "opened"),
    "joined": ("同一链接，记为再次监测", "same link: a further sighting"),
    "repeated": ("此前已登记", "entered before"),
    "refused": ("未登记", "refused"),
}


@app.command("import", epilog=EPILOG)
@prints
def import_file(
    file: Annotated[str, typer.Argument(help="CSV，首行为表头 / CSV with a header; “-”: stdin")],
    as_: As = None,
) -> None:
    """批量登记舆情；有误的行说明原因，其余照常登记 / every good row is entered, once; bad ones say why"""
    import flows  # noqa: F401  installs the procedures
    from engine.acts.opinion_import import LARGEST_BYTES, import_opinions

    content = read_bytes(file, largest=LARGEST_BYTES)
    with opened() as service, working("正在登记", "Entering"):
        rows = import_opinions(service, acting(service, as_), content, name=file)
    _print(rows)
    if any(row.error for row in rows):
        raise typer.Exit(Code.INVALID)


def _print(rows: "list[Row]") -> None:
    language = say("zh", "en")
    if speech.as_json:
        print_json(
            {
                "rows": [
                    {
                        "line": row.line,
                        "outcome": row.outcome,
                        "number": row.number,
                        "error": row.error and {"code": row.error.code, "zh": row.error.message("zh")},
                    }
                    for row in rows
                ]
            }
        )
        return
    print_table(
        say(f"共 {len(rows)} 行", f"{len(rows)} rows"),
        [head("行", "line"), head("结果", "outcome"), head("事项", "case"), head("原因", "why")],
        [
            [
                str(row.line),
                say(*_OUTCOMES[row.outcome]),
                row.number,
                row.error.message(language) if row.error else "",
            ]
            for row in rows
        ],
    )
