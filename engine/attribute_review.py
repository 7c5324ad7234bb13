"""公开属性年度自查 (四(一)4): the documents it is about, a case for each, the report drawn from them."""

from datetime import date
from typing import Any

from sqlalchemy import text

from engine.attributes import PRESENT
from engine.documents import store_version
from engine.forms import fill
from engine.linking import link
from engine.outcomes import Done
from engine.procedures import procedure
from engine.work import Work
from engine.yearly import opening_day
from models import Person
from rules.disclosure import DisclosureAttribute
from rules.relations import Relation

ITEM = "attribute-review-item"

_NOT_OPEN = text(
    f"""
    SELECT c.number, u.code AS unit, {PRESENT} AS attribute,
           (SELECT o.number FROM cases o WHERE o.procedure = :item
               AND o.unique_key = CAST(:year AS text) || E'\\x1f' || c.number) AS opened
      FROM document_issue i
      JOIN cases c ON c.id = i.case_id
      JOIN document_version v ON v.id = i.document_version_id
      JOIN unit u ON u.id = c.unit_id
     WHERE i.disclosed_from IS NULL AND i.marking <> '' AND i.issued_on <= :until
       AND {PRESENT} IN (:on_request, :withheld)
     ORDER BY i.issued_on, i.case_id
    """  # noqa: S608  names of ours only
)
_REVIEWED = text(
    """
    SELECT n.number, d.number AS document, i.doc_no, v.title, u.name AS unit,
           COALESCE(a.old_attribute, (SELECT s.outcome->'facts'->>'attribute' FROM step s
                                       WHERE s.case_id = n.id AND s.key = 'document')) AS attribute,
           a.new_attribute, n.outcome,
           (SELECT s.outcome->'answers'->>'conclusion' FROM step s WHERE s.case_id = n.id
               AND s.key = 'opinion' AND s.outcome IS NOT NULL ORDER BY s.round DESC LIMIT 1) AS proposed,
           (SELECT o.opinion FROM decision o JOIN step s ON s.id = o.step_id WHERE o.case_id = n.id
               AND s.key = 'opinion' AND o.action = 'approve' ORDER BY o.id DESC LIMIT 1) AS why,
           (SELECT string_agg(p.name || '：' || o.opinion, '；' ORDER BY o.id)
              FROM decision o JOIN step s ON s.id = o.step_id JOIN person p ON p.id = o.person_id
             WHERE o.case_id = n.id AND (o.action = 'reject' OR s.key = 'decision')
               AND o.opinion <> '') AS dispute
      FROM cases n
      JOIN case_link l ON l.case_id = n.id AND l.relation = 'part-of' AND l.other_id = :case
      JOIN cases d ON d.number = n.intake->>'document'
      JOIN document_issue i ON i.case_id = d.id
      JOIN document_version v ON v.id = i.document_version_id
      JOIN unit u ON u.id = d.unit_id
      LEFT JOIN attribute_change a ON a.decided_in = n.id
     WHERE n.procedure = :item
     ORDER BY i.issued_on, d.id
    """
)


def plan_attribute_review(work: Work, arguments: dict[str, Any]) -> Done:
    """When this year's review opens by the organ's own number; it closes so many days after that."""
    year = int(arguments["year"])
    opens = opening_day(work.law, "attribute-review-opens", year)
    work.case.title = f"{year}年度公开属性自查"
    return Done({"opens": opens.isoformat(), "year_ends": date(year, 12, 31).isoformat()})


