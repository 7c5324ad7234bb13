"""转为主动公开: a case takes over the document another case issued, with its number and its new attribute.

The text is a version of the new case, so that its confidentiality review and its signature are asked and
checked as always: of that very version. The first case keeps version and marking as they were.
"""

import json
from datetime import date

from sqlalchemy import insert, select, text

from engine.attributes import issued
from engine.documents import load_version, store_version
from engine.outcomes import Done
from engine.work import Work
from models import AttributeChange, DocumentIssue
from rules.disclosure import DisclosureAttribute
from rules.errors import AttributeNotChanged

_change, _issue = AttributeChange.__table__, DocumentIssue.__table__

_COPY_FILES = text(
    """
    INSERT INTO attachment (case_id, sha256, size, text, hidden)
    SELECT :case, a.sha256, a.size, a.text, a.hidden FROM attachment a WHERE a.case_id = :other
       AND a.sha256 IN (SELECT f->>'sha256' FROM jsonb_array_elements(CAST(:listed AS jsonb)) f)
    ON CONFLICT DO NOTHING
    """
)
_COPY_CHUNKS = text(
    """
    INSERT INTO attachment_chunk (attachment_id, seq, content)
    SELECT n.id, k.seq, k.content FROM attachment n
      JOIN attachment o ON o.case_id = :other AND o.sha256 = n.sha256
      JOIN attachment_chunk k ON k.attachment_id = o.id
     WHERE n.case_id = :case
    """
)


def take_over_document(work: Work, arguments: dict[str, str]) -> Done:
    """The document, word for word, as this case's own version, to be disclosed under its own number.

    Raises:
        AttributeNotChanged: nobody has decided that it is to be disclosed.
    """
    number = arguments["number"]
    found = issued(work.connection, number)
    changed_on = None if found is None else _changed_on(work, found.case_id)
    if found is None or found.attribute != DisclosureAttribute.PROACTIVE or changed_on is None:
        raise AttributeNotChanged(where=work.case.number, number=number)
    version = load_version(work.connection, found.document_version_id)
    assert version is not None
    _copy_files(work, found.case_id, version["attachments"])
    disclosed = {**version, "attribute": DisclosureAttribute.PROACTIVE.value, "ground": "", "ground_text": ""}
    version_id = store_version(work, disclosed, person_id=version["created_by"])
    dates = {"formed_on": found.formed_on, "issued_on": found.issued_on}
    work.connection.execute(
        insert(_issue).values(
            case_id=work.case.id,
            document_version_id=version_id,
            doc_no=found.doc_no,
            disclosed_from=found.case_id,
            marking="",
            numbered_at=work.now,
            **dates,
        )
    )
    told = {name: day.isoformat() for name, day in {**dates, "changed_on": changed_on}.items()}
    return Done({"document_version_id": version_id, "doc_no": found.doc_no, **told})


def _changed_on(work: Work, case_id: int) -> date | None:
    return work.connection.scalar(
        select(_change.c.changed_on)
        .where(_change.c.case_id == case_id)
        .order_by(_change.c.id.desc())
        .limit(1)
    )


def _copy_files(work: Work, other: int, listed: list[dict[str, object]]) -> None:
    if listed:
        copied = {"case": work.case.id, "other": other}
        work.connection.execute(_COPY_FILES, {**copied, "listed": json.dumps(listed)})
        work.connection.execute(_COPY_CHUNKS, copied)
