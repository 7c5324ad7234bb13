"""Whatever happened to a limit, its picture shows all of its time, each moment once."""

import random
from datetime import UTC, date, datetime, timedelta

from engine.clocks.asking import CheckedAct
from engine.clocks.explaining import data_of
from engine.clocks.reckoning import Reckoned, Start, reckoned
from engine.law import built_in
from engine.reading import ClockView
from engine.reading.values import Wording
from portal.web.limit_picture import Lane, picture_of

LAW = built_in("Asia/Shanghai")
CITED = ["政府信息公开条例", "第33条第3款"]
FIRST = datetime(2026, 3, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def view(made: Reckoned, now: datetime) -> ClockView:
    """A running limit, as far as it is drawn."""
    return ClockView(
        id=1,
        key="limit",
        round=1,
        title=Wording("时限", "limit"),
        step=None,
        state="running",
        basis="",
        due_on=made.due.on,
        late_from=made.due.late_from,
        provisional=False,
        armed_at=FIRST,
        closed_at=None,
        remaining=None,
        reckoned=data_of(made),
    )


def chosen(chance: random.Random, start: datetime) -> list[CheckedAct]:
    """Up to one act of each kind; what is not counted may last."""
    acts = []
    if chance.random() < 0.3:
        at = start + chance.randrange(200) * HOUR
        acts.append(CheckedAct("restarted", "", CITED, at, None, None))
    if chance.random() < 0.6:
        since = start + chance.randrange(300) * HOUR * chance.randrange(2)
        until = since + chance.randrange(200) * HOUR if chance.random() < 0.6 else None
        acts.append(CheckedAct("not-counted", "", CITED, since, until, None))
    return acts


def parts(lane: Lane) -> list[tuple[float, float]]:
    return [(float(each.x[:-1]), float(each.width[:-1])) for each in lane.stretches]


def test_a_picture_shares_out_all_of_the_time_and_each_moment_once() -> None:
    chance = random.Random(7)
    for _ in range(400):
        start = FIRST + chance.randrange(3_000) * HOUR
        rule = chance.choice(["request-answer", "opinion-response", "comment-window"])
        day: date | datetime = start if rule == "opinion-response" else start.date()
        made = reckoned([Start(rule, "起点", "start", day)], chosen(chance, start), LAW)
        now = start + chance.randrange(1_500) * HOUR
        picture = picture_of(view(made, now), now, "Asia/Shanghai")
        [lane] = picture.lanes
        assert lane.stretches, (rule, start, now)
        assert picture.today is not None
        today, at = float(picture.today.x[:-1]), parts(lane)[0][0]
        assert (at, 0 <= today <= 100) == (0, True)
        for x, width in parts(lane):
            assert abs(x - at) < 0.05, lane
            assert width > 0
            at = x + width
        assert today - 0.05 < at <= 100.05
        assert (lane.due is None) == (made.due.on is None)
