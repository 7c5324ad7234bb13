"""Looking for documents: words in title, number, text and attachments; filters; how many each would leave.

Every pair of neighbouring characters is indexed, so that 消防 is found; a longer word is looked for in the
texts that have all its pairs. One statement finds, counts and orders; a second fetches one page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from engine.folding import fold, occurrences
from portal.register.shelf import HEADER, Entry, entry_of
from portal.register.wanted import Wanted

PAGE = 20
AROUND = 40
"""Characters of an excerpt before the first word found; twice as many after it."""

_SEEN = 20_000
"""Characters of a text in which an excerpt is looked for; beyond, it is taken from the folded text."""

_WORD = """
    word{n} AS (
      SELECT slug, max(CASE WHEN source IN ('title', 'number') THEN 2 ELSE 1 END) AS weight FROM register_text
       WHERE grams @> register_wanted(:word{n})
         AND (char_length(:word{n}) <= 2 OR position(:word{n} in folded) > 0)
       GROUP BY slug)"""
_FIND = """
WITH {words} found AS MATERIALIZED (
  SELECT e.id, e.slug, e.unit, e.doc_type AS type, extract(year FROM e.issued_on)::int AS year,
         e.published_at, {weight} AS weight
    FROM register_entry e {joins} WHERE {conditions}),
chosen AS (SELECT * FROM found WHERE {unit} AND {type} AND {year})
SELECT (SELECT count(*) FROM chosen) AS total,
       ARRAY(SELECT slug FROM chosen ORDER BY weight DESC, published_at DESC, id DESC
              LIMIT :limit OFFSET :offset) AS slugs,
       {counts}
