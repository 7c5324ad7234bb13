"""``case bulk-launch``: many cases from one file, watched until every row is settled."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from deployments.commands.exits import Code
from deployments.commands.files import read_bytes
from deployments.commands.here import acting, opened
from deployments.commands.terminal import (
    head,
    print_json,
    print_line,
    print_table,
    say,
    speech,
    tell,
    working,
)

if TYPE_CHECKING:
    from engine.acts.bulk import Checked
    from engine.reading.bulk import BulkRowView, BulkView

LOOK_SECONDS = 1.0
SILENT_SECONDS = 30.0
"""So long without progress, the worker is taken to be down; the file is stored and goes on when it is up."""


def bulk_launch(procedure: str, file: str, username: str | None, *, dry_run: bool) -> None:
    """Look at every row; unless it is a dry run, launch the good ones and wait for the last."""
    import typer

    import flows  # noqa: F401  installs the procedures
    from engine.acts.bulk import check_bulk, upload_bulk
    from engine.bulk_file import LARGEST_BYTES
    from engine.reading.bulk import list_bulk_rows, read_bulk_launch

    name, raw = Path(file).name, read_bytes(file, largest=LARGEST_BYTES)
    with opened() as service:
        actor = acting(service, username)
        if dry_run:
            with working("正在检查", "Looking at every row"):
                checked = check_bulk(service, actor, name, raw, procedure_=procedure)
            _print_checked(checked)
            raise typer.Exit(Code.INVALID if any(row.refused for row in checked.rows) else Code.OK)
        with working("正在检查", "Looking at every row"):
            made = upload_bulk(service, actor, name, raw, procedure_=procedure, start=True)
        moved, left = time.monotonic(), -1
        while (view := read_bulk_launch(service, actor, made)).state != "done":
            if view.waiting != left:
                moved, left = time.monotonic(), view.waiting
                tell(f"{view.rows - view.waiting}/{view.rows}")
            elif time.monotonic() - moved > SILENT_SECONDS:
                break
            time.sleep(LOOK_SECONDS)
        bad = list_bulk_rows(service, actor, made, state="bad", most=view.rows)
    _print_done(view, bad)
    raise typer.Exit(Code.OK if view.state == "done" and not bad else Code.INVALID)


def _print_checked(checked: "Checked") -> None:
    if speech.as_json:
        rows = [
            {
                "line": looked.row.line,
                "key": looked.key,
                "case": looked.number or None,
                "reason": looked.refused and {lang: looked.refused.message(lang) for lang in ("zh", "en")},
            }
            for looked in checked.rows
        ]
        print_json({"rows": rows})
        return
    bad = [looked for looked in checked.rows if looked.refused is not None]
    zh = f"{len(checked.rows)} 行，其中 {len(bad)} 行有误；没有发起"
    print_line(say(zh, f"{len(checked.rows)} rows, {len(bad)} of them bad; nothing was launched"))
    lines = [[str(each.row.line), each.key, _said(each.refused)] for each in bad]
    _print_bad(lines)


def _said(refused: object) -> str:
    from rules.errors import GongkaiError

    assert isinstance(refused, GongkaiError)
    return say(refused.message("zh"), refused.message("en"))


def _print_done(view: "BulkView", bad: "list[BulkRowView]") -> None:
    if speech.as_json:
        print_json({"bulk": view, "bad": bad})
        return
    print_line(
        say(
            f"批次 {view.id}：共 {view.rows} 行，发起 {view.launched}，此前已发起 {view.repeated}，"
            f"有误 {view.bad}",
            f"Batch {view.id}: {view.rows} rows, {view.launched} launched, {view.repeated} launched before, "
            f"{view.bad} bad",
        )
    )
    if view.waiting:
        zh = f"还有 {view.waiting} 行等待：worker 未运行时，启动后继续发起"
        print_line(say(zh, f"{view.waiting} rows wait still: they are launched once the worker runs"))
    _print_bad([[str(row.line), row.key, say(row.reason.zh, row.reason.en)] for row in bad if row.reason])


def _print_bad(lines: list[list[str]]) -> None:
    if lines:
        print_table("", [head("行", "line"), head("键", "key"), head("原因", "reason")], lines)
