"""``calendar`` and ``parameters``: what the site imports over the law that comes with the program."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.commands.exits import EPILOG
from deployments.commands.files import read_bytes
from deployments.commands.here import acting, asked_here, opened
from deployments.commands.moved import moved_limits, print_moved
from deployments.commands.terminal import (
    head,
    local,
    plain,
    print_json,
    print_line,
    print_table,
    prints,
    say,
    speech,
    working,
)

if TYPE_CHECKING:
    from engine.acts.law import CalendarImported, ChangedNumber, ParametersImported
    from engine.law import Number
    from engine.reading import CalendarYear, ParameterView
    from engine.reading.law import ImportedBy
    from engine.reading.moved import MovedLimit
    from rules.calendar_year import ChangedDay, Holiday

calendar = typer.Typer(no_args_is_help=True, help="工作日历 / which days organs work")
parameters = typer.Typer(no_args_is_help=True, help="时限参数 / the periods in force")

DryRun = Annotated[bool, typer.Option("--dry-run", help="只说明会有什么变化 / say what would change")]

TIMEZONE = "Asia/Shanghai"
"""Of whoever asks without an installation."""

_WEEKDAYS = tuple(zip("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))


@calendar.command("import", epilog=EPILOG)
@prints
def import_calendar(
    file: Annotated[str, typer.Argument(help="JSON 或 YAML：year, papers, days / JSON or YAML")],
    dry_run: DryRun = False,
) -> None:
    """导入一年的放假与调休安排 / import a year's days off and make-up workdays"""
    from engine.acts import law
    from engine.reading.what_if import Assumed

    content, name = read_content(file)
    with opened() as service:
        actor = acting(service, None)
        with working("正在导入", "Importing"):
            done = law.import_calendar(service, actor, content, where=name, dry_run=dry_run)
        limits = moved_limits(service, actor, done, Assumed(table=content))
    if speech.as_json:
        print_json({**plain(done), "limits": limits})
    else:
        _print_calendar_import(done, limits)


@parameters.command("import", epilog=EPILOG)
@prints
def import_parameters(
    file: Annotated[str, typer.Argument(help="YAML 或 JSON / YAML or JSON")],
    dry_run: DryRun = False,
) -> None:
    """导入本单位时限；法定时限不能更改 / import the site's own periods; statutory ones stay"""
    from engine.acts import law
    from engine.reading.what_if import Assumed

    content, name = read_content(file)
    with opened() as service:
        actor = acting(service, None)
        with working("正在导入", "Importing"):
            done = law.import_parameters(service, actor, content, where=name, dry_run=dry_run)
        limits = moved_limits(service, actor, done, Assumed(rows=content))
    if speech.as_json:
        print_json({**plain(done), "limits": limits})
    else:
        _print_parameters_import(done, limits)


@calendar.command("show", epilog=EPILOG)
@prints
def show_calendar(
    year: Annotated[int | None, typer.Argument(min=2000, max=2100, help="年份，默认今年 / the year")] = None,
) -> None:
    """查看一年的放假与调休 / show a year's holidays and make-up workdays"""
    from engine.law import built_in
    from engine.reading.law import calendar_year, read_calendar_year

    shown = asked_here(
        lambda service: read_calendar_year(service, year or service.today.year),
        lambda: calendar_year(built_in(), year or _today().year),
    )
    if speech.as_json:
        print_json(shown)
    else:
        _print_year(shown)


@parameters.command("show", epilog=EPILOG)
@prints
def show_parameters() -> None:
    """查看现行时限及其依据 / show the periods in force and what they rest on"""
    from engine.law import built_in
    from engine.reading.law import parameter_views, read_parameters

    shown = asked_here(read_parameters, lambda: parameter_views(built_in(), _today()))
    if speech.as_json:
        print_json({"parameters": shown})
    else:
        _print_parameters(shown)


def _today() -> date:
    from rules.time import local_date, system_time

    return local_date(system_time(), TIMEZONE)


def read_content(file: str) -> tuple[Any, str]:
    """The plain value of the file, and its name for messages."""
    from engine.acts.law import LARGEST_BYTES
    from engine.plain_files import read_plain

    name = Path(file).name
    return read_plain(read_bytes(file, largest=LARGEST_BYTES), name=name, largest=LARGEST_BYTES), name


# --- what an import did ----------------------------------------------------------------------