"""
_COUNTS = """(SELECT jsonb_object_agg({name}, n) FROM
        (SELECT {name}, count(*) AS n FROM found WHERE {others} GROUP BY {name}) AS x) AS {name}"""
_FACETS = ("unit", "type", "year")
_PAGE = text(f"SELECT {HEADER} FROM register_entry WHERE slug = ANY(:slugs)")  # noqa: S608  a constant
_EXCERPTS = text(
    "SELECT DISTINCT ON (slug) slug, left(said, :seen) AS said,"
    " substr(folded, greatest(1, position(:word in folded) - 40), 160) AS around FROM register_text"
    " WHERE slug = ANY(:slugs) AND source NOT IN ('title', 'number') AND position(:word in folded) > 0"
    " ORDER BY slug, source <> 'body', id"
)


@dataclass(frozen=True)
class Piece:
    """A stretch of text; ``found``: it is what was looked for."""

    text: str
    found: bool = False


@dataclass(frozen=True)
class Hit:
    """One document of the list, with the words looked for made visible."""

    entry: Entry
    title: list[Piece]
    doc_no: list[Piece]
    excerpt: list[Piece]


@dataclass(frozen=True)
class Found:
    """One page of what was found. ``counts``: per filter, how many each value would leave."""

    wanted: Wanted
    hits: Sequence[Hit]
    total: int
    counts: dict[str, dict[str, int]]

    @property
    def page(self) -> int:
        """Which page it is, from 1."""
        return self.wanted.page

    @property
    def pages(self) -> int:
        """How many pages there are; nothing found is one."""
        return max(1, -(-self.total // PAGE))


def search(connection: Connection, wanted: Wanted, *, timezone: str) -> Found:
    """The wanted documents: hits in title or number first, then the newest."""
    words = [folded for folded in map(fold, wanted.words) if folded]
    statement, arguments = _statement(wanted, words, timezone)
    row = connection.execute(text(statement), arguments).one()
    counts = {name: dict(_ordered(name, getattr(row, name) or {})) for name in _FACETS}
    entries = {e.slug: entry_of(e) for e in connection.execute(_PAGE, {"slugs": row.slugs})}
    excerpts = _excerpts(connection, row.slugs, words)
    hits = [_hit(entries[slug], excerpts.get(slug, ""), words) for slug in row.slugs if slug in entries]
    return Found(wanted, hits, row.total, counts)


def marked(said: str, words: Sequence[str]) -> list[Piece]:
    """The text in pieces, the words in it apart."""
    spans = sorted(span for word in words for span in occurrences(said, word))
    pieces, at = [], 0
    for start, end in spans:
        if start < at:
            continue  # inside what is marked already
        pieces += [Piece(said[at:start])] if start > at else []
        pieces.append(Piece(said[start:end], found=True))
        at = end
    return [*pieces, Piece(said[at:])] if at < len(said) else pieces


def _statement(wanted: Wanted, words: Sequence[str], timezone: str) -> tuple[str, dict[str, Any]]:
    arguments: dict[str, Any] = {"limit": PAGE, "offset": (wanted.page - 1) * PAGE}
    arguments |= {f"word{n}": word for n, word in enumerate(words)}
    conditions = ["true"]
    for name, comparison, value in _bounds(wanted, timezone):
        conditions.append(comparison)
        arguments[name] = value
    chosen = {"unit": wanted.unit, "type": wanted.type, "year": wanted.year}
    tests = {name: f"{name} = :{name}" if value else "true" for name, value in chosen.items()}
    arguments |= {name: value for name, value in chosen.items() if value}
    counts = [
        _COUNTS.format(name=name, others=" AND ".join(t for other, t in tests.items() if other != name))
        for name in _FACETS
    ]
    statement = _FIND.format(
        words="".join(_WORD.format(n=n) + "," for n in range(len(words))),
        joins=" ".join(f"JOIN word{n} ON word{n}.slug = e.slug" for n in range(len(words))),
        weight=" + ".join(f"word{n}.weight" for n in range(len(words))) or "0",
        conditions=" AND ".join(conditions),
        counts=",\n".join(counts),
        **tests,
    )
    return statement, arguments


def _bounds(wanted: Wanted, timezone: str) -> list[tuple[str, str, Any]]:
    """Number, row of the catalogue and days of publication, the latter as instants of local days."""
    zone, bounds = ZoneInfo(timezone), list[tuple[str, str, Any]]()
    if wanted.no:
        number = "position(:no in register_fold(e.doc_no)) > 0"
        bounds.append(("no", number, fold(wanted.no)))
    if wanted.item is not None:
        under = "e.slug IN (SELECT slug FROM catalogued WHERE item_id = :item)"
        bounds.append(("item", under, wanted.item))
    if wanted.since:
        start: Any = datetime.combine(wanted.since, time(), zone)
        bounds.append(("since", "e.published_at >= :since", start))
    if wanted.until:
        end: Any = datetime.combine(wanted.until, time(), zone) + timedelta(days=1)
        bounds.append(("until", "e.published_at < :until", end))
    return bounds


def _ordered(name: str, counts: dict[str, int]) -> list[tuple[str, int]]:
    """Years from the newest, other values from the most frequent; entries without a value have no choice."""
    named = [(value, n) for value, n in counts.items() if value]
    if name == "year":
        return sorted(named, reverse=True)
    return sorted(named, key=lambda pair: (-pair[1], pair[0]))


def _excerpts(connection: Connection, slugs: list[str], words: Sequence[str]) -> dict[str, str]:
    """Per document the surroundings of the first word its text holds."""
    excerpts: dict[str, str] = {}
    for word in words:
        missing = [slug for slug in slugs if slug not in excerpts]
        if not missing:
            break
        for row in connection.execute(_EXCERPTS, {"slugs": missing, "word": word, "seen": _SEEN}):
            excerpts[row.slug] = _around(row.said, word) or f"…{row.around}…"
    return excerpts


def _around(said: str, word: str) -> str:
    span = next(iter(occurrences(said, word)), None)
    if span is None:
        return ""
    start, end = max(0, span[0] - AROUND), min(len(said), span[1] + 2 * AROUND)
    shown = " ".join(said[start:end].split())
    return f"{'…' if start else ''}{shown}{'…' if end < len(said) else ''}"


def _hit(entry: Entry, excerpt: str, words: Sequence[str]) -> Hit:
    return Hit(entry, marked(entry.title, words), marked(entry.doc_no, words), marked(excerpt, words))
