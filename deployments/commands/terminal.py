"""How a command speaks: its language, JSON or tables on stdout, everything else on stderr."""

import inspect
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

TELL_AFTER_SECONDS = 2.0


@dataclass
class Speech:
    """The language and form of this run."""

    language: str = "zh"
    as_json: bool = False


speech = Speech()
"""Set by ``begin``; one command runs per process."""


def begin(arguments: Sequence[str]) -> None:
    """Take language and form from the command line, so that even a usage error is told as asked.

    Without ``--lang``, English only where the environment asks for it.
    """
    wanted = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    speech.language = "en" if wanted.lower().startswith("en") else "zh"
    for place, argument in enumerate(arguments):
        if argument == "--lang" and arguments[place + 1 : place + 2] in (["zh"], ["en"]):
            speech.language = arguments[place + 1]
        elif argument in ("--lang=zh", "--lang=en"):
            speech.language = argument[-2:]
    speech.as_json = "--json" in arguments


class Tongue(StrEnum):
    """The languages there are."""

    ZH = "zh"
    EN = "en"


_OPTIONS = {
    "as_json": (bool, typer.Option("--json", help="输出 JSON / JSON and nothing else on stdout"), False),
    "lang": (Tongue | None, typer.Option("--lang", help="语言 / language"), None),
}


def speaking(*options: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command these of ``_OPTIONS``. ``begin`` has read them; the command itself need not."""

    def give(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def spoken(**values: Any) -> None:
            command(**{name: value for name, value in values.items() if name not in options})

        signature = inspect.signature(command, eval_str=True)
        added = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
            )
            for name, (kind, option, default) in _OPTIONS.items()
            if name in options
        ]
        whole = signature.replace(parameters=[*signature.parameters.values(), *added])
        spoken.__signature__ = whole  # type: ignore[attr-defined]
        spoken.__annotations__ = {name: p.annotation for name, p in whole.parameters.items()}
        return spoken

    return give


prints = speaking("as_json", "lang")
"""For commands that print a result."""

talks = speaking("lang")
"""For ``up``, which runs until it is stopped and has no result."""


def say(zh: str, en: str) -> str:
    """The wording for this run."""
    return en if speech.language == "en" else zh


def head(zh: str, en: str) -> str:
    """A column's head: Chinese first, English after; English alone where that was asked for."""
    return en if speech.language == "en" else f"{zh} {en}"


def named(value: Any) -> str:
    """A ``Named`` or ``Wording``."""
    return str(say(value.zh, value.en))


def print_json(value: Any) -> None:
    """One JSON document. Dataclasses become objects with the same keys."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def plain(value: Any) -> Any:
    """What JSON can hold; instants in ISO 8601 with their offset."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return value


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on stdout. Cells are text, never markup: a title may contain brackets."""
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, title=title, title_justify="left", header_style="bold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console().print(table)


def print_line(text: str) -> None:
    """One line on stdout."""
    console().print(text, markup=False, highlight=False, soft_wrap=True)


def console() -> Any:
    """Stdout, as wide as the terminal; wide where there is none, so that nothing is cut in a log."""
    from rich.console import Console

    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else 200, highlight=False)


def tell(text: str) -> None:
    """One line on stderr: progress, hints, warnings. What others wrote cannot steer the terminal."""
    sys.stderr.write("".join(letter for letter in text if letter.isprintable() or letter == "\n") + "\n")
    sys.stderr.flush()


def local(instant: datetime | None, timezone: str = "Asia/Shanghai") -> str:
    """An instant as people read it."""
    return "" if instant is None else instant.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M")


@contextmanager
def working(zh: str, en: str) -> Iterator[None]:
    """Says what is being waited for, once it takes longer than two seconds."""
    timer = threading.Timer(TELL_AFTER_SECONDS, tell, [say(f"{zh}……", f"{en}…")])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
