"""网址巡查 as people read it: how each page was found last, since when it fails, what came right again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from engine.actor import Actor
from engine.patrol import FAILING, PAGES, WRONG
from engine.policy import Act, Facts, permit
from engine.service import Service

# The change of state before the present one tells since when a page is right again.
_STATES = text(
    f"""
    SELECT p.slug, p.title, p.doc_no, p.url, p.taken_down, k.state, k.checked_at, k.why_zh, k.why_en,
           s.since AS failing_since, s.days AS failing_days,
           (SELECT min(g.checked_at) FROM link_check g WHERE g.slug = p.slug AND g.url = p.url
             AND g.state IN ('ok', 'gone') AND g.id > b.id) AS right_since,
           COALESCE((SELECT jsonb_agg(h ORDER BY h.id DESC) FROM (SELECT id, state, checked_at FROM link_check
             WHERE slug = p.slug ORDER BY id DESC LIMIT :looks) h), '[]') AS history
      FROM ({PAGES}) p
      LEFT JOIN LATERAL (SELECT * FROM link_check WHERE slug = p.slug AND url = p.url
                          ORDER BY id DESC LIMIT 1) k ON true
      LEFT JOIN LATERAL ({FAILING.replace("{page}", "p")}) s ON true
      LEFT JOIN LATERAL (SELECT max(id) AS id FROM link_check WHERE slug = p.slug AND url = p.url
                            AND state IN ('unreachable', 'other-page', 'still-there')) b ON true
     ORDER BY k.state IN ('unreachable', 'other-page', 'still-there') DESC NULLS LAST,
              b.id IS NOT NULL DESC, p.slug DESC
     LIMIT :most
    """  # noqa: S608  a constant
)
LOOKS = 10
MOST = 500


@dataclass(frozen=True)
class Look:
    """One look at a page."""

    state: str
    at: datetime


@dataclass(frozen=True)
class PageState:
    """How one page was found. ``state`` is null until it was looked at; ``right_since``: it failed before."""

    slug: str
    title: str
    doc_no: str
    url: str
    taken_down: bool
    state: str | None
    checked_at: datetime | None
    why_zh: str
    why_en: str
    failing_since: datetime | None
    failing_days: int
    right_since: datetime | None
    history: tuple[Look, ...]

    @property
    def wrong(self) -> bool:
        """Whether somebody should see to it."""
        return self.state in WRONG

    @property
    def zh(self) -> str:
        """Why it is so."""
        return self.why_zh

    @property
    def en(self) -> str:
        """The same in English."""
        return self.why_en


def read_patrol(service: Service, actor: Actor) -> list[PageState]:
    """Every page there is, those that fail first.

    Raises:
        NotAllowed.
    """
    permit(actor, Act.SEE_LINK_CHECKS, Facts(where="links"))
    with service.read() as connection:
        rows = connection.execute(
            _STATES, {"zone": service.settings.timezone, "looks": LOOKS, "most": MOST}
        ).mappings()
        return [
            PageState(
                **{
                    **row,
                    "taken_down": bool(row["taken_down"]),
                    "why_zh": row["why_zh"] or "",
                    "why_en": row["why_en"] or "",
                    "history": tuple(
                        Look(each["state"], datetime.fromisoformat(each["checked_at"]))
                        for each in row["history"]
                    ),
                }
            )
            for row in rows
        ]
