"""The document an interpretation is about, as its case needs to know it."""

from typing import Any

from sqlalchemy import Connection, text

from engine.outcomes import Done
from engine.permitted import need_in
from engine.subcases import CHANNEL
from engine.work import Work
from rules.disclosure import DisclosureAttribute

_ABOUT = text(
    """
    SELECT o.id, c.channel, o.closed_at IS NOT NULL AS ended,
           (SELECT min(published_at) FROM publication p WHERE p.case_id = o.id) AS published_at
      FROM cases c JOIN case_link l ON l.case_id = c.id AND l.relation = 'interprets'
      JOIN cases o ON o.id = l.other_id
     WHERE c.id = :case
     ORDER BY l.id LIMIT 1
    """
)
_TEXT = text(
    "SELECT v.title, v.body FROM case_link l JOIN cases o ON o.id = l.other_id"
    " JOIN document_version v ON v.id = o.document_version_id"
    " WHERE l.case_id = :case AND l.relation = 'interprets' ORDER BY l.id LIMIT 1"
)


def look_up_interpreted(work: Work, _arguments: dict[str, Any]) -> Done:
    """Whether both are signed together (the document's own case opened this one), and what is needed."""
    about = work.connection.execute(_ABOUT, {"case": work.case.id}).one()
    need = need_in(work.connection, about.id, DisclosureAttribute.PROACTIVE)
    public = about.published_at is not None
    return Done(
        {
            "together": about.channel == CHANNEL and not public and not about.ended,
            "published": public,
            "published_at": about.published_at.isoformat() if public else "",
            "website": work.website,
            "gate": need.gate,
            "zh": need.zh,
            "en": need.en,
        }
    )


def interpreted_text(connection: Connection, case_id: int) -> str:
    """What the document says now; empty: there is none."""
    row = connection.execute(_TEXT, {"case": case_id}).one_or_none()
    return f"{row.title}\n{row.body}" if row else ""
