"""How each kind of figure is computed: one statement each, a row for everything that was counted.

``value`` is 1 or 0 for a rate, a number for a mean; ``number`` is the case behind it, empty where there is
none. ``:since`` and ``:until`` bound the year, ``:until`` no later than now: what is overdue then is late.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """A statement, and the tables without which there is no data to ask."""

    sql: str
    needs: tuple[str, ...] = ()


_CLOCKS_ON_TIME = """
    SELECT c.number, k.title->>'zh' AS label,
           (k.closed_because = 'met' AND NOT k.met_late)::int AS value
      FROM clock k JOIN cases c ON c.id = k.case_id
     WHERE k.key = ANY(:clocks) AND k.step_id IS NULL
       AND (k.closed_because = 'met' AND k.closed_at >= :since AND k.closed_at < :until
            OR k.closed_at IS NULL AND k.late_from > :since AND k.late_from <= :until)
     ORDER BY c.id, k.id
"""
_CLOCK_HOURS = """
    SELECT c.number, k.title->>'zh' AS label,
           extract(epoch FROM k.closed_at - (k.starts->k.governing->>'at')::timestamptz) / 3600 AS value
      FROM clock k JOIN cases c ON c.id = k.case_id
     WHERE k.key = ANY(:clocks) AND k.step_id IS NULL AND k.closed_because = 'met'
       AND k.closed_at >= :since AND k.closed_at < :until
     ORDER BY c.id, k.id
"""
_STEPS_ON_TIME = """
    SELECT c.number, k.title->>'zh' AS label, (NOT k.met_late)::int AS value
      FROM clock k JOIN cases c ON c.id = k.case_id
     WHERE c.procedure = ANY(:procedures) AND k.step_id IS NOT NULL AND k.closed_because = 'met'
       AND k.closed_at >= :since AND k.closed_at < :until
     ORDER BY c.id, k.id
"""
_CASES_FINISHED = """
    SELECT c.number, c.outcome AS label, (c.closed_at IS NOT NULL)::int AS value FROM cases c
     WHERE c.procedure = ANY(:procedures) AND c.launched_at >= :since AND c.launched_at < :until
     ORDER BY c.id
"""
_PUBLICATION_DAYS = """
    SELECT c.number, i.doc_no AS label,
           ((p.published_at AT TIME ZONE :zone)::date - i.issued_on) AS value
      FROM publication p JOIN cases c ON c.id = p.case_id JOIN document_issue i ON i.case_id = c.id
     WHERE p.published_at >= :since AND p.published_at < :until AND i.disclosed_from IS NULL
     ORDER BY p.id
"""
_TAKEN_DOWN = """
    SELECT c.number, i.doc_no AS label,
           EXISTS (SELECT 1 FROM publication_change x WHERE x.publication_id = p.id
                      AND x.kind = 'take_down')::int AS value
      FROM publication p JOIN cases c ON c.id = p.case_id JOIN document_issue i ON i.case_id = c.id
     WHERE p.published_at >= :since AND p.published_at < :until
     ORDER BY p.id
"""
_CATALOGUE_COVERAGE = """
    SELECT '' AS number, r.level1 || '：' || r.level2 AS label,
           EXISTS (SELECT 1 FROM publication_catalogue b
                    WHERE b.item_id = r.id AND b.set_at < :until
                      AND NOT EXISTS (SELECT 1 FROM publication_catalogue n
                                       WHERE n.slug = b.slug AND n.id > b.id AND n.set_at < :until))::int
             AS value
      FROM catalogue_item r WHERE r.active ORDER BY r.position, r.id
"""
_COMMENTS_DISPOSED = """
    SELECT c.number, '第' || m.serial || '条' AS label,
           EXISTS (SELECT 1 FROM comment_disposition d WHERE d.comment_id = m.id)::int AS value
      FROM public_comment m JOIN comment_window w ON w.case_id = m.case_id JOIN cases c ON c.id = m.case_id
     WHERE w.closes_at >= :since AND w.closes_at < :until
     ORDER BY m.id
"""
_OUTCOME_PUBLISHED = """
    SELECT c.number, '' AS label, (w.outcome_at IS NOT NULL)::int AS value
      FROM comment_window w JOIN cases c ON c.id = w.case_id
     WHERE w.closes_at >= :since AND w.closes_at < :until
     ORDER BY c.id
"""

MEASURES: dict[str, Measure] = {
    "clocks-on-time": Measure(_CLOCKS_ON_TIME),
    "clock-hours": Measure(_CLOCK_HOURS),
    "steps-on-time": Measure(_STEPS_ON_TIME),
    "cases-finished": Measure(_CASES_FINISHED),
    "publication-days": Measure(_PUBLICATION_DAYS),
    "taken-down": Measure(_TAKEN_DOWN),
    "catalogue-coverage": Measure(_CATALOGUE_COVERAGE, ("catalogue_item", "publication_catalogue")),
    "comments-disposed": Measure(_COMMENTS_DISPOSED, ("public_comment", "comment_disposition")),
    "outcome-published": Measure(_OUTCOME_PUBLISHED, ("comment_window",)),
}
