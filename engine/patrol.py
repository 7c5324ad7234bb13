"""网址巡查 the patrol: looks at the pages of published documents, and tells whoever keeps the website.

Gentle: one page of a host in a round of the leading worker, each page once in the site's number of days.
A look is guarded as any other (page_fetch). Nothing is changed by it: what is found is recorded and told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from sqlalchemy import Connection, Row, insert, text

from engine.actor import about_holdings
from engine.law import law_of
from engine.publishing.page_address import Permitted, permitted_by
from engine.publishing.page_fetch import Page, fetch_page
from engine.publishing.page_text import carries
from engine.service import Service
from models import LinkCheck
from rules.errors import PageAddressRefused, PageUnreachable
from rules.positions import Position

log = structlog.get_logger(__name__)

HOSTS_A_ROUND = 4
"""A website that does not answer keeps the others waiting for its own time only."""

WRONG = ("unreachable", "other-page", "still-there")
TOLD = (Position.PUBLISHER.value, Position.OPENNESS_OFFICE.value)

Fetch = Callable[..., Page]

# Where each document stands on a website now; of what was taken down, where it stood.
PAGES = """
    SELECT e.slug, e.title, e.doc_no, m.kind = 'take_down' AS taken_down,
           CASE WHEN m.kind = 'take_down' THEN m.old_url ELSE COALESCE(m.new_url, e.website_url) END AS url
      FROM register_entry e
      LEFT JOIN LATERAL (SELECT kind, old_url, new_url FROM publication_change WHERE slug = e.slug
                          ORDER BY id DESC LIMIT 1) m ON true
     WHERE e.website_url <> ''
"""
_DUE = text(
    f"""
    SELECT p.*, k.checked_at FROM ({PAGES}) p
      LEFT JOIN LATERAL (SELECT checked_at FROM link_check WHERE slug = p.slug AND url = p.url
                          ORDER BY id DESC LIMIT 1) k ON true
     WHERE k.checked_at IS NULL OR (k.checked_at AT TIME ZONE :zone)::date <= :since
     ORDER BY k.checked_at NULLS FIRST, p.slug
    """  # noqa: S608  a constant
)
# The failed looks since the last good one, of this very address: the first of them, and on how many days.
FAILING = """
    SELECT min(f.id) AS first, min(f.checked_at) AS since,
           count(DISTINCT (f.checked_at AT TIME ZONE :zone)::date) AS days
      FROM link_check f WHERE f.slug = {page}.slug AND f.url = {page}.url
       AND f.state IN ('unreachable', 'other-page', 'still-there')
       AND f.id > COALESCE((SELECT max(g.id) FROM link_check g WHERE g.slug = f.slug AND g.url = f.url
                               AND g.state IN ('ok', 'gone')), 0)
"""
_SERIES = text(FAILING.replace("{page}.slug", ":slug").replace("{page}.url", ":url"))
_TELL = about_holdings(
    """
    INSERT INTO notification (key, template, person_id, created_at, urgent)
    SELECT 'link-broken:' || :first || ':' || p.id, 'link-broken', p.id, :now, false FROM person p
     WHERE p.active AND EXISTS (SELECT 1 FROM holding h WHERE h.person_id = p.id
                                   AND h.position = ANY(:positions) AND {in_force})
    ON CONFLICT DO NOTHING
    """
)


@dataclass(frozen=True)
class Looked:
    """What one look found."""

    state: str
    why_zh: str = ""
    why_en: str = ""


class Patrol:
    """One round at a time; what was looked at when stands in the database."""

    def __init__(self, service: Service, fetch: Fetch = fetch_page) -> None:
        self.service, self.fetch = service, fetch

    def run(self) -> int:
        """Look at one page of each host that has one due. Returns at how many."""
        pages = self._due()
        permitted = permitted_by(self.service.settings)
        for page in pages:
            looked = self._look(page, permitted)
            self._record(page, looked)
        return len(pages)

    def _due(self) -> list[Row]:  # type: ignore[type-arg]
        """The page of each host that was looked at the longest ago, of a few hosts."""
        service = self.service
        with service.read() as connection:
            every = _number(service, connection, "link-patrol")
            asked = {"zone": service.settings.timezone, "since": service.today - timedelta(days=every)}
            due = connection.execute(_DUE, asked).all()
        of_host = {_host(page.url): page for page in reversed(due)}
        return sorted(of_host.values(), key=due.index)[:HOSTS_A_ROUND]

    def _look(self, page: Row, permitted: Permitted) -> Looked:  # type: ignore[type-arg]
        try:
            seen = self.fetch(page.url, permitted, seconds=self.service.settings.website_timeout_seconds)
        except (PageAddressRefused, PageUnreachable) as error:
            state = "gone" if page.taken_down else "unreachable"
            return Looked(state, error.facts["why_zh"], error.facts["why_en"])
        there = carries(seen, page.doc_no) or carries(seen, page.title)
        if page.taken_down:
            return _STILL_THERE if there else Looked("gone")
        return Looked("ok") if there else _OTHER_PAGE

    def _record(self, page: Row, looked: Looked) -> None:  # type: ignore[type-arg]
        service = self.service
        with service.database.begin() as connection:
            row = {"slug": page.slug, "url": page.url, "checked_at": service.now, **vars(looked)}
            connection.execute(insert(LinkCheck.__table__).values(row))
            if looked.state in WRONG:
                self._tell(connection, page)

    def _tell(self, connection: Connection, page: Row) -> None:  # type: ignore[type-arg]
        """Once for each stretch of failing, when it has failed on the site's number of different days."""
        service = self.service
        about = {"slug": page.slug, "url": page.url, "zone": service.settings.timezone}
        series = connection.execute(_SERIES, about).one()
        if series.days >= _number(service, connection, "link-broken"):
            told = {"first": str(series.first), "now": service.now, "positions": list(TOLD)}
            if connection.execute(_TELL, {**told, "today": service.today}).rowcount:
                log.info("link-broken", slug=page.slug, days=series.days)


_OTHER_PAGE = Looked(
    "other-page", "网页上没有这份文件的文号或标题", "the page has neither its number nor its title"
)
_STILL_THERE = Looked(
    "still-there", "文件已撤下，网站上仍能看到", "it was taken down, and the website still shows it"
)


def _number(service: Service, connection: Connection, key: str) -> int:
    law = law_of(connection, service.settings.timezone)
    return law.parameters.on(key, service.today).term.period.number


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return url
