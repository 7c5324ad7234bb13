"""``people import`` and ``people password``."""

import getpass
import sys
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
    working,
)
from rules.errors import InvalidInput

if TYPE_CHECKING:
    from engine.acts.people import Imported

app = typer.Typer(no_args_is_help=True, help="机关、股室、人员与岗位 / organ, units, people, positions")

_CHANGES = {
    "organ-created": ("新建机关", "organ created"),
    "organ-changed": ("机关信息变更", "organ changed"),
    "unit-added": ("新增股室", "unit added"),
    "unit-renamed": ("股室更名", "unit renamed"),
    "person-added": ("新增人员", "person added"),
    "person-changed": ("人员信息变更", "person changed"),
    "person-activated": ("启用人员", "person activated"),
    "person-deactivated": ("停用人员", "person deactivated"),
    "holding-begun": ("任职", "position begins"),
    "holding-changed": ("任职期限变更", "term changed"),
    "holding-ended": ("终止任职", "position ends"),
}


@app.command("import", epilog=EPILOG)
@prints
def import_(
    file: Annotated[str, typer.Argument(help="YAML 或 CSV / YAML or CSV")],
) -> None:
    """导入人员与岗位；文件是任职情况的全部 / import people; the file is the whole truth about positions"""
    from engine.acts.people import import_people
    from engine.roster import LARGEST_BYTES, read_roster

    roster = read_roster(read_bytes(file, largest=LARGEST_BYTES), name=Path(file).name)
    with opened() as service, working("正在导入", "Importing"):
        done = import_people(service, acting(service, None), roster)
    if speech.as_json:
        print_json(done)
    else:
        _print_import(done)


def _print_import(done: "Imported") -> None:
    if not done.changes:
        print_line(say(f"{done.people}人，没有变化", f"{done.people} people, nothing changed"))
    else:
        columns = [head("变更", "change"), head("对象", "of"), head("内容", "to")]
        rows = [[say(*_CHANGES[c.what]), c.whom, c.detail] for c in done.changes]
        print_table(say(f"{len(rows)}项变更", f"{len(rows)} changes"), columns, rows)
    if done.unlisted:
        names = "、".join(done.unlisted)
        print_line(say(f"文件未列出（任职均已终止）：{names}", f"Not listed, so without positions: {names}"))
    if done.created:
        print_line(say("下一步：gongkai people password 用户名", "Next: gongkai people password USERNAME"))


@app.command("password", epilog=EPILOG)
@prints
def password(
    username: Annotated[str, typer.Argument(metavar="USER", help="用户名 / user name")],
    stdin: Annotated[
        bool, typer.Option("--stdin", help="从标准输入读取一行 / read one line from standard input")
    ] = False,
) -> None:
    """设置密码；原会话与令牌随即失效 / set a password; sessions and tokens of that person end"""
    secret = _read_line() if stdin else _prompt()
    from engine.acts.passwords import set_password

    with opened() as service, working("正在设置", "Setting it"):
        set_password(service, acting(service, None), username, secret)
    if speech.as_json:
        print_json({"username": username, "password_set": True})
    else:
        print_line(say(f"已设置{username}的密码", f"The password of {username} is set"))


def _read_line() -> str:
    try:
        return sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        raise _unusable("不是 UTF-8 编码", "it is not UTF-8") from None


def _prompt() -> str:
    if not sys.stdin.isatty():
        raise _unusable("没有终端可供输入，请用 --stdin", "there is no terminal to ask at; use --stdin")
    first = getpass.getpass(say("新密码：", "New password: "))
    if first != getpass.getpass(say("再输一次：", "Again: ")):
        raise _unusable("两次输入不一致", "the two entries differ")
    return first


def _unusable(zh: str, en: str) -> InvalidInput:
    return InvalidInput(where="password", field="password", why_zh=zh, why_en=en)
