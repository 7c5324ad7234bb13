"""``deadline explain``: what a period or a case's limits come to, day by day, by the law of the installation
if there is one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from deployments.commands.cases import As
from deployments.commands.exits import EPILOG
from deployments.commands.here import asked_here
from deployments.commands.limits import explain_case
from deployments.commands.terminal import print_json, print_line, prints, say, speech, tell

if TYPE_CHECKING:
    from engine.service import Service
    from rules.moments import Moment
    from rules.parameters import Parameters
    from rules.periods import Period
    from rules.terms import Term
    from rules.working_calendar import WorkingCalendar

deadline = typer.Typer(no_args_is_help=True, help="时限 / statutory periods")

TIMEZONE = "Asia/Shanghai"


@deadline.callback()
def _subjects() -> None:
    """时限 / statutory periods"""  # a group of one command is a group still


@deadline.command("explain", epilog=EPILOG)
@prints
def explain_deadline(
    start: Annotated[
        str,
        typer.Option(
            "--start",
            metavar="WHEN",
            help="起算日，或带时区的时刻 / day, or instant with its zone, 2026-04-22T09:00+08:00",
        ),
    ] = "",
    working_days: Annotated[
        int | None, typer.Option("--working-days", metavar="N", help="工作日 / working days")
    ] = None,
    calendar_days: Annotated[
        int | None, typer.Option("--calendar-days", metavar="N", help="日（自然日）/ calendar days")
    ] = None,
    hours: Annotated[int | None, typer.Option("--hours", metavar="N", help="小时 / running hours")] = None,
    rule: Annotated[
        str, typer.Option("--rule", metavar="KEY", help="现行时限，见 parameters show / a period in force")
    ] = "",
    before: Annotated[bool, typer.Option("--before", help="向前倒计 / count back from the event")] = False,
    case: Annotated[
        str, typer.Option("--case", metavar="NUMBER", help="一件事项的各时限 / the limits of a case")
    ] = "",
    clock: Annotated[
        str, typer.Option("--clock", metavar="KEY", help="只要其中一个，如 publication / one of them")
    ] = "",
    as_: As = None,
) -> None:
    """解释期限：逐日说明计入、不计及理由 / explain a due date day by day"""
    if case:
        if start or rule or before or any(n is not None for n in (working_days, calendar_days, hours)):
            raise typer.BadParameter(
                say("--case 只与 --clock、--as 同用", "--case goes with --clock and --as only")
            )
        explain_case(case.upper(), clock, as_)
        return
    if not start or clock:
        raise typer.BadParameter(
            say(
                "请用 --start 或 --case；--clock 只与 --case 同用",
                "give --start or --case; --clock needs --case",
            )
        )
    from rules.due import reckon
    from rules.due_data import as_data
    from rules.explaining import explanation
    from rules.moments import as_day, moment_from
    from rules.terms import Term

    law, moment = asked_here(_of_installation, _of_program), moment_from(start, field="--start")
    zone = law.calendar.timezone
    if rule:
        if before or any(given is not None for given in (working_days, calendar_days, hours)):
            raise typer.BadParameter(
                say(
                    "--rule 已含期限和计算方向，不与其他期限选项同用",
                    "--rule says period and direction; give no other period with it",
                )
            )
        term = law.parameters.on(rule, as_day(moment, zone)).term
    else:
        term = Term(_period(working_days, calendar_days, hours), before=before)
    due = reckon(term, _as_counted(moment, term, zone), calendar=law.calendar)
    if speech.as_json:
        print_json({**as_data(due), "law_revision": law.revision})
        return
    for line in explanation(due, speech.language).splitlines():
        print_line(line)


@dataclass(frozen=True)
class _Law:
    """What is counted by; without a revision, what comes with the program alone."""

    calendar: "WorkingCalendar"
    parameters: "Parameters"
    revision: int | None = None


def _of_installation(service: "Service") -> _Law:
    from engine.law import law_of

    with service.read() as connection:
        law = law_of(connection, service.settings.timezone)
    return _Law(law.calendar, law.parameters, law.revision)


def _of_program() -> _Law:
    from rules.parameters import statutory
    from rules.working_calendar import WorkingCalendar

    return _Law(WorkingCalendar(timezone=TIMEZONE), statutory())


def _period(working_days: int | None, calendar_days: int | None, hours: int | None) -> "Period":
    from rules.periods import Unit, period_of

    asked = {
        Unit.WORKING_DAYS: working_days,
        Unit.CALENDAR_DAYS: calendar_days,
        Unit.RUNNING_HOURS: hours,
    }
    given = [(unit, number) for unit, number in asked.items() if number is not None]
    if len(given) != 1:
        raise typer.BadParameter(
            say(
                "--working-days、--calendar-days、--hours 三者选一（三种单位不能换算），或用 --rule",
                "give one of --working-days, --calendar-days, --hours (they are never converted), or --rule",
            )
        )
    return period_of(*given[0])


def _as_counted(moment: "Moment", term: "Term", zone: str) -> "Moment":
    """For hours a date alone means its first moment, and that is said."""
    from rules.periods import RunningHours

    if isinstance(moment, datetime) or not isinstance(term.period, RunningHours):
        return moment
    tell(say("只给出了日期：自当日零时起算", "Only a date was given: counting from its first moment"))
    return datetime(moment.year, moment.month, moment.day, tzinfo=ZoneInfo(zone))
