"""``register``: a register as a file, of what its reader may know."""

from pathlib import Path
from typing import Annotated

import typer

from deployments.commands.exits import EPILOG
from deployments.commands.here import acting, opened
from deployments.commands.terminal import print_json, print_line, prints, say, speech, working
from rules.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="台账 / registers")


@app.command("export", epilog=EPILOG)
@prints
def export(
    key: Annotated[str, typer.Argument(help="documents, publications, changes")],
    file: Annotated[Path, typer.Argument(help="写入的文件：.csv 或 .xlsx / the file to write")],
    since: Annotated[str, typer.Option("--from", metavar="D", help="日期起 / from this day on")] = "",
    until: Annotated[str, typer.Option("--to", metavar="D", help="日期止 / until this day")] = "",
    words: Annotated[str, typer.Option("-q", "--words", help="查找 / words to look for")] = "",
    person: Annotated[str | None, typer.Option("--as", metavar="P", help="用户名 / user name")] = None,
) -> None:
    """导出台账；每次导出都有留痕 / export a register; the ledger notes every export"""
    from engine.acts.export import Form, export_register
    from engine.reading.registers import read_wanted, register_of

    register, form = register_of(key), Form.of(file.suffix.lower().removeprefix("."))
    wanted = read_wanted(register, {"from": since, "to": until, "q": words})
    with opened() as service, working("正在导出", "Exporting"):
        taken = export_register(service, acting(service, person), register, wanted, form=form)
    try:
        file.write_bytes(taken.content)
    except OSError as error:
        why = error.strerror or str(error)
        raise InvalidInput(where=str(file), field="FILE", why_zh=f"不能写入：{why}", why_en=why) from None
    if speech.as_json:
        print_json({"file": file, "bytes": len(taken.content)})
    else:
        print_line(say(f"已导出到 {file}", f"Exported to {file}"))
