"""归入目录: which row of the catalogue a published document belongs to, set apart from its procedure."""

from collections.abc import Mapping

from sqlalchemy import insert, text

from engine.actor import Actor
from engine.ledger import append_to_organ
from engine.policy import Act, permit
from engine.service import Service
from models import PublicationCatalogue
from rules.errors import CatalogueRowNotFound, PublicationNotFound

MOST_AT_ONCE = 200

# Whoever decides at the same time waits: the latest row of a slug is the one that counts.
_STANDING = text(
    """
    SELECT e.slug, c.item_id FROM register_entry e LEFT JOIN catalogued c ON c.slug = e.slug
     WHERE e.slug = ANY(:slugs) AND NOT EXISTS (SELECT 1 FROM publication_change p
                                                 WHERE p.slug = e.slug AND p.kind = 'take_down')
    """
)
_ROWS = text("SELECT id FROM catalogue_item WHERE id = ANY(:items) AND active FOR SHARE")
_LOCK = text("SELECT pg_advisory_xact_lock(739020194)")


def put_into_catalogue(service: Service, actor: Actor, wanted: Mapping[str, int | None]) -> int:
    """Put documents, by their slugs, under rows, by their numbers (None: under none). Returns how many moved.

    Raises:
        NotAllowed; PublicationNotFound: not public, or taken down; CatalogueRowNotFound: no row in use.
        Nothing is stored then.
    """
    permit(actor, Act.PUT_INTO_CATALOGUE)
    with service.database.begin() as connection:
        connection.execute(_LOCK)
        standing = {row.slug: row.item_id for row in connection.execute(_STANDING, {"slugs": list(wanted)})}
        for slug in wanted.keys() - standing.keys():
            why = {"why_zh": "没有公开，或已撤下", "why_en": "it is not public, or was taken down"}
            raise PublicationNotFound(where="slug", number=slug[:80].upper(), **why)
        moved = {slug: item for slug, item in wanted.items() if standing[slug] != item}
        items = {item for item in moved.values() if item is not None}
        if items - set(connection.scalars(_ROWS, {"items": sorted(items)})):
            raise CatalogueRowNotFound(where="row")
        if not moved:
            return 0
        connection.execute(
            insert(PublicationCatalogue.__table__),
            [
                {"slug": slug, "item_id": item, "set_by": actor.username, "set_at": service.now}
                for slug, item in moved.items()
            ],
        )
        append_to_organ(
            connection,
            "put-into-catalogue",
            at=service.now,
            actor=actor.username,
            channel=actor.channel,
            data={"documents": {slug: [standing[slug], item] for slug, item in moved.items()}},
        )
    return len(moved)