def _print_calendar_import(done: "CalendarImported", limits: "list[MovedLimit]") -> None:
    if done.same:
        zh, en = (
            f"{done.year}年的安排与现行的相同，没有变化",
            f"{done.year}: the same governs already, nothing changed",
        )
        print_line(say(zh, en))
        return
    if done.days:
        columns = [head("日期", "date"), head("原", "before"), head("现", "after"), head("节日", "holiday")]
        print_table(_title(done.stored, len(done.days)), columns, [_changed(day) for day in done.days])
    else:
        print_line(say("没有任何一天改变", "No day changes"))
    if done.covered and not done.covered_before:
        zh, en = f"{done.year}年的安排由此确定", f"{done.year} is covered by this arrangement"
        print_line(say(zh, en))
    elif not done.covered:
        print_line(
            say(
                "只有放假日或只有调休上班日：该年仍按暂定计算",
                "Days off and make-up workdays are not both listed: dates in the year stay provisional",
            )
        )
    print_moved(limits, stored=done.stored)
    _print_whether_stored(done.stored)


def _changed(day: "ChangedDay") -> list[str]:
    name = day.after.name or day.before.name
    return [
        _dated(day.on),
        _works(day.before.works),
        _works(day.after.works),
        "" if name is None else say(name.zh, name.en),
    ]


def _print_parameters_import(done: "ParametersImported", limits: "list[MovedLimit]") -> None:
    if done.same:
        print_line(say("与现行的相同，没有变化", "The same governs already, nothing changed"))
        return
    columns = [head("时限", "period"), head("原", "before"), head("现", "after")]
    rows = [[_period(each), _numbers(each.before), _numbers(each.after)] for each in done.numbers]
    print_table(_title(done.stored, len(rows)), columns, rows)
    print_moved(limits, stored=done.stored)
    _print_whether_stored(done.stored)


def _title(stored: bool, count: int) -> str:
    if stored:
        return say(f"{count}项变化", f"{count} changes")
    return say(f"将有{count}项变化", f"{count} changes would come")


def _print_whether_stored(stored: bool) -> None:
    if not stored:
        print_line(say("试运行：没有导入任何内容", "Dry run: nothing was imported"))


def _period(each: "ChangedNumber") -> str:
    return f"{each.key} {say(each.zh, each.en)}"


def _numbers(numbers: "tuple[Number, ...]") -> str:
    return "\n".join(f"{number.since} {say(number.zh, number.en)}（{number.source}）" for number in numbers)


# --- what is in force ------------------------------------------------------------------------


def _print_year(shown: "CalendarYear") -> None:
    print_line(f"{say(f'{shown.year}年', str(shown.year))}  {_source(shown)}")
    if not shown.covered:
        print_line(
            say(
                "尚无该年的放假安排：暂按周一至周五为工作日",
                "The arrangement of that year is not known: Monday to Friday are taken as working days",
            )
        )
    if shown.holidays:
        columns = [head("节日", "holiday"), head("放假", "days off"), head("天数", "days")]
        columns += [head("调休上班", "make-up workdays")]
        print_table(say("放假与调休", "Holidays"), columns, [_holiday(each) for each in shown.holidays])
    works = sum(day.works for day in shown.days)
    print_line(say(f"全年工作日{works}天", f"{works} working days in the year"))
    for paper in shown.papers:
        print_line(say(f"依据：{paper}", f"From: {paper}"))


def _source(shown: "CalendarYear") -> str:
    program = say("程序自带", "comes with the program") if shown.program else ""
    return say("，", ", ").join(filter(None, [program, _by(shown.imported)]))


def _by(imported: "ImportedBy | None") -> str:
    if imported is None:
        return ""
    at = local(imported.at)
    return say(f"{imported.name}于{at}导入", f"imported by {imported.name} at {at}")


def _holiday(each: "Holiday") -> list[str]:
    stretch = _dated(each.first) + ("" if each.first == each.last else f" – {_dated(each.last)}")
    names = [say(name.zh, name.en) for name in each.names]
    return [say("、", ", ").join(names), stretch, str(each.days), "  ".join(map(_dated, each.make_up))]


def _print_parameters(shown: "list[ParameterView]") -> None:
    columns = [head("代号", "key"), head("时限", "period"), head("现行", "in force"), head("依据", "by")]
    columns += [head("由何人确定", "set by")]
    print_table(say("时限", "Periods"), columns, [_parameter(each) for each in shown])


def _parameter(each: "ParameterView") -> list[str]:
    number = each.today
    if number is None:
        return [each.key, say(each.zh, each.en), "", "", _set_by(each)]
    doubt = say("（待核对原文）", " (to be checked against its text)") if number.unverified else ""
    said = say(number.zh, number.en)
    return [each.key, say(each.zh, each.en), said, number.source + doubt, _set_by(each)]


def _set_by(each: "ParameterView") -> str:
    if each.imported is not None:
        return _by(each.imported)
    if all(number.site for number in each.numbers):
        return say("本单位可定，现为默认值", "the site may set it; the default")
    return say("法定", "the law")


def _dated(on: date) -> str:
    zh, en = _WEEKDAYS[on.weekday()]
    return f"{on}（{zh}）" if speech.language == "zh" else f"{on} ({en})"


def _works(works: bool) -> str:
    return say("上班", "works") if works else say("休息", "off")
