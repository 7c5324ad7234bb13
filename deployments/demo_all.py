"""Every sample case of the bureau walked to its expected result, in virtual time, on one installation.

All of them run beside each other, as at an office: whatever is to be done first, by the cases' own dates, is
done first, and time is moved there. Everything is real but the people; decisions are requests by those who
have the to-dos. What people do on a case's pages between decisions (comments registered, say) is done by the
samples' own hooks. At the end a table tells what every case came to.
"""

import re
import sys
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as daytime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

import flows  # noqa: F401  installs every procedure
from deployments.commands.exits import Code
from deployments.commands.here import service_of, settings_from
from deployments.commands.terminal import head, print_json, print_line, print_table, say, speech
from deployments.demo_pages import ANYWHERE, Pages, pages
from deployments.demo_temporary import Demonstration, demonstrate
from deployments.demo_walk import DemonstrationFailed, Walk
from deployments.samples import CHANGES, DAYS, RUNNABLE, Sample, Scripted, raw_case, read_change, read_sample
from engine.actor import about_holdings
from engine.awaiting import awaiting_cases
from engine.clocks.reckoning import reckoned, start_from
from engine.law import built_in
from engine.procedures import procedure
from engine.service import Service
from rules.errors import GongkaiError

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.05
BEFORE_THE_FIRST = timedelta(days=1)
OF_ANOTHER = {"年度自查到期", "年度报告公布"}
"""Dates that samples tell of another procedure's limit than their own."""

USUAL_DAY, MORNING, ZONE = date(2026, 4, 20), daytime(9), ZoneInfo("Asia/Shanghai")

_SERIAL = re.compile(r"\d+(?=号)")
_OPEN = text(
    """
    SELECT a.id, a.case_id, a.position, a.unit_id, a.person_id, c.number, c.procedure, s.key AS step, s.round
      FROM assignment a JOIN step s ON s.id = a.step_id JOIN cases c ON c.id = a.case_id
     WHERE a.closed_at IS NULL AND c.frozen IS NOT TRUE ORDER BY a.id
    """
)
_HOLDER = about_holdings(
    """
    SELECT p.username FROM person p LEFT JOIN holding h ON h.person_id = p.id AND {in_force}
     WHERE p.active AND (p.id = CAST(:person AS bigint) OR CAST(:person AS bigint) IS NULL
       AND h.position = :position AND h.unit_id IS NOT DISTINCT FROM CAST(:unit AS bigint))
       AND NOT (:signs AND EXISTS (SELECT 1 FROM decision d JOIN step s ON s.id = d.step_id
            WHERE d.case_id = :case AND d.person_id = p.id
              AND NOT (s.call->>'signs')::bool AND NOT (s.call->>'clerical')::bool))
     ORDER BY p.id LIMIT 1
    """
)
_WAITED_FOR = text(
    """
    SELECT min(k.late_from) FROM step s JOIN clock k ON k.case_id = s.case_id AND k.key = s.call->>'clock'
     WHERE s.kind = 'wait' AND s.settled_at IS NULL AND k.closed_at IS NULL
    """
)
_BUSY = text(
    """
    SELECT (SELECT count(*) FROM activity WHERE settled_at IS NULL)
         + (SELECT count(*) FROM clock k JOIN step s ON s.case_id = k.case_id AND k.key = s.call->>'clock'
             WHERE s.kind = 'wait' AND s.settled_at IS NULL AND k.late_from <= :now)
    """
)
_OF_CASE = text("SELECT id, outcome, closed_at FROM cases WHERE number = :number")
_OPENED_BY = text("SELECT other_id FROM case_link WHERE case_id = :case ORDER BY id")
_STEPS = text("SELECT call->'title' AS title, kind FROM step WHERE case_id = :case ORDER BY id DESC LIMIT 1")
_DUE = text("SELECT starts, due_on, late_from FROM clock WHERE case_id = ANY(:cases)")


@dataclass(frozen=True)
class Told:
    """What became of one sample; ``why`` it could not be walked, if it could not."""

    id: str
    procedure: str
    number: str
    title: str
    reached: str
    expected: str
    outcome: str
    deadlines: dict[str, bool]
    why: str = ""

    @property
    def well(self) -> bool:
        """Whether it ended as it must, with every deadline the sample tells where it tells it."""
        return self.outcome == self.expected != "" and all(self.deadlines.values()) and not self.why


