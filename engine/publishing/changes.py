"""撤下 and 变更网址 of what is public: only as a decided act, with its reason; nothing is deleted.

The notice is silent on it; to withdraw what was published is an abuse, so it takes a reason, an approver and
a ledger entry, and the old address is kept.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert

from engine.outcomes import Done
from engine.publication import Withdrawal
from engine.publishing.by_hand import ADAPTER
from engine.settings import BY_HAND, WEBHOOK
from engine.work import Work
from models import PublicationChange

_change = PublicationChange.__table__
_PUBLISHED = text(
    """
    SELECT p.id, p.adapter, r.slug, r.title, r.doc_no,
           COALESCE((SELECT new_url FROM publication_change WHERE slug = r.slug ORDER BY id DESC LIMIT 1),
                    p.url) AS url,
           r.website_url <> '' AS elsewhere,
           EXISTS (SELECT 1 FROM publication_change WHERE slug = r.slug) AS moved
      FROM publication p
      JOIN cases c ON c.id = p.case_id
      JOIN register_entry r ON r.idempotency_key = p.idempotency_key
     WHERE c.number = :number
       AND NOT EXISTS (SELECT 1 FROM publication_change WHERE slug = r.slug AND kind = 'take_down')
     ORDER BY p.id DESC LIMIT 1
    """
)


_BESIDE = text(
    """
    SELECT p.id AS publication_id, r.slug, r.title,
           COALESCE((SELECT new_url FROM publication_change WHERE slug = r.slug ORDER BY id DESC LIMIT 1),
                    p.url) AS old_url
      FROM register_entry r JOIN publication p ON p.idempotency_key = r.idempotency_key
     WHERE r.interprets = :slug
       AND NOT EXISTS (SELECT 1 FROM publication_change WHERE slug = r.slug AND kind = 'take_down')
     ORDER BY r.id
    """
)


@dataclass(frozen=True)
class Published:
    """A document that is public now.

    ``elsewhere``: on the bureau's website, not in the register alone; ``moved``: to another address since.
    """

    id: int
    adapter: str
    slug: str
    title: str
    doc_no: str
    url: str
    elsewhere: bool
    moved: bool


def published(connection: Connection, number: str) -> Published | None:
    """What the disclosure case of that number has made public, unless it was taken down."""
    row = connection.execute(_PUBLISHED, {"number": number}).one_or_none()
    return Published(**row._asdict()) if row else None


def look_up_publication(work: Work, arguments: dict[str, str]) -> Done:
    """Give the case the name of the document it is about; the title is public already."""
    found = published(work.connection, arguments["number"])
    if found is None:
        return Done({"found": False})
    work.case.title = f"{found.title}（{found.doc_no}）"
    return Done({"found": True, "slug": found.slug, "url": found.url})


def record_change(work: Work, arguments: dict[str, str]) -> Done:
    """Take the document down, or note its new address. What was taken down meanwhile is left as it is."""
    found = published(work.connection, arguments["number"])
    if found is None:
        return Done({"recorded": False})
    said = {"kind": arguments["kind"], "reason": arguments["reason"], "new_url": arguments["new_url"]}
    stored = work.connection.execute(
        insert(_change)
        .values(
            case_id=work.case.id,
            publication_id=found.id,
            slug=found.slug,
            title=found.title,
            doc_no=found.doc_no,
            old_url=found.url,
            changed_at=work.now,
            **said,
        )
        .on_conflict_do_nothing()
        .returning(_change.c.id)
    ).scalar()
    if stored is None:
        return Done({"recorded": False})
    told: dict[str, Any] = {"slug": found.slug, "old_url": found.url, "website": _way(work, found)}
    if arguments["kind"] == "take_down" and (beside := _take_down_beside(work, found, said)):
        told["with"] = beside
    return Done({"recorded": True, **told, **said})


def _take_down_beside(work: Work, found: Published, said: dict[str, str]) -> list[dict[str, str]]:
    """An interpretation does not stand without its document: it leaves in the same transaction."""
    taken = []
    for row in work.connection.execute(_BESIDE, {"slug": found.slug}).all():
        work.connection.execute(
            insert(_change).values(
                case_id=work.case.id, changed_at=work.now, doc_no=found.doc_no, **said, **row._asdict()
            )
        )
        taken.append({"slug": row.slug, "old_url": row.old_url})
    return taken


def _way(work: Work, found: Published) -> str:
    """How the website itself can be told: by a signed request, by the publisher; empty: there is none."""
    if not found.elsewhere:
        return ""
    # What was put there by hand, at first or when it moved, the website knows by no name of ours.
    by_hand = found.adapter == ADAPTER or found.moved
    return WEBHOOK if work.website == WEBHOOK and not by_hand else BY_HAND


def withdrawal_for(connection: Connection, *, case_id: int, key: str) -> Withdrawal:
    """What the website is told of the take-down this case decided."""
    row, *beside = connection.execute(
        select(_change).where(_change.c.case_id == case_id).order_by(_change.c.id)
    ).all()
    interpretations = tuple({"slug": each.slug, "title": each.title, "url": each.old_url} for each in beside)
    return Withdrawal(
        key, row.slug, row.doc_no, row.title, row.old_url, row.reason, row.changed_at, interpretations
    )
