"""A due date explained in words: the same sentences for page, message, API and command line."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rules.citation import Citation, civil_code
from rules.due import Day, Due, Reason
from rules.periods import CalendarDays, RunningHours

DAY_ZERO = civil_code("第201条")
LAST_DAY = civil_code("第203条")

_WEEKDAYS = tuple(zip("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))


def explanation(due: Due, language: str = "zh") -> str:
    """All of it: the date, what it rests on, and every day."""
    return "\n".join([*summary(due, language), *day_lines(due, language)])


def summary(due: Due, language: str = "zh") -> list[str]:
    """The date, the rule, the start, the acts on the clock, and what is not certain yet."""
    telling = _Telling(due, language)
    return [telling.date_due(), telling.rule(), telling.start(), *telling.acts(), *telling.remarks()]


def until(due: Due, language: str = "zh") -> str:
    """Until when, in words: the end of a day, or a moment."""
    return _Telling(due, language).until()


def day_lines(due: Due, language: str = "zh") -> list[str]:
    """A line for each day: counted or skipped, and why."""
    telling = _Telling(due, language)
    return [f"{telling.place(day)} {telling.reason(day)}" for day in due.days]


class _Telling:
    """One due date in one language."""

    def __init__(self, due: Due, language: str) -> None:
        self.due, self.period, self.english = due, due.term.period, language == "en"
        self._zone = ZoneInfo(due.timezone)

    # --- what it comes to --------------------------------------------------------------------

    def date_due(self) -> str:
        return self.say("截止：", "Due: ") + self.until()

    def until(self) -> str:
        due = self.due
        if due.on is None or due.late_from is None:
            return self.say("尚不能确定，期限正在扣除时间", "not known yet, time is not being counted")
        if isinstance(self.period, RunningHours):
            return self.moment(due.late_from)
        return self.say(f"{self.moment(due.on)}24时", f"{self.moment(due.on)}, end of the day")

    def rule(self) -> str:
        term = self.due.term
        zh, en = self.period.zh, self.period.en
        if term.before:
            zh, en = f"事前{zh}", f"{en} before the event"
        by = "" if term.basis is None else self.say(f"（{term.basis}）", f" ({term.basis})")
        return self.say(f"期限：{zh}", f"Period: {en}") + by

    def start(self) -> str:
        at = self.moment(self.due.start)
        if isinstance(self.period, RunningHours):
            zh, en = f"{at}，自该时刻起连续计算", f"{at}, running on from that very moment"
        else:
            zh, en = f"{at}，当日不计入", f"{at}, a day that is not counted itself"
        return self.say(f"起算：{zh}（参照{DAY_ZERO}）", f"Start: {en} (as in {DAY_ZERO})")

    def acts(self) -> Iterator[str]:
        course = self.due.course
        if course.restart is not None:
            at, by = self.moment(course.zero), course.restart
            yield self.say(f"重新起算：{at}（{by}）", f"Restarted: {at} ({by})")
        for pause in course.pauses:
            since, by = self.moment(pause.since), pause.basis
            until = "…" if pause.until is None else self.moment(pause.until)
            yield self.say(
                f"不计入：{since}之后至{until}（{by}）", f"Not counted: after {since} to {until} ({by})"
            )
        if course.extension is not None:
            more, by = course.extension.by, course.extension.basis
            yield self.say(f"延长：{more.zh}（{by}）", f"Extended: by {more.en} ({by})")

    def remarks(self) -> Iterator[str]:
        due = self.due
        if any(day.reason is Reason.MOVED for day in due.days):
            yield self.say(
                f"顺延：最后一日逢休息日，以其后第一个工作日为最后一日（参照{LAST_DAY}）",
                f"Moved: the last day is a day off, so the next working day is the last (as in {LAST_DAY})",
            )
        if due.uncovered:
            years = self.say("、", ", ").join(map(str, due.uncovered))
            yield self.say(
                f"暂定：尚无{years}年的放假安排，该年按周一至周五计算；安排公布并导入后重新计算",
                f"Provisional: there is no arrangement of days off for {years} yet, so Monday to Friday "
                "count there; reckoned again once it is published and imported",
            )
        elif due.changeable:
            (year,) = due.changeable
            yield self.say(
                f"注意：{year}年12月末的安排可能随{year + 1}年元旦放假调整",
                f"Note: the arrangement for New Year {year + 1} may still change the last days of {year}",
            )

    # --- each day ----------------------------------------------------------------------------

    def place(self, day: Day) -> str:
        if day.since is None or day.until is None:
            return self.moment(day.on)
        until = day.until.astimezone(self._zone)
        end = f"{until:%H:%M}" if until.date() == day.on else "24:00"
        return f"{self.moment(day.on)} {day.since.astimezone(self._zone):%H:%M}–{end}"

    def reason(self, day: Day) -> str:
        off = ("不计", "not counted")
        if isinstance(self.period, CalendarDays):
            off = ("顺延", "moved on")  # on the way their days off count: only a last day can be skipped
        name = ("", "") if day.name is None else (day.name.zh, day.name.en)
        match day.reason:
            case Reason.COUNTED:
                return self.counted(day)
            case Reason.MAKE_UP:
                return self.counted(day) + self.say(
                    f"（{name[0]}调休上班）", f" (make-up workday, {name[1]})"
                )
            case Reason.WEEKEND:
                return self.say(f"周末，{off[0]}", f"weekend, {off[1]}")
            case Reason.HOLIDAY:
                return self.say(f"{name[0]}放假，{off[0]}", f"holiday ({name[1]}), {off[1]}")
            case Reason.NOT_COUNTED:
                return self.say("不计入", "not counted") + self.by(day.basis)
            case Reason.MOVED:
                return self.say("顺延后的最后一日", "the last day, moved to here")

    def counted(self, day: Day) -> str:
        if day.since is not None and day.until is not None:
            hours, minutes = divmod((day.until - day.since).total_seconds() / 60, 60)
            more = self.say(f"{minutes:g}分", f" {minutes:g} min") if minutes else ""
            return self.say(f"计{hours:g}小时", f"{hours:g} h") + more
        if isinstance(self.period, CalendarDays):
            return self.say(f"第{day.number}日", f"day {day.number}")
        return self.say(f"第{day.number}个工作日", f"working day {day.number}")

    # --- words -------------------------------------------------------------------------------

    def say(self, zh: str, en: str) -> str:
        return en if self.english else zh

    def by(self, basis: Citation | None) -> str:
        return "" if basis is None else self.say(f"（{basis}）", f" ({basis})")

    def moment(self, moment: date | datetime) -> str:
        """A date with its weekday; an instant on the organ's clock."""
        if isinstance(moment, datetime):
            local = moment.astimezone(self._zone)
            seconds = ":%S" if local.second else ""
            return local.strftime(f"%Y-%m-%d %H:%M{seconds}")
        zh, en = _WEEKDAYS[moment.weekday()]
        return self.say(f"{moment}（星期{zh}）", f"{moment} ({en})")