@dataclass
class Town:
    """All samples on their way, and what is to be done next of them all."""

    here: Demonstration
    service: Service
    walk: Walk
    waiting: list[Sample]  # not launched yet
    numbers: dict[str, str] = field(default_factory=dict)  # by sample id
    samples: dict[int, Sample] = field(default_factory=dict)  # launched, by case id
    of_case: dict[int, int] = field(default_factory=dict)  # a case opened by others: whose it is
    failed: dict[str, str] = field(default_factory=dict)  # by sample id
    taken: set[str] = field(default_factory=set)  # document numbers

    def go(self) -> None:
        """Until nothing is to be done, or can be done, any more."""
        while self._one_thing():
            pass

    def _one_thing(self) -> bool:
        self._settle()
        now = self.service.now
        todos = self._todos()
        nearest = [(sample.begins or now, 0, sample) for sample in self.waiting]
        nearest += [(said.at or now, 1 + place, (todo, said)) for place, (todo, said) in enumerate(todos)]
        over = self._read(_WAITED_FOR).scalar()
        if over is not None:
            nearest.append((over, len(todos) + 1, None))
        if not nearest:
            return False
        at, _, what = min(nearest, key=lambda each: each[:2])
        if at > now:
            self.walk.advance_to(at.astimezone(UTC) + (timedelta(seconds=1) if what is None else timedelta()))
            return True
        if isinstance(what, Sample):
            self._launch(what)
        elif what is not None:
            self._decide(*what)
        return True

    def _launch(self, sample: Sample) -> None:
        self.waiting.remove(sample)
        try:
            number = self.walk.launch(sample)
        except (GongkaiError, AssertionError) as error:
            self.failed[sample.id] = str(error)
            return
        self.numbers[sample.id] = number
        self.samples[self._read(_OF_CASE, number=number).one().id] = sample
        self.here.progress(f"{number}  {sample.id}  {sample.title}")

    def _decide(self, todo: Any, said: Scripted) -> None:
        root = self._root(todo.case_id)
        sample = self.samples[root]
        try:
            if said.before is not None:
                said.before(self.service, todo.number)
            script = self._script(sample, todo.procedure)
            step = (todo.step, 0)
            if said.answers.get("doc_no") and step in script.script:
                script = replace(script, script={**script.script, step: self._own_number(said)})
            self.walk.decide(self._holder(todo), todo.id, script)
        except Exception as error:  # one sample that cannot be walked keeps no other from it
            self.failed[sample.id] = f"{todo.step}: {error}"

    def _own_number(self, said: Scripted) -> Scripted:
        """Two samples are about one document, each for itself: the second takes the next number."""
        number = said.answers["doc_no"]
        while number in self.taken:
            number = _SERIAL.sub(lambda found: f"{int(found[0]) + 1}", number)
        self.taken.add(number)
        return replace(said, answers={**said.answers, "doc_no": number})

    def _todos(self) -> list[tuple[Any, Scripted]]:
        """What is open in the cases of samples that are not given up, with what is done about each."""
        found = []
        for todo in self._read(_OPEN).all():
            sample = self.samples.get(self._root(todo.case_id))
            if sample is not None and sample.id not in self.failed:
                script = self._script(sample, todo.procedure)
                found.append((todo, script.decision(todo.step, todo.round)))
        return found

    def _script(self, sample: Sample, key: str) -> Sample:
        """What is decided in a case of this procedure: the sample's, or of one that it opens."""
        if procedure(sample.procedure).key == key:
            return sample
        found = next((each for each in sample.beside if procedure(each.procedure).key == key), None)
        return found or Sample(id=sample.id, title="", intake={}, draft={}, script={}, outcome="")

    def _root(self, case_id: int) -> int:
        """The sample's case that a case belongs to: its own, or the one that opened it."""
        if case_id in self.samples:
            return case_id
        if case_id not in self.of_case:
            near = self._read(_OPENED_BY, case=case_id).scalars().all()
            self.of_case[case_id] = next((other for other in near if other in self.samples), -1)
        return self.of_case[case_id]

    def _holder(self, todo: Any) -> str:
        post = {"person": todo.person_id, "position": todo.position, "unit": todo.unit_id}
        more = {"today": self.service.today, "case": todo.case_id, "signs": todo.step == "signature"}
        found = self._read(_HOLDER, **post, **more).scalar()
        if found is None:
            raise DemonstrationFailed(where=todo.number, why=f"nobody holds {todo.position}")
        return str(found)

    def _settle(self) -> None:
        """Wait until the worker has done what is due now."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self._read(_BUSY, now=self.service.now).scalar() or self._awaiting():
            if time.monotonic() > until:
                raise DemonstrationFailed(where="worker", why=f"still busy after {PATIENCE_SECONDS:.0f} s")
            time.sleep(POLL_SECONDS)

    def _awaiting(self) -> bool:
        return bool(awaiting_cases(self.service))

    def _read(self, query: Any, **asked: Any) -> Any:
        with self.service.read() as connection:
            return connection.execute(query, asked).freeze()()


def show() -> int:
    """Run the demonstration. Returns the exit code: 1 when one sample did not come to its result."""
    told: list[Told] = []
    begins = [each.begins for case_id in RUNNABLE if (each := _dated(case_id)).begins]
    start = min(begins) - BEFORE_THE_FIRST
    with pages() as served:
        settings = {**ANYWHERE, "GONGKAI_WEBSITE_PAGE_PORTS": str(served.server_port)}
        code = demonstrate(
            lambda here: told.extend(_walk_all(here, served)), virtual_time=True, begins=start, **settings
        )
    if code != Code.OK:
        return code
    _print(told)
    return Code.OK if told and all(each.well for each in told) else Code.UNEXPECTED


def _dated(case_id: str) -> Sample:
    """A sample on the days it tells of; where it tells of none, on the usual one."""
    day = DAYS.get(case_id, USUAL_DAY)
    sample = read_sample(case_id, today=day)
    return replace(sample, begins=sample.begins or datetime.combine(day, MORNING, ZONE))


def _walk_all(here: Demonstration, served: Pages) -> list[Told]:
    with here.walk() as walk, service_of(settings_from(here.instance.environment())) as service:
        samples = [_dated(case_id) for case_id in RUNNABLE]
        town = Town(here, service, walk, list(samples))
        town.go()
        document = town.numbers.get("ZD-01")
        if document is not None:
            served.title = next(each.title for each in samples if each.id == "ZD-01")
            for case_id in sorted(CHANGES, reverse=True):  # moved first; what is taken down cannot be moved
                change = read_change(case_id, document=document, new_url=served.url)
                samples.append(change)
                town.waiting.append(change)
                town.go()
        return [_told(town, sample) for sample in samples]


def _told(town: Town, sample: Sample) -> Told:
    chosen, number = procedure(sample.procedure), town.numbers.get(sample.id, "")
    common = {"id": sample.id, "procedure": chosen.chinese, "number": number, "title": sample.title}
    why = town.failed.get(sample.id, "")
    if not number:
        return Told(**common, reached="", expected=sample.outcome, outcome="", deadlines={}, why=why or "?")
    case = town._read(_OF_CASE, number=number).one()
    last = town._read(_STEPS, case=case.id).first()
    theirs = [case.id, *(each for each, root in town.of_case.items() if root == case.id)]
    return Told(
        **common,
        reached=last.title["zh"] if last else "",
        expected=sample.outcome,
        outcome=case.outcome,
        deadlines=_deadlines(town, sample, theirs),
        why=why,
    )


def _deadlines(town: Town, sample: Sample, cases: list[int]) -> dict[str, bool]:
    """The dates a sample tells that are days or hours; whether a clock of its cases ran to each."""
    zone = town.service.settings.timezone
    ends: set[str] = set()
    for row in town._read(_DUE, cases=cases).all():
        dues = reckoned([start_from(start) for start in row.starts], (), built_in()).dues
        ends.update(due.on.isoformat() for due in dues)
        if row.due_on is not None:
            ends.add(row.due_on.isoformat())
        if row.late_from is not None:
            ends.add(row.late_from.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M"))
    told = {
        name: end
        for name, end in raw_case(sample.id)["deadlines"].items()
        if _is_date(end) and name not in OF_ANOTHER
    }
    return {f"{name} {end}": end in ends for name, end in told.items()}


def _is_date(end: str) -> bool:
    try:
        datetime.fromisoformat(end)
    except ValueError:
        return False
    return True


def _print(told: list[Told]) -> None:
    if speech.as_json:
        print_json({"samples": [{**vars(each), "well": each.well} for each in told]})
        return
    columns = [
        head("样例", "sample"),
        head("流程", "procedure"),
        head("事项", "case"),
        head("标题", "title"),
        head("到达环节", "reached"),
        head("应为", "expected"),
        head("结果", "outcome"),
        head("时限", "deadlines"),
        "",
    ]
    rows = [
        [
            each.id,
            each.procedure,
            each.number,
            each.title,
            each.reached,
            each.expected,
            each.outcome,
            f"{sum(each.deadlines.values())}/{len(each.deadlines)}" if each.deadlines else "",
            "✓" if each.well else "✗",
        ]
        for each in told
    ]
    print_table(say("样例事项", "Sample cases"), columns, rows)
    for each in told:
        if each.why:
            print_line(f"✗ {each.id}: {each.why}")
        for name in (name for name, kept in each.deadlines.items() if not kept):
            print_line(f"✗ {each.id}: {name}")
    well = sum(each.well for each in told)
    print_line(say(f"{well}/{len(told)} 件如期到达", f"{well} of {len(told)} came to their result"))
    sys.stdout.flush()
