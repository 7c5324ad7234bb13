"""``deadline explain``: what a period comes to, day by day. Needs no running service."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from deployments.commands.exits import EPILOG
from deployments.commands.terminal import print_json, print_line, prints, say, speech, tell

if TYPE_CHECKING:
    from rules.moments import Moment
    from rules.periods import Period
    from rules.terms import Term

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
    ],
    working_days: Annotated[
        int | None, typer.Option("--working-days", metavar="N", help="工作日 / working days")
    ] = None,
    calendar_days: Annotated[
        int | None, typer.Option("--calendar-days", metavar="N", help="日（自然日）/ calendar days")
    ] = None,
    hours: Annotated[int | None, typer.Option("--hours", metavar="N", help="小时 / running hours")] = None,
    before: Annotated[bool, typer.Option("--before", help="向前倒计 / count back from the event")] = False,
) -> None:
    """解释期限：逐日说明计入、不计及理由 / explain a due date day by day"""
    from rules.due import reckon
    from rules.due_data import as_data
    from rules.explaining import explanation
    from rules.terms import Term
    from rules.working_calendar import WorkingCalendar

    term = Term(_period(working_days, calendar_days, hours), before=before)
    due = reckon(term, _moment(start, term), calendar=WorkingCalendar(timezone=TIMEZONE))
    if speech.as_json:
        print_json(as_data(due))
        return
    for line in explanation(due, speech.language).splitlines():
        print_line(line)


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
                "--working-days、--calendar-days、--hours 三者选一：三种单位不能换算",
                "give one of --working-days, --calendar-days, --hours: the units are never converted",
            )
        )
    return period_of(*given[0])


def _moment(text: str, term: "Term") -> "Moment":
    """A date or an instant. For hours a date alone means its first moment, and that is said."""
    from rules.errors import InvalidInput
    from rules.periods import RunningHours

    try:
        on = date.fromisoformat(text) if len(text) == len("2026-04-22") else None
        at = None if on else datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            field="--start",
            why_zh="须写作 2026-04-22 或 2026-04-22T09:00+08:00",
            why_en="write 2026-04-22 or 2026-04-22T09:00+08:00",
        ) from None
    if at is not None:
        return at
    assert on is not None
    if not isinstance(term.period, RunningHours):
        return on
    tell(say("只给出了日期：自当日零时起算", "Only a date was given: counting from its first moment"))
    return datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(TIMEZONE))
