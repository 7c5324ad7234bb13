"""The doctor 体检: the invariants asked of the database itself, not of what the program believes.

Each check is one statement that finds what must not be; a healthy installation yields nothing. Checks
see one snapshot, so a case that moves meanwhile is not mistaken for a broken one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, text

from engine.actor import about_holdings
from engine.clocks.comparing import misreckoned
from engine.documents import content_hash, digest_of, load_version
from engine.invariants import CHECKS, Severity
from engine.law import law_of
from engine.ledger import verify
from engine.permitted import require_public, require_reviewed
from engine.procedures import installed, procedure
from engine.reading.catalogue import loose_for_too_long
from engine.reading.opinions import LOOKS_BACK, days_not_watched
from engine.reading.values import snapshot
from engine.service import Service
from rules.errors import GongkaiError, LedgerBroken, UnknownProcedure, UnreviewedPublicationRefused
from rules.positions import Position

YEAR_IS_ARRANGED = "year-is-arranged"
"""The check whose warning comes with the season and goes with an import: nothing is wrong here."""


@dataclass(frozen=True)
class Finding:
    """One thing found: which check, where, and in words."""

    check: str
    severity: Severity
    where: str
    zh: str
    en: str


_HELD = about_holdings(
    "SELECT h.position, u.name AS unit FROM holding h JOIN person p ON p.id = h.person_id AND p.active"
    " LEFT JOIN unit u ON u.id = h.unit_id WHERE {in_force}"
)
_PUBLICATIONS = text(
    "SELECT p.case_id, p.document_version_id, p.content_hash, c.number FROM publication p"
    " JOIN cases c ON c.id = p.case_id ORDER BY p.id"
)
_RELEASES = text(
    "SELECT DISTINCT r.case_id, r.document_version_id, c.number FROM opinion_release r"
    " JOIN cases c ON c.id = r.case_id ORDER BY c.number"
)
_VERSIONS = text(
    "SELECT v.*, c.number FROM document_version v JOIN cases c ON c.id = v.case_id ORDER BY v.id"
)
_DECISIONS = text(
    # The n-th decision of a step round is the n-th entry about it.
    """
    SELECT d.opinion, d.answers, e.data, e.step, c.number
      FROM (SELECT d.*, s.key || ':' || s.round AS label,
                   row_number() OVER (PARTITION BY d.step_id ORDER BY d.id) AS place
              FROM decision d JOIN step s ON s.id = d.step_id) d
      JOIN (SELECT *, row_number() OVER (PARTITION BY chain, step ORDER BY seq) AS place
              FROM ledger_entry WHERE action = 'decision-recorded') e
        ON e.chain = d.case_id AND e.step = d.label AND e.place = d.place
      JOIN cases c ON c.id = d.case_id
    """
)
_LAW = text("SELECT id, kind, key, content FROM law_change ORDER BY id")
_LAW_TOLD = text(
    """
    SELECT (c->>'id')::bigint AS id, c->>'kind' AS kind, c->>'key' AS key, c->>'digest' AS digest
      FROM ledger_entry e CROSS JOIN jsonb_array_elements(e.data->'changes') c
     WHERE e.chain = 0 AND e.action IN ('calendar-imported', 'parameters-imported')
    """
)
_OPEN_PROCEDURES = text("SELECT DISTINCT procedure, version FROM cases WHERE closed_at IS NULL")


def examine(service: Service) -> list[Finding]:
    """Everything that does not hold, the broken before the warnings. Changes nothing."""
    with snapshot(service) as connection:
        found = [
            *_ask(service, connection),
            *_ledger(connection),
            *_versions(connection),
            *_decisions(connection),
            *_publications(connection),
            *_limits(service, connection),
            *_law(connection),
            *_arranged(service, connection),
            *_catalogue(service, connection),
            *_procedures(connection),
            *_releases(connection),
            *_watch(service, connection),
            *_positions(service, connection),
        ]
    return sorted(found, key=lambda finding: finding.severity is not Severity.BROKEN)


def _ask(service: Service, connection: Connection) -> Iterator[Finding]:
    for check in CHECKS:
        arguments: dict[str, Any] = {"now": service.now} if ":now" in check.sql else {}
        for row in connection.execute(text(check.statement), arguments):
            yield Finding(check.name, check.severity, row.place, check.zh, check.en)


def _ledger(connection: Connection) -> Iterator[Finding]:
    try:
        verify(connection)
    except LedgerBroken as broken:
        zh, en = broken.said("zh"), broken.said("en")
        yield Finding(
            "ledger-verifies",
            Severity.BROKEN,
            broken.where,
            f"{zh.what}：{zh.why}。{zh.todo}",
            f"{en.what}: {en.why}. {en.todo}",
        )


def _versions(connection: Connection) -> Iterator[Finding]:
    for row in connection.execute(_VERSIONS.execution_options(yield_per=200)):
        if content_hash(dict(row._mapping)) != row.content_hash:
            yield Finding(
                "version-is-what-was-hashed",
                Severity.BROKEN,
                f"{row.number} v{row.version}",
                "文稿内容与其摘要不符",
                "a version's content does not fit its hash",
            )


def _decisions(connection: Connection) -> Iterator[Finding]:
    for row in connection.execute(_DECISIONS.execution_options(yield_per=500)):
        said = {"opinion_sha256": digest_of(row.opinion), "answers_sha256": digest_of(row.answers)}
        if any(row.data.get(name) != digest for name, digest in said.items()):
            yield Finding(
                "decision-is-what-the-ledger-says",
                Severity.BROKEN,
                f"{row.number} {row.step}",
                "意见或表单内容与留痕不符",
                "an opinion or a form's answers do not fit their ledger entry",
            )


def _publications(connection: Connection) -> Iterator[Finding]:
    for row in connection.execute(_PUBLICATIONS).all():
        version = load_version(connection, row.document_version_id)
        assert version is not None  # the database refers to it
        try:
            require_public(connection, case_id=row.case_id, case_number=row.number, version=version)
        except GongkaiError:
            yield Finding(
                "published-was-reviewed-and-signed",
                Severity.BROKEN,
                row.number,
                "已公开的文稿没有相应的保密审查结论或签发",
                "a published version lacks its confidentiality review or its signature",
            )


def _releases(connection: Connection) -> Iterator[Finding]:
    for row in connection.execute(_RELEASES).all():
        version = load_version(connection, row.document_version_id)
        assert version is not None  # the database refers to it
        try:
            require_reviewed(connection, case_id=row.case_id, case_number=row.number, version=version)
        except UnreviewedPublicationRefused:
            yield Finding(
                "released-was-reviewed-and-signed",
                Severity.BROKEN,
                row.number,
                "已发布的回应没有相应的保密审查结论或审定",
                "a released answer lacks its confidentiality review or its decision",
            )


def _watch(service: Service, connection: Connection) -> Iterator[Finding]:
    """四(三)1 安排专人加强日常监测: a day without an entry shows."""
    yesterday = service.today - timedelta(1)
    if missing := days_not_watched(connection, service.today - LOOKS_BACK, yesterday):
        yield Finding(
            "every-day-is-watched",
            Severity.WARNING,
            missing[0].isoformat(),
            f"近30日有{len(missing)}天没有值班监测日志，最近一天是{missing[0]}",
            f"the watch log has no entry for {len(missing)} of the last 30 days, the latest {missing[0]}",
        )


def _limits(service: Service, connection: Connection) -> Iterator[Finding]:
    for place in misreckoned(connection, service.settings.timezone):
        yield Finding(
            "stored-date-is-what-is-reckoned",
            Severity.BROKEN,
            place,
            "时限的截止日期与按规定计算的结果不符",
            "the stored date of a time limit is not what its starts and its granted acts come to",
        )


def _law(connection: Connection) -> Iterator[Finding]:
    """What counts days is what somebody imported, and nothing of it is gone."""
    stored = {(row.id, row.kind, row.key, digest_of(row.content)) for row in connection.execute(_LAW)}
    told = {tuple(row) for row in connection.execute(_LAW_TOLD)}
    for number, kind, key in sorted({row[:3] for row in stored ^ told}):
        yield Finding(
            "law-is-what-the-ledger-says",
            Severity.BROKEN,
            f"{kind} {key} #{number}",
            "本单位的放假安排或时限与留痕不符",
            "an imported arrangement or period does not fit its ledger entry",
        )


def _arranged(service: Service, connection: Connection) -> Iterator[Finding]:
    """The arrangement of a year comes out in the November before it, or later."""
    today, calendar = service.today, law_of(connection, service.settings.timezone).calendar
    for year in [today.year, today.year + 1] if today.month == 12 else [today.year]:
        if not calendar.covers(year):
            yield Finding(
                YEAR_IS_ARRANGED,
                Severity.WARNING,
                str(year),
                f"尚无{year}年的放假安排，该年的期限按周一至周五暂定；国务院办公厅的通知发布后请导入",
                f"the arrangement of days off for {year} is not known, and dates in it are provisional; "
                "import it once the General Office of the State Council has published it",
            )


def _catalogue(service: Service, connection: Connection) -> Iterator[Finding]:
    for slug in loose_for_too_long(service, connection):
        yield Finding(
            "publication-has-catalogue-row",
            Severity.WARNING,
            slug,
            "已公开的文件超过本单位规定的天数仍未归入标准目录",
            "a published document is under no row of the catalogue, longer than the site allows",
        )


def _procedures(connection: Connection) -> Iterator[Finding]:
    if not installed():
        return  # a process that loaded no procedures cannot judge
    for row in connection.execute(_OPEN_PROCEDURES):
        try:
            procedure(row.procedure, row.version)
        except UnknownProcedure:
            yield Finding(
                "procedure-is-installed",
                Severity.BROKEN,
                f"{row.procedure} v{row.version}",
                "未办结事项所用的流程版本没有安装",
                "open cases run on a procedure version that is not installed",
            )


def _positions(service: Service, connection: Connection) -> Iterator[Finding]:
    held = {(row.position, row.unit) for row in connection.execute(_HELD, {"today": service.today})}
    for position in Position:
        if position is Position.MANAGER or position in {name for name, _unit in held}:
            continue
        if position is Position.PUBLISHER and service.settings.website_way == "automatic":
            continue  # nobody is asked; with a website, at least for a document that moves
        zh, en = f"岗位“{position.chinese}”没有在任人员", f"position “{position.english}” has no holder"
        if position is Position.DEPUTY_HEAD:  # 五(一) 明确一位分管负责人
            zh += "：应明确一位分管负责人（应急厅函〔2019〕390号 五(一)）"
            en += ": a deputy head must be named as responsible (notice 五(一))"
        yield Finding("position-has-holder", Severity.WARNING, position.value, zh, en)
    for unit in sorted({unit for name, unit in held if name == Position.DRAFTER and unit}):
        if (Position.SECTION_HEAD.value, unit) not in held:
            yield Finding(
                "position-has-holder",
                Severity.WARNING,
                f"section_head {unit}",
                f"{unit}有拟稿人，却没有股室负责人",
                f"{unit} has a drafter but no section head",
            )
