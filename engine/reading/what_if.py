"""What if 假设: the dates under another start, calendar or number. Nothing is changed by asking."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from engine.actor import Actor
from engine.clocks.explaining import explanation
from engine.clocks.reckoning import Start, reckoned, start_from
from engine.law import Imported, Law, compose, entries_of, entry_of, imported, law_of
from engine.policy import Act, permit
from engine.reading.values import Named, Wording, snapshot
from engine.reading.visible import load_visible
from engine.service import Service
from rules import site_parameters, site_table
from rules.errors import InvalidInput
from rules.moments import Moment
from rules.parameters import statutory
from rules.periods import RunningHours

_CLOCKS = text(
    """
    SELECT k.*, c.number FROM clock k JOIN cases c ON c.id = k.case_id
     WHERE k.closed_at IS NULL AND (CAST(:case AS bigint) IS NULL OR k.case_id = :case) ORDER BY c.id, k.id
    """
)
_LIMITS = text(
    """
    SELECT DISTINCT ON (k.key) k.key, k.title FROM clock k
     WHERE k.closed_at IS NULL AND (CAST(:case AS bigint) IS NULL OR k.case_id = :case)
     ORDER BY k.key, k.id DESC
    """
)
_ACTS = text(
    "SELECT x.* FROM clock_act x JOIN clock k ON k.id = x.clock_id WHERE x.granted AND k.closed_at IS NULL"
    " AND (CAST(:case AS bigint) IS NULL OR x.case_id = :case) ORDER BY x.id"
)


@dataclass(frozen=True)
class Assumed:
    """What is taken to be otherwise; nothing: as it is.

    ``starts``: by clock key, one event in place of all of them. ``table``: the plain value of a year's table
    of days off. ``rows``: the plain value of a file of the site's own numbers. Both govern as if imported.
    ``numbers``: by parameter key, as if they had always been these.
    """

    starts: Mapping[str, Moment] = field(default_factory=dict)
    table: object = None
    numbers: Mapping[str, int] = field(default_factory=dict)
    rows: object = None


@dataclass(frozen=True)
class WouldBe:
    """One running limit: its last day as it is and as it would be.

    ``explained``: the latter day by day, by language; only where one case was asked about.
    """

    number: str
    key: str
    title: Wording
    due_on: date | None
    late_from: datetime | None
    would_be_due_on: date | None
    would_be_late_from: datetime | None
    provisional: bool
    moves: bool
    explained: dict[str, list[str]]


def what_if(service: Service, actor: Actor, assumed: Assumed, number: str = "") -> list[WouldBe]:
    """Every running limit of one case, or of all open cases for administrators and managers.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
        NotAllowed: all cases, asked by anyone else.
        CalendarTableRefused, NoRuleInForce, NumberFixedByLaw, InvalidInput: an assumption that cannot be.
    """
    if not number:
        permit(actor, Act.READ_ALL_LIMITS)
    with snapshot(service) as connection:
        case_id = load_visible(connection, actor, number).row.id if number else None
        law = _law(connection, service.settings.timezone, assumed)
        acts = defaultdict(list)
        for act in connection.execute(_ACTS, {"case": case_id}):
            acts[act.clock_id].append(act)
        clocks = connection.execute(_CLOCKS, {"case": case_id}).all()
    _check_keys(assumed, {clock.key for clock in clocks})
    return [_would_be(clock, acts[clock.id], law, assumed, explain=bool(number)) for clock in clocks]


def running_limits(service: Service, actor: Actor, number: str = "") -> list[Named]:
    """Which limits run now in one case, or in all open cases: what a start may be assumed for.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
        NotAllowed: all cases, asked by anyone but administrators and managers.
    """
    if not number:
        permit(actor, Act.READ_ALL_LIMITS)
    with snapshot(service) as connection:
        case_id = load_visible(connection, actor, number).row.id if number else None
        rows = connection.execute(_LIMITS, {"case": case_id}).all()
    return [Named(row.key, row.title["zh"], row.title["en"]) for row in rows]


def _law(connection: Connection, timezone: str, assumed: Assumed) -> Law:
    law = law_of(connection, timezone)
    own: Imported = {}
    if assumed.table is not None:
        own |= entry_of(site_table.read_site_table(assumed.table, where="table"))
    if assumed.rows is not None:
        own |= entries_of(site_parameters.read_site_parameters(assumed.rows, law=statutory(), where="rows"))
    if own:
        law = compose({**imported(connection, law.revision), **own}, timezone, law.revision)
    return replace(law, parameters=law.parameters.assuming(assumed.numbers)) if assumed.numbers else law


def _check_keys(assumed: Assumed, known: set[str]) -> None:
    for key in assumed.starts:
        if key not in known:
            listed = "、".join(sorted(known)) or "—"
            raise InvalidInput(
                field="starts",
                why_zh=f"没有正在计算的时限“{key}”；现有：{listed}",
                why_en=f"no running limit “{key}”; there are: {listed}",
            )


def _would_be(clock: Any, acts: list[Any], law: Law, assumed: Assumed, *, explain: bool) -> WouldBe:
    made = reckoned(_starts(clock, assumed), acts, law)
    due = made.due
    in_hours = isinstance(due.term.period, RunningHours)
    same = due.late_from == clock.late_from if in_hours else due.on == clock.due_on
    return WouldBe(
        number=clock.number,
        key=clock.key,
        title=Wording(clock.title["zh"], clock.title["en"]),
        due_on=clock.due_on,
        late_from=clock.late_from,
        would_be_due_on=due.on,
        would_be_late_from=due.late_from,
        provisional=due.provisional,
        moves=not same,
        explained={"zh": explanation(made), "en": explanation(made, "en")} if explain else {},
    )


def _starts(clock: Any, assumed: Assumed) -> list[Start]:
    starts = [start_from(start) for start in clock.starts]
    other = assumed.starts.get(clock.key)
    return starts if other is None else [replace(starts[clock.governing], at=other)]
