"""``gongkai``: the command line. Acts go through the same door as the portal's, as ``cli:account``."""

import os
import sys
from collections.abc import Sequence

import typer

from deployments.commands import (
    cases,
    catalogue,
    checks,
    clock,
    deadline,
    law,
    limits,
    opinion,
    people,
    registers,
    running,
    todos,
    what_if,
)
from deployments.commands.exits import EPILOG, Code, explain, print_error
from deployments.commands.terminal import begin, talks

app = typer.Typer(
    name="gongkai",
    help="公开：政务公开审批流程 / durable approval pipelines for Chinese open government",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in (
    running.up,
    running.demo,
    cases.launch,
    todos.inbox,
    todos.decide,
    cases.case,
    cases.schema,
    checks.doctor,
    checks.status,
):
    app.command(epilog=EPILOG)(_command)
for _name, _command in (
    ("list", limits.list_limits),
    ("ask", limits.ask),
    ("answer", limits.answer),
    ("resume", limits.resume),
    ("attend", limits.attend),
    ("what-if", what_if.what_if),
):
    deadline.deadline.command(_name, epilog=EPILOG)(_command)
app.add_typer(people.app, name="people", epilog=EPILOG)
app.add_typer(checks.ledger, name="ledger", epilog=EPILOG)
app.add_typer(deadline.deadline, name="deadline", epilog=EPILOG)
app.add_typer(law.calendar, name="calendar", epilog=EPILOG)
app.add_typer(law.parameters, name="parameters", epilog=EPILOG)
app.add_typer(opinion.app, name="opinion", epilog=EPILOG)
app.add_typer(clock.app, name="clock", epilog=EPILOG)
app.add_typer(catalogue.app, name="catalogue", epilog=EPILOG)
app.add_typer(registers.app, name="register", epilog=EPILOG)


@app.callback()
@talks
def _every_command() -> None:
    """公开：政务公开审批流程 / durable approval pipelines for Chinese open government"""


def main() -> None:
    """The installed program."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # also under LANG=C
    raise SystemExit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """One command line. Returns the exit code; whatever went wrong is on stderr."""
    begin(arguments)
    try:
        ended = app(list(arguments), prog_name="gongkai", standalone_mode=False)
        sys.stdout.flush()
        return int(ended or 0)
    except (KeyboardInterrupt, typer.Abort):
        return Code.INTERRUPTED
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Code.OK
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else Code.UNEXPECTED
    except Exception as error:
        if os.environ.get("GONGKAI_DEBUG"):
            raise
        told = explain(error)
        print_error(told)
        return told.exit_code
