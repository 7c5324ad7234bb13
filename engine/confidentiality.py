"""信息公开保密审查: what other cases must not do while one is open, and what one leaves behind."""

from typing import Any

from sqlalchemy import Connection, insert, text

from engine.documents import digest_of
from engine.incidents import open_incident
from engine.outcomes import Done
from engine.work import Work
from models import WithheldPart
from rules.errors import PublicationUnderReview
from rules.relations import Relation

DECIDED = "decided"
"""The milestone a review reaches, with its ``result``."""

_REVIEWS = Relation.REVIEWS_CONFIDENTIALITY.value
_LAST = text(
    f"""
    SELECT r.number, r.closed_at IS NULL AS open, m.facts->>'result' AS result,
           (c.outcome->'facts'->>'version')::bigint AS version
      FROM case_link l JOIN cases r ON r.id = l.case_id
      LEFT JOIN step c ON c.case_id = r.id AND c.call->>'effect' = 'conclude-review'
      LEFT JOIN LATERAL (SELECT facts FROM milestone WHERE case_id = r.id AND name = '{DECIDED}'
                          ORDER BY id DESC LIMIT 1) m ON true
     WHERE l.other_id = :case AND l.relation = '{_REVIEWS}'
     ORDER BY open DESC, r.closed_at DESC NULLS LAST, r.id DESC LIMIT 1
    """  # noqa: S608  constants
)
_REVIEWED = text(
    f"""
    SELECT d.document_version_id FROM case_link l JOIN cases d ON d.id = l.other_id
     WHERE l.case_id = :case AND l.relation = '{_REVIEWS}' ORDER BY l.id LIMIT 1
    """  # noqa: S608  constants
)
_STORED = text(
    f"""
    SELECT c.number FROM cases c WHERE c.document_version_id IS NOT NULL AND (c.id = :case OR c.id IN
      (SELECT other_id FROM case_link WHERE case_id = :case AND relation = '{_REVIEWS}')) ORDER BY c.id
    """  # noqa: S608  constants
)


def require_settled(connection: Connection, *, case_id: int, case_number: str, version_id: int) -> None:
    """Invariant: nothing is published while a review of its case is open, nor a version that the last one
    did not release whole. What was drafted after that review has reviews of its own.

    Raises:
        PublicationUnderReview: naming the review.
    """
    review = connection.execute(_LAST, {"case": case_id}).one_or_none()
    if review is None:
        return
    drafted_since = review.version is None or version_id > review.version
    if not review.open and (review.result == "release" or drafted_since):
        return
    zh, en = _SAID["open" if review.open else review.result]
    raise PublicationUnderReview(
        where=case_number, number=case_number, review=review.number, why_zh=zh, why_en=en
    )


_SAID = {
    "open": ("尚未作出决定", "has not decided yet"),
    "partial": ("决定部分公开，该文稿未作区分处理", "released it only in part, and this is the whole"),
    "withhold": ("决定不予公开", "decided to withhold it"),
}


def conclude_review(work: Work, arguments: dict[str, Any]) -> Done:
    """The version that was reviewed, and the parts kept back, with ground and reason each.

    The ledger has the parts' digest, not their words.
    """
    parts = arguments["parts"]
    if parts:
        work.connection.execute(
            insert(WithheldPart.__table__),
            [{**part, "case_id": work.case.id, "noted_at": work.now} for part in parts],
        )
    version = work.connection.scalar(_REVIEWED, {"case": work.case.id})
    return Done({"version": version, "parts": len(parts), "sha256": digest_of(parts)})


def report_stored_secret(work: Work, _arguments: dict[str, Any]) -> Done:
    """What is stored of a document found to be a state secret must be dealt with off line, at once."""
    stored = list(work.connection.scalars(_STORED, {"case": work.case.id}))
    if stored:
        numbers = "、".join(stored)
        open_incident(
            work,
            "classified-content-stored",
            zh=f"已确定属于国家秘密：请立即按保密规定处置{numbers}中已保存的文稿，并报告保密工作机构。",
            en=f"Found to be a state secret: deal with the draft stored in {numbers} under the secrecy rules "
            "now, and report to the secrecy office.",
            blocking=False,
        )
    return Done({"cases": stored})
