"""``catalogue``: 标准目录 brought from a file, with what would change told before it is stored."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deployments.commands.exits import EPILOG
from deployments.commands.files import read_bytes
from deployments.commands.here import acting, opened
from deployments.commands.terminal import (
    head,
    print_json,
    print_line,
    print_table,
    prints,
    say,
    speech,
    tell,
    working,
)

if TYPE_CHECKING:
    from engine.acts.import_catalogue import CatalogueImported, Difference

app = typer.Typer(no_args_is_help=True, help="标准目录 / the standard catalogue")


@app.command("import", epilog=EPILOG)
@prints
def bring(
    file: Annotated[str, typer.Argument(help="CSV 文件 / a CSV file")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只说明会有什么变化 / say what would change")
    ] = False,
    take_file: Annotated[
        bool, typer.Option("--take-file", help="有冲突时采用文件内容 / where both changed, take the file's")
    ] = False,
    person: Annotated[str | None, typer.Option("--as", help="以何人身份 / as whom")] = None,
) -> None:
    """导入标准目录，不覆盖本单位的修改 / import the catalogue; what the site edited stays"""
    from engine.acts.import_catalogue import LARGEST_BYTES, import_catalogue
    from engine.plain_files import read_text

    name = Path(file).name
    said = read_text(read_bytes(file, largest=LARGEST_BYTES), name=name, largest=LARGEST_BYTES)
    with opened() as service, working("正在导入", "Importing"):
        done = import_catalogue(
            service, acting(service, person), said, where=name, take_file=take_file, dry_run=dry_run
        )
    if speech.as_json:
        print_json(done)
    else:
        _print(done, dry_run=dry_run)


def _print(done: "CatalogueImported", *, dry_run: bool) -> None:
    for row in done.bad:
        tell(
            say(
                f"第{row.line}行未导入：{row.named} {row.zh}",
                f"Line {row.line} left out: {row.named} {row.en}",
            )
        )
    columns = [head("行", "line"), head("事项", "row"), head("变化", "change")]
    lines = [[str(each.line), each.named, _said(each)] for each in (*done.added, *done.changed)]
    if lines:
        print_table(say(f"{len(lines)}项变化", f"{len(lines)} changes"), columns, lines)
    for each in done.conflicts:
        for conflict in each.conflicts:
            what = f"{each.named} {conflict.field}: {conflict.mine} ≠ {conflict.theirs}"
            tell(say(f"冲突，保留本单位内容：{what}", f"Conflict, the site's stays: {what}"))
    for named in done.absent:
        tell(say(f"文件中没有，保留：{named}", f"Not in the file, stays: {named}"))
    if done.same:
        print_line(say("没有变化", "Nothing changed"))
    elif dry_run:
        print_line(say("试运行：没有导入任何内容", "Dry run: nothing was imported"))


def _said(each: "Difference") -> str:
    if each.item is None:
        return say("新增", "new")
    return "\n".join(f"{name}: {before} → {after}" for name, before, after in each.fields)
