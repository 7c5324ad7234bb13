"""What the superior supervises and evaluates with (一(三)): a year's figures and registers, and no text.

A title is told only of what is public.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from engine.attributes import PRESENT
from engine.evaluation.figures import overall
from engine.reading.evaluation import evaluated
from engine.reading.values import snapshot
from engine.service import Service

_ORGAN = text("SELECT name FROM organ")
_DOCUMENTS = text(
    f"""
    SELECT i.doc_no, u.name AS unit, i.formed_on, i.issued_on, v.attribute AS issued_as,
           {PRESENT} AS attribute, v.ground, CASE WHEN c.title_is_public THEN v.title END AS title
      FROM document_issue i JOIN cases c ON c.id = i.case_id JOIN unit u ON u.id = c.unit_id
      JOIN document_version v ON v.id = i.document_version_id
     WHERE i.disclosed_from IS NULL AND i.marking <> '' AND extract(year FROM i.issued_on) = :year
     ORDER BY i.issued_on, i.case_id
    """  # noqa: S608  names of ours only
)
_PUBLICATIONS = text(
    """
    SELECT c.number, v.title, p.url, p.published_at,
           EXISTS (SELECT 1 FROM publication_change x WHERE x.publication_id = p.id
                      AND x.kind = 'take_down') AS taken_down
      FROM publication p JOIN cases c ON c.id = p.case_id
      JOIN document_version v ON v.id = p.document_version_id
     WHERE extract(year FROM p.published_at AT TIME ZONE :zone) = :year ORDER BY p.id
    """
)
_CHANGES = text(
    """
    SELECT i.doc_no, a.old_attribute, a.new_attribute, a.changed_on
      FROM attribute_change a JOIN document_issue i ON i.case_id = a.case_id
     WHERE extract(year FROM a.changed_on) = :year ORDER BY a.id
    """
)


@dataclass(frozen=True)
class FigureTold:
    """One indicator. ``state``: measured, no-cases, no-data; ``counted``: how much it was computed from."""

    key: str
    group: str
    zh: str
    en: str
    state: str
    figure: float | None
    unit: str
    target: float
    points: float | None
    weight: int
    counted: int
    how_zh: str
    how_en: str


@dataclass(frozen=True)
class DocumentTold:
    """An issued document; ``title`` only of what is public."""

    doc_no: str
    unit: str
    formed_on: date
    issued_on: date
    issued_as: str
    attribute: str
    ground: str
    title: str | None


@dataclass(frozen=True)
class PublicationTold:
    """Something published."""

    number: str
    title: str
    url: str
    published_at: datetime
    taken_down: bool


@dataclass(frozen=True)
class ChangeTold:
    """An attribute changed after issue."""

    doc_no: str
    old_attribute: str
    new_attribute: str
    changed_on: date


@dataclass(frozen=True)
class YearForSuperior:
    """A year of the organ's. ``evaluated_in``: the case its figures were frozen in; none: figures of now."""

    organ: str
    year: int
    evaluated_in: str | None
    as_of: datetime
    points: float | None
    figures: list[FigureTold]
    documents: list[DocumentTold]
    publications: list[PublicationTold]
    attribute_changes: list[ChangeTold]


def read_year(service: Service, year: int) -> YearForSuperior:
    """Everything of one year, as of one moment."""
    with snapshot(service) as connection:
        number, at, found = evaluated(service, connection, year)
        asked = {"year": year, "zone": service.settings.timezone}
        return YearForSuperior(
            organ=connection.scalar(_ORGAN) or "",
            year=year,
            evaluated_in=number,
            as_of=at,
            points=overall(found),
            figures=[
                FigureTold(
                    each.indicator.key,
                    each.indicator.group.value,
                    each.indicator.zh,
                    each.indicator.en,
                    each.state,
                    each.figure,
                    each.indicator.unit,
                    each.indicator.target,
                    each.points,
                    each.weight,
                    len(each.behind),
                    each.indicator.how_zh,
                    each.indicator.how_en,
                )
                for each in found
            ],
            documents=[
                DocumentTold(**row._asdict()) for row in connection.execute(_DOCUMENTS, {"year": year})
            ],
            publications=[
                PublicationTold(**row._asdict()) for row in connection.execute(_PUBLICATIONS, asked)
            ],
            attribute_changes=[
                ChangeTold(**row._asdict()) for row in connection.execute(_CHANGES, {"year": year})
            ],
        )
