"""What of a case an actor may see: loaded in one statement, asked of the policy door."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from engine.actor import Actor
from engine.decisions.claims import claimed
from engine.policy import Act, Facts, may, permit
from engine.service import Service
from rules.errors import CaseNotFound

_IS_ABOUT = """l.relation IN ('interprets', 'consults-on', 'part-of')
      AND (n.channel = 'procedure' OR n.drafter_id = c.drafter_id
           OR n.drafter_id IN (SELECT person_id FROM decision WHERE case_id = c.id))"""
"""Whoever takes part in such a case may read the document it is about, where this case opened it or a person
who takes part here did: launching one about somebody's draft opens nobody's eyes. A confidentiality review
opens less: see ``engine.reading.documents``."""

_CASE = text(
    """
    SELECT c.*, u.code AS unit_code, u.name AS unit_name, d.name AS drafter, l.name AS launcher,
           v.version AS document_version,
           ARRAY(SELECT person_id FROM decision WHERE case_id = ANY(k.cases)
                 UNION SELECT drafter_id FROM cases WHERE id = ANY(k.cases)) AS decided_by,
           ARRAY(SELECT DISTINCT m.person_id FROM decision m JOIN step r ON r.id = m.step_id
                  WHERE m.case_id = c.id AND NOT (r.call->>'clerical')::bool
                    AND NOT (r.call->>'signs')::bool) AS reviewed_by,
           ARRAY(SELECT DISTINCT created_by FROM document_version WHERE case_id = c.id) AS authors,
           COALESCE((SELECT jsonb_agg(jsonb_build_object('position', a.position, 'unit_id', a.unit_id,
                       'person_id', a.person_id, 'clerical', (s.call->>'clerical')::bool,
                       'signs', (s.call->>'signs')::bool))
                       FROM assignment a JOIN step s ON s.id = a.step_id
                      WHERE a.case_id = ANY(k.cases) AND a.closed_at IS NULL), '[]') AS open_todos,
           COALESCE((SELECT jsonb_agg(jsonb_build_array(a.position, a.unit_id, a.person_id,
                                                         a.rung_id IS NOT NULL AND a.closed_at IS NULL))
                       FROM assignment a WHERE a.case_id = c.id
                        AND (a.rung_id IS NOT NULL OR a.clock_act_id IS NOT NULL)), '[]') AS pressed,
           ARRAY(SELECT p.person_id FROM case_link l JOIN cases n ON n.id = l.case_id
                   CROSS JOIN LATERAL (SELECT n.drafter_id AS person_id
                                        UNION SELECT person_id FROM decision WHERE case_id = n.id) p
                  WHERE l.other_id = c.id AND {is_about}) AS readers,
           COALESCE((SELECT jsonb_agg(DISTINCT jsonb_build_array(a.position, a.unit_id, a.person_id))
                       FROM case_link l JOIN cases n ON n.id = l.case_id
                       JOIN assignment a ON a.case_id = n.id AND a.closed_at IS NULL AND a.step_id IS NOT NULL
                      WHERE l.other_id = c.id AND {is_about}), '[]') AS read_beside,
           ARRAY(SELECT unnest(ARRAY[asked_by, answered_by, resumed_by]) FROM clock_act
                  WHERE case_id = c.id) AS acted_on_clocks
      FROM cases c
     -- Who reviews a document's attribute, or discloses it later, takes part in it: they must read it.
     CROSS JOIN LATERAL (SELECT c.id || ARRAY(SELECT case_id FROM case_link WHERE other_id = c.id
                           AND relation IN ('reviews-attribute', 'discloses-anew')) AS cases) k
      JOIN unit u ON u.id = c.unit_id
      JOIN person d ON d.id = c.drafter_id
      LEFT JOIN person l ON l.id = c.launched_by
      LEFT JOIN document_version v ON v.id = c.document_version_id
     WHERE c.number = :number
    """.replace("{is_about}", _IS_ABOUT)
)


_OUTCOMES = text("SELECT outcome FROM step WHERE case_id = :case AND outcome IS NOT NULL ORDER BY id")


@dataclass(frozen=True)
class Visible:
    """A case the actor may know of. ``row`` has its columns, ``facts`` what the door was told."""

    row: Row[Any]
    facts: Facts
    actor: Actor

    @property
    def may_read_document(self) -> bool:
        """Whether title and text are the actor's to read."""
        return may(self.actor, Act.READ_DOCUMENT, self.facts)

    @property
    def may_read_opinions(self) -> bool:
        """Whether what was said of it is theirs to read too."""
        return may(self.actor, Act.READ_OPINIONS, self.facts)

    @property
    def title(self) -> str | None:
        """The title, if public or the actor takes part; else nothing, not even for administrators."""
        return self.row.title if self.row.title_is_public or self.may_read_document else None


