"""Document versions and what is recorded of them: number, dates, marking line, register line."""

import json
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.outcomes import Done
from engine.work import Work
from models import (
    Case,
    CaseCounter,
    DocumentIssue,
    DocumentVersion,
    Organ,
    SecrecyRegisterLine,
)
from models.statement import Statement
from rules.disclosure import DisclosureAttribute
from rules.errors import GroundMissing, NumberTaken

_version, _issue, _counter = DocumentVersion.__table__, DocumentIssue.__table__, CaseCounter.__table__

CONTENT = ("title", "body", "attribute", "ground", "ground_text", "attachments")
"""The fields a version is made of; its hash covers them all."""

REDACTION = ("redacts", "redactions")
"""Those of a copy without withheld parts; its hash covers them too."""

_LOAD = Statement(select(_version).where(_version.c.id == bindparam("id")))


def load_version(connection: Connection, version_id: int | None) -> dict[str, Any] | None:
    """A version as a mapping, or ``None`` when there is none yet."""
    if version_id is None:
        return None
    rows = _LOAD.run(connection, {"id": version_id})
    return rows[0]._asdict() if rows else None


def content_hash(content: dict[str, Any]) -> str:
    """SHA-256, hex, over the canonical JSON of a version's content."""
    return digest_of({k: content[k] for k in (*CONTENT, *(REDACTION if content.get("redacts") else ()))})


def digest_of(said: Any) -> str:
    """SHA-256, hex, over the canonical JSON of what someone said: the ledger keeps this, not the words."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def store_version(work: Work, content: dict[str, Any], *, person_id: int) -> int:
    """Make ``content`` the case's current version; the same content again changes nothing."""
    digest = content_hash(content)
    current = load_version(work.connection, work.case.document_version_id)
    if current is not None and current["content_hash"] == digest:
        return int(current["id"])
    # Not counted from the current version: a claimed state secret leaves a case without one.
    last = select(func.coalesce(func.max(_version.c.version), 0) + 1).where(
        _version.c.case_id == work.case.id
    )
    version_id, number = work.connection.execute(
        insert(_version)
        .values(
            case_id=work.case.id,
            version=last.scalar_subquery(),
            content_hash=digest,
            created_by=person_id,
            created_at=work.now,
            redacts=content.get("redacts"),
            redactions=content.get("redactions", []),
            **{name: content[name] for name in CONTENT},
        )
        .returning(_version.c.id, _version.c.version)
    ).one()
    work.case.document_version_id, work.case.title = version_id, content["title"]
    work.note("version-stored", data={"version": number, "content_hash": digest})
    return int(version_id)


def next_serial(connection: Connection, prefix: str) -> int:
    """The next number of a series; the row stays locked until commit, so none is given twice."""
    return int(
        connection.execute(
            upsert(_counter)
            .values(prefix=prefix, last=1)
            .on_conflict_do_update(index_elements=["prefix"], set_={"last": _counter.c.last + 1})
            .returning(_counter.c.last)
        ).scalar_one()
    )


def number_holder(connection: Connection, doc_no: str) -> str | None:
    """The case number that uses a document number, if any.

    Whoever asks keeps others from taking the number until the transaction ends.
    """
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended(%s, 390))", (doc_no,))
    cases = Case.__table__
    return connection.execute(
        select(cases.c.number)
        .join(_issue, _issue.c.case_id == cases.c.id)
        .where(_issue.c.doc_no == doc_no, _issue.c.disclosed_from.is_(None))
    ).scalar()


def allot_number(work: Work, arguments: dict[str, Any]) -> Done:
    """编号: a stated number, or the next of the series in the year of issue; with both dates.

    Raises:
        GroundMissing: the document is withheld without a ground (nothing is issued so).
        NumberTaken: another document has the stated number.
    """
    version = load_version(work.connection, arguments["document_version_id"])
    assert version is not None
    if version["attribute"] == DisclosureAttribute.WITHHELD and not version["ground"]:
        raise GroundMissing(where=work.case.number, codes="")
    formed_on, issued_on = (
        date.fromisoformat(arguments["formed_on"]),
        date.fromisoformat(arguments["issued_on"]),
    )
    doc_no = arguments.get("doc_no") or _next_number(work, arguments.get("series") or "", issued_on.year)
    holder = number_holder(work.connection, doc_no)
    if holder is not None:
        raise NumberTaken(where="doc_no", doc_no=doc_no, holder=holder)
    work.connection.execute(
        insert(_issue).values(
            case_id=work.case.id,
            document_version_id=version["id"],
            doc_no=doc_no,
            formed_on=formed_on,
            issued_on=issued_on,
            marking="",
            numbered_at=work.now,
        )
    )
    return Done({"doc_no": doc_no, "formed_on": formed_on.isoformat(), "issued_on": issued_on.isoformat()})


def _next_number(work: Work, series: str, year: int) -> str:
    chosen = series or work.connection.execute(select(Organ.__table__.c.series)).scalar_one()[0]
    while True:
        doc_no = f"{chosen}〔{year}〕{next_serial(work.connection, f'{chosen}〔{year}〕')}号"
        if number_holder(work.connection, doc_no) is None:  # numbers stated by hand are skipped
            return doc_no


def mark_document(work: Work, arguments: dict[str, Any]) -> Done:
    """标注: the marking line after the formation date, by the attribute approved (四(一)5).

    For what is to be published it notes how, so that a later change of settings moves no case that waits.
    """
    version = load_version(work.connection, arguments["document_version_id"])
    assert version is not None
    attribute = DisclosureAttribute(version["attribute"])
    work.connection.execute(
        update(_issue)
        .where(_issue.c.case_id == work.case.id)
        .values(marking=attribute.marking, marked_at=work.now)
    )
    # Attribute and secrecy are settled: from here the title of a public document may be shown.
    work.case.title_is_public = attribute is DisclosureAttribute.PROACTIVE
    way = {"website": work.website} if work.case.title_is_public else {}
    why = {"interpretation": arguments["interpretation"]} if "interpretation" in arguments else {}
    return Done({"marking": attribute.marking, **way, **why})


def register_secrecy_line(work: Work, arguments: dict[str, Any]) -> Done:
    """The register line of a claimed state secret: who, when handed over, outcome. No content."""
    line = SecrecyRegisterLine.__table__
    work.connection.execute(
        insert(line).values(
            case_id=work.case.id,
            registered_by=work.case.drafter_id,
            registered_at=_launched_at(work),
            source_unit=arguments.get("source_unit") or "",
            handed_over_on=date.fromisoformat(arguments["handed_over_on"]),
            outcome=arguments["outcome"],
            closed_at=work.now,
        )
    )
    return Done({"handed_over_on": arguments["handed_over_on"]})


def _launched_at(work: Work) -> Any:
    cases = Case.__table__
    return work.connection.execute(select(cases.c.launched_at).where(cases.c.id == work.case.id)).scalar_one()
