"""Exit codes, and how an error is told: what happened, where, why, what to do now."""

import json
from dataclasses import dataclass
from enum import IntEnum

import typer

from deployments.commands.terminal import say, speech, tell
from deployments.errors import (
    ClusterUnusable,
    ComponentDidNotStart,
    HomeNotWritable,
    InstallationError,
    InstanceAlreadyRunning,
    ManagedDatabaseIncomplete,
    NotADemonstration,
    NoUnprivilegedAccount,
    PortInUse,
    PostgresBinariesMissing,
    SecretsUnreadable,
    SettingsUnusable,
    StartInterrupted,
    TimeIsReal,
)
from rules.errors import GongkaiError, Kind, Said


class Code(IntEnum):
    """The documented exit codes."""

    OK = 0
    UNEXPECTED = 1
    INVALID = 2
    NOT_ALLOWED = 3
    NOT_FOUND = 4
    CONFLICT = 5
    UNAVAILABLE = 6
    BROKEN = 7
    INTERRUPTED = 130


EPILOG = (
    "退出码 exit codes: 0 成功 ok · 2 用法或输入有误 usage or invalid input · 3 无权办理 not allowed · "
    "4 未找到 not found · 5 冲突，如已办理 conflict · 6 服务未运行或不可用 not running or unavailable · "
    "7 校验未通过 broken, doctor found problems · 1 意外错误 unexpected · 130 中断 interrupted"
)

_BY_KIND = {
    Kind.INVALID: Code.INVALID,
    Kind.TOO_LARGE: Code.INVALID,
    Kind.NOT_SIGNED_IN: Code.NOT_ALLOWED,
    Kind.NOT_ALLOWED: Code.NOT_ALLOWED,
    Kind.NOT_FOUND: Code.NOT_FOUND,
    Kind.GONE: Code.NOT_FOUND,
    Kind.CONFLICT: Code.CONFLICT,
    Kind.TOO_MANY: Code.UNAVAILABLE,
    Kind.UNAVAILABLE: Code.UNAVAILABLE,
    Kind.BROKEN: Code.BROKEN,
}
_INSTALLATION: dict[type[InstallationError], tuple[Code, str, str]] = {
    HomeNotWritable: (Code.INVALID, "实例目录无法写入", "请用 GONGKAI_HOME 另选目录，或授予写权限"),
    SecretsUnreadable: (Code.BROKEN, "实例的密钥文件损坏", "请从备份恢复该文件"),
    InstanceAlreadyRunning: (Code.CONFLICT, "该实例已在运行", "请先停止它，或用 GONGKAI_HOME 另选目录"),
    NotADemonstration: (Code.INVALID, "该目录不是演示实例", "目录未被改动；请用 --home 另选目录"),
    TimeIsReal: (
        Code.CONFLICT,
        "该实例按真实时间运行，不能改为虚拟时间",
        "数据未被改动；请去掉 --virtual-time，或另选目录新建演示",
    ),
    PortInUse: (Code.CONFLICT, "端口已被占用", "请停止占用端口的程序，或另选端口"),
    PostgresBinariesMissing: (Code.UNAVAILABLE, "没有可用的 PostgreSQL 程序", "请运行 make install"),
    NoUnprivilegedAccount: (Code.INVALID, "缺少运行数据库的普通账号", "请新建账号，或以普通用户启动"),
    ClusterUnusable: (Code.BROKEN, "现有数据库无法使用", "数据未被改动，请按下文处理"),
    ComponentDidNotStart: (Code.UNAVAILABLE, "部件未能启动", "已启动的部件均已停止；请排除原因后重新启动"),
    ManagedDatabaseIncomplete: (Code.INVALID, "外部数据库的地址不全", "请补全各角色的地址，或全部不设"),
    SettingsUnusable: (Code.INVALID, "设置有误，无法启动", "请按下文设置后重新启动"),
    StartInterrupted: (Code.INTERRUPTED, "启动被中断", "已启动的部件均已停止"),
}


class ServiceNotRunning(GongkaiError):
    """No database answers where this command looked."""

    kind = Kind.UNAVAILABLE
    zh = Said(
        "服务未运行或无法连接", "{why_zh}", "请先在同一目录运行 gongkai up，或用 GONGKAI_HOME 指明实例目录"
    )
    en = Said(
        "The service is not running or cannot be reached",
        "{why_en}",
        "Run gongkai up in the same folder first, or name the instance with GONGKAI_HOME",
    )


@dataclass(frozen=True)
class Told:
    """An error as this run tells it."""

    exit_code: Code
    error: str
    where: str
    what: str
    why: str
    todo: str


def explain(error: BaseException) -> Told:
    """An error in this run's language, with its exit code."""
    if isinstance(error, GongkaiError):
        said = error.said(speech.language)
        return Told(_BY_KIND[error.kind], error.code, error.where, said.what, said.why, said.todo)
    if isinstance(error, typer.TyperException):
        what = say("命令用法有误", "The command was not used as it should be")
        todo = say("请用 --help 查看用法", "See --help")
        return Told(Code.INVALID, "usage", "", what, error.format_message(), todo)
    if isinstance(error, InstallationError):
        return _installation(error)
    if is_database_trouble(error):
        first = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        return explain(ServiceNotRunning(where="database", why_zh=first, why_en=first))
    what = say("发生意外错误", "Something unexpected happened")
    todo = say(
        "没有把握时不要重复操作；请带 GONGKAI_DEBUG=1 重新运行并报告",
        "Do not repeat the command blindly; run it with GONGKAI_DEBUG=1 and report",
    )
    return Told(Code.UNEXPECTED, "unexpected", "", what, f"{type(error).__name__}: {error}"[:300], todo)


def _installation(error: InstallationError) -> Told:
    code, what, todo = _INSTALLATION.get(type(error), (Code.UNEXPECTED, "安装有误", ""))
    if speech.language == "en":
        return Told(code, _slug(error), "", type(error).__name__, str(error), "")
    return Told(code, _slug(error), "", what, str(error), todo)


def _slug(error: InstallationError) -> str:
    name = type(error).__name__
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")


def is_database_trouble(error: BaseException) -> bool:
    """Cannot be reached, was stopped under us, or has no tables yet; anything else is a fault of ours."""
    names = {cls.__name__ for cls in type(getattr(error, "orig", error)).__mro__}
    return bool(names & {"OperationalError", "UndefinedTable", "InterfaceError"})


def print_error(told: Told) -> None:
    """On stderr: four labelled lines, or one JSON object with ``--json``."""
    if speech.as_json:
        tell(json.dumps({**vars(told), "exit_code": int(told.exit_code)}, ensure_ascii=False))
        return
    labels = say("错误：,位置：,原因：,办法：", "Error: ,Where: ,Why: ,What to do: ").split(",")
    for label, text in zip(labels, (told.what, told.where, told.why, told.todo), strict=True):
        if text:
            tell(label + text)