def load_visible(connection: Connection, actor: Actor, number: str, act: Act = Act.READ_CASE) -> Visible:
    """The case, if the actor may do ``act`` with it.

    Raises:
        CaseNotFound: no such case, or none the actor may know of: the two look the same.
        NotAllowed: the actor may know of the case, but not this.
    """
    row, facts = _loaded(connection, actor, number)
    if not may(actor, Act.READ_CASE, facts):
        raise CaseNotFound(where="case", number=number)
    permit(actor, act, facts)
    return Visible(row, facts, actor)


def require_allowed(connection: Connection, actor: Actor, number: str, act: Act) -> None:
    """See that the actor may do ``act`` with a case, also one that is not theirs to look at.

    Raises:
        CaseNotFound, NotAllowed.
    """
    _, facts = _loaded(connection, actor, number)
    if not may(actor, act, facts):
        load_visible(connection, actor, number, act)  # which says why, to whoever may know of the case


def _loaded(connection: Connection, actor: Actor, number: str) -> tuple[Row[Any], Facts]:
    row = connection.execute(_CASE, {"number": number}).one_or_none()
    if row is None:
        raise CaseNotFound(where="case", number=number)
    return row, _facts(row, actor, number)


def claims_secret(service: Service, actor: Actor, number: str) -> bool:
    """Whether a state secret is claimed in a case, at launch or on the way, and was not cleared.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
    """
    with service.read() as connection:
        row = load_visible(connection, actor, number).row
        return claimed(row.intake, connection.scalars(_OUTCOMES, {"case": row.id}))


def _facts(row: Row[Any], actor: Actor, number: str) -> Facts:
    me = frozenset({actor.person_id})
    decides = any(_is_asked(todo, row, actor) for todo in row.open_todos)
    pressed = [is_open for *post, is_open in row.pressed if _holds(post, actor)]  # it stays known there
    return Facts(
        where=number,
        drafter_id=row.drafter_id,
        launcher_id=row.launched_by,
        unit_id=row.unit_id,
        participants=frozenset(row.decided_by) | (me if decides else set()),
        asked=me if decides or any(pressed) else frozenset(),
        informed=frozenset(row.acted_on_clocks) | (me if pressed else set()),
        readers=frozenset(row.readers) | (me if any(_holds(p, actor) for p in row.read_beside) else set()),
    )


def _holds(post: list[Any], actor: Actor) -> bool:
    """Whether a to-do of this post is the actor's."""
    position, unit_id, person_id = post
    return may(actor, Act.ATTEND, Facts(position=position, unit_id=unit_id, assigned_person_id=person_id))


def _is_asked(todo: dict[str, Any], row: Row[Any], actor: Actor) -> bool:
    facts = Facts(
        drafter_id=row.drafter_id,
        unit_id=todo["unit_id"],
        position=todo["position"],
        assigned_person_id=todo["person_id"],
        clerical=todo["clerical"],
        signs=todo["signs"],
        reviewed_by=frozenset(row.reviewed_by),
        authors=frozenset(row.authors),
    )
    return may(actor, Act.DECIDE, facts)