def open_attribute_items(work: Work, arguments: dict[str, Any]) -> Done:
    """A case for every issued document that is not open to all, of any year; what has its case is left alone.

    All in the step that opens them, or none: the list is what it was at one moment.
    """
    year = int(arguments["year"])
    found = work.connection.execute(
        _NOT_OPEN,
        {
            "item": ITEM,
            "year": year,
            "until": date(year, 12, 31),
            "on_request": DisclosureAttribute.ON_REQUEST.value,
            "withheld": DisclosureAttribute.WITHHELD.value,
        },
    ).all()
    person = Person.__table__
    drafter = work.connection.scalar(
        person.select().with_only_columns(person.c.username).where(person.c.id == work.case.drafter_id)
    )
    numbers = []
    for row in found:
        number = row.opened or _open_item(
            work, {"drafter": drafter, "unit": row.unit, "year": year, "document": row.number}
        )
        numbers.append(number)
    by_attribute = [row.attribute for row in found]
    return Done(
        {
            "numbers": numbers,
            "on_request": by_attribute.count(DisclosureAttribute.ON_REQUEST),
            "withheld": by_attribute.count(DisclosureAttribute.WITHHELD),
        }
    )


def _open_item(work: Work, intake: dict[str, Any]) -> str:
    from engine.launching import open_case, opening_for  # it advances the new case, from inside advance

    chosen = procedure(ITEM)
    stated = fill(chosen.intake, intake, where=ITEM)
    opening = opening_for(work.service, work.connection, chosen, stated, by=work.actor, channel="procedure")
    made = open_case(work.service, work.connection, opening)
    link(work.connection, made.case_id, work.case.number, Relation.PART_OF, at=work.now)
    return made.number


def draft_review_report(work: Work, arguments: dict[str, Any]) -> Done:
    """自查报告, drawn from the records: how many, what was changed, what was not and why. A first draft."""
    rows = list(work.connection.execute(_REVIEWED, {"case": work.case.id, "item": ITEM}))
    year = int(arguments["year"])
    changed = [row for row in rows if row.new_attribute]
    kept = [row for row in rows if not row.new_attribute and row.proposed not in (None, "keep")]
    rest = [row for row in rows if not row.new_attribute and row not in kept]
    content = {
        "title": f"{year}年度公开属性自查报告",
        "body": _report(year, rows, changed, kept, rest),
        "attribute": "",
        "ground": "",
        "ground_text": "",
        "attachments": [],
    }
    store_version(work, content, person_id=work.case.drafter_id)
    return Done({"reviewed": len(rows), "changed": len(changed), "proposed_and_kept": len(kept)})


def _report(year: int, rows: list[Any], changed: list[Any], kept: list[Any], rest: list[Any]) -> str:
    was = [row.attribute for row in rows]
    opened = sum(row.new_attribute == DisclosureAttribute.PROACTIVE for row in changed)
    lines = [
        f"按照应急厅函〔2019〕390号 四(一)4，政务公开工作机构会同文秘机构对截至{year}年12月31日印发的"
        f"依申请公开文件{was.count(DisclosureAttribute.ON_REQUEST)}件、"
        f"不予公开文件{was.count(DisclosureAttribute.WITHHELD)}件逐件自查。",
        f"一、总体情况：共自查{len(rows)}件，建议变更{len(changed) + len(kept)}件；转为主动公开{opened}件，"
        f"转为依申请公开{len(changed) - opened}件，经征求意见后维持{len(kept)}件，"
        f"其余{len(rest)}件维持原公开属性。",
        "二、变更公开属性的文件",
        *(
            f"{place}. {_named(row)}：{row.attribute}转为{row.new_attribute}（{row.number}）。理由：{row.why}"
            for place, row in enumerate(changed, 1)
        ),
        *([] if changed else ["无。"]),
        "三、建议变更而维持的文件及理由",
        *(
            f"{place}. {_named(row)}：维持{row.attribute}（{row.number}）。建议理由：{row.why}；"
            f"不同意见及决定：{row.dispute or '无'}"
            for place, row in enumerate(kept, 1)
        ),
        *([] if kept else ["无。"]),
        "四、其余维持原公开属性的文件",
        *(f"{place}. {_named(row)}：{row.attribute}。理由：{row.why}" for place, row in enumerate(rest, 1)),
        *([] if rest else ["无。"]),
    ]
    return "\n".join(lines)


def _named(row: Any) -> str:
    return f"《{row.title}》（{row.doc_no}，{row.unit}）"
