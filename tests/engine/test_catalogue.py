"""标准目录: imported once, never over the site's own words in silence, changed with a reason, told."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from engine.acts.catalogue import add_item, edit_row
from engine.acts.import_catalogue import CatalogueImported, import_catalogue
from engine.acts.put_into_catalogue import put_into_catalogue
from engine.doctor import examine
from engine.ledger import verify
from engine.reading.catalogue import BoardRow, read_board, read_loose, read_row, read_standing
from engine.service import Service
from rules.catalogue import FIELDS
from rules.errors import (
    CatalogueChangedMeanwhile,
    CatalogueRowNotFound,
    CatalogueRowTaken,
    InvalidInput,
    NotAllowed,
    PublicationNotFound,
)
from tests.builders import Bureau, MovableClock, scalars
from tests.portal.register_shelf import change, publish

FILE = (Path(__file__).parents[2] / "samples" / "catalogue.csv").read_text(encoding="utf-8")
HEADER = ",".join(field.name for field in FIELDS)
ENTRIES = "SELECT data FROM ledger_entry WHERE chain = 0 AND action LIKE '%catalogue%' ORDER BY seq"


def line(level2: str, **said: str) -> str:
    row = {"domain": "救灾", "level1": "款物管理", "level2": level2, "status": "unverified"} | said
    return ",".join(row.get(field.name, "") for field in FIELDS)


def file(*lines: str) -> str:
    return "\n".join([HEADER, *lines])


def bring(service: Service, said: str, *, by: str = "openness_office", **how: Any) -> CatalogueImported:
    return import_catalogue(service, service.actor(by, channel="api"), said, where="catalogue.csv", **how)


def row_of(service: Service, level2: str) -> BoardRow:
    return next(row for row in read_board(service).rows if row.row["level2"] == level2)


def edit(service: Service, named: str, /, *, by: str = "openness_office", **said: str) -> bool:
    found = row_of(service, named)
    seen = read_row(service, found.id).seen
    reason = said.pop("reason", "核对原文")
    actor = service.actor(by, channel="api")
    return edit_row(service, actor, found.id, found.row | said, active=True, reason=reason, seen=seen)


def test_the_sample_is_imported_once_and_told_once(service: Service, bureau: Bureau) -> None:
    would = bring(service, FILE, dry_run=True)
    assert (len(would.added), would.stored) == (48, False)
    assert read_board(service).rows == ()
    done = bring(service, FILE, seen=would.revision)
    assert (len(done.added), done.changed, done.conflicts, done.bad, done.stored) == (48, (), (), (), True)
    again = bring(service, FILE)
    assert (again.same, again.stored, again.rows) == (True, False, 48)
    assert len(scalars(service, ENTRIES)) == 1
    with service.database.begin() as connection:
        verify(connection)
    assert [count.missing for count in read_board(service).counts] == [0, 0]


def test_bad_rows_are_told_and_the_good_ones_taken_then_the_corrected_file_completes_it(
    service: Service, bureau: Bureau
) -> None:
    done = bring(service, file(line("甲"), line("", status="verified"), line("丙", status="好")))
    assert [row.line for row in done.bad] == [3, 4]
    assert [each.named for each in done.added] == ["救灾 / 款物管理 / 甲"]
    done = bring(service, file(line("甲"), line("乙"), line("丙")))
    assert [each.named[-1] for each in done.added] == ["乙", "丙"]


def test_an_import_never_overwrites_what_the_site_wrote_and_says_so(service: Service, bureau: Bureau) -> None:
    bring(service, file(line("甲", basis="旧", channels="政府网站")))
    edit(service, "甲", basis="本单位核对的依据")
    done = bring(service, file(line("甲", basis="新", channels="公示栏")))
    ((difference,),) = (done.conflicts,)
    assert [(c.field, c.mine, c.theirs) for c in difference.conflicts] == [
        ("basis", "本单位核对的依据", "新")
    ]
    kept = row_of(service, "甲").row
    assert (kept["basis"], kept["channels"]) == ("本单位核对的依据", "公示栏")
    assert bring(service, file(line("甲", basis="新", channels="公示栏"))).conflicts, "told until settled"
    bring(service, file(line("甲", basis="新", channels="公示栏")), take_file=True)
    assert row_of(service, "甲").row["basis"] == "新"


def test_a_row_the_site_renamed_is_still_the_files_row(service: Service, bureau: Bureau) -> None:
    bring(service, file(line("占位")))
    edit(service, "占位", level2="年度款物使用情况公示", status="verified")
    again = bring(service, file(line("占位")))
    assert (again.same, again.absent) == (True, ())
    assert [row.row["level2"] for row in read_board(service).rows] == ["年度款物使用情况公示"]


def test_every_change_has_its_reason_and_its_history_with_before_and_after(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    bring(service, file(line("甲")))
    clock.move(days=1)
    assert edit(service, "甲", basis="依据", reason="补充依据")
    assert not edit(service, "甲", basis="依据"), "the same again is no change"
    latest, first = read_row(service, row_of(service, "甲").id).history
    assert (latest.by, latest.reason, latest.fields) == (
        "政务公开工作机构",
        "补充依据",
        (("basis", "", "依据"),),
    )
    assert first.action == "imported"
    with pytest.raises(InvalidInput):
        edit(service, "甲", basis="又改", reason=" ")
    assert row_of(service, "甲").row["basis"] == "依据"


def test_history_cannot_be_changed(service: Service, bureau: Bureau) -> None:
    bring(service, file(line("甲")))
    for table in ("catalogue_change", "publication_catalogue", "link_check"):
        with (
            service.database.connect() as connection,
            pytest.raises(Exception, match=r"permission denied|only grows"),
        ):
            connection.execute(text(f"DELETE FROM {table}"))
    with service.database.connect() as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute(text("DELETE FROM catalogue_item"))


def test_a_row_changed_past_its_history_is_found_by_the_doctor(service: Service, bureau: Bureau) -> None:
    bring(service, file(line("甲"), line("乙")))
    assert "catalogue-is-what-its-history-says" not in {found.check for found in examine(service)}
    with service.database.begin() as connection:
        connection.execute(text("UPDATE catalogue_item SET basis = '擅自' WHERE level2 = '乙'"))
    assert [f.where for f in examine(service) if f.check == "catalogue-is-what-its-history-says"] == [
        "救灾 / 款物管理 / 乙"
    ]


def test_who_confirms_what_is_no_longer_so_is_told(service: Service, bureau: Bureau) -> None:
    shown = bring(service, file(line("甲")), dry_run=True)
    bring(service, file(line("乙")))
    with pytest.raises(CatalogueChangedMeanwhile):
        bring(service, file(line("甲")), seen=shown.revision)
    found = row_of(service, "乙")
    seen = read_row(service, found.id).seen
    edit(service, "乙", basis="先改")
    with pytest.raises(CatalogueChangedMeanwhile):
        edit_row(
            service,
            bureau.actor("openness_office"),
            found.id,
            found.row | {"basis": "后改"},
            active=True,
            reason="核对",
            seen=seen,
        )


def test_only_the_openness_office_and_administrators_change_the_catalogue(
    service: Service, bureau: Bureau
) -> None:
    bring(service, file(line("甲")), by="administrator")
    for person in ("drafter", "publisher", "office", "head", "manager"):
        with pytest.raises(NotAllowed):
            bring(service, file(line("乙")), by=person)
        with pytest.raises(NotAllowed):
            edit(service, "甲", by=person, basis="改")
        with pytest.raises(NotAllowed):
            add_item(service, bureau.actor(person), row_of(service, "甲").row, reason="增补")


def test_the_site_adds_rows_but_no_two_of_one_name(service: Service, bureau: Bureau) -> None:
    bring(service, file(line("甲")))
    actor, row = bureau.actor("openness_office"), row_of(service, "甲").row
    with pytest.raises(CatalogueRowTaken):
        add_item(service, actor, row, reason="增补")
    added = add_item(service, actor, row | {"level2": "乡镇补充项"}, reason="细化（一(三)）")
    assert read_row(service, added).row.row["level2"] == "乡镇补充项"
    with pytest.raises(CatalogueRowTaken):
        edit(service, "乡镇补充项", level2="甲")


# --- documents under rows --------------------------------------------------------------------


@pytest.fixture
def placed(service: Service, bureau: Bureau) -> tuple[str, int]:
    """A published document under a row with a limit of 20 working days."""
    bring(service, file(line("甲", time_limit="信息形成或变更之日起20个工作日内"), line("乙")))
    slug, item = publish(service), row_of(service, "甲").id
    assert put_into_catalogue(service, bureau.actor("publisher"), {slug: item}) == 1
    return slug, item


def test_a_document_put_under_a_row_counts_there_until_it_is_moved_or_taken_down(
    service: Service, bureau: Bureau, placed: tuple[str, int]
) -> None:
    slug, item = placed
    row = row_of(service, "甲")
    assert (row.total, row.this_year, row.state) == (1, 1, "this-year")
    other = row_of(service, "乙").id
    put_into_catalogue(service, bureau.actor("openness_office"), {slug: other})
    assert [row_of(service, name).total for name in ("甲", "乙")] == [0, 1]
    assert put_into_catalogue(service, bureau.actor("openness_office"), {slug: other}) == 0
    entries = [data["documents"] for data in scalars(service, ENTRIES) if "documents" in data]
    assert entries == [{slug: [None, item]}, {slug: [item, other]}]
    change(service, slug)
    assert row_of(service, "乙").state == "nothing"
    assert read_standing(service, slug) is None
    with pytest.raises(PublicationNotFound):
        put_into_catalogue(service, bureau.actor("publisher"), {slug: item})


def test_only_publisher_and_openness_office_put_documents_and_only_under_rows_in_use(
    service: Service, bureau: Bureau, placed: tuple[str, int]
) -> None:
    slug, item = placed
    for person in ("administrator", "drafter", "office", "manager"):
        with pytest.raises(NotAllowed):
            put_into_catalogue(service, bureau.actor(person), {slug: None})
    with pytest.raises(CatalogueRowNotFound):
        put_into_catalogue(service, bureau.actor("publisher"), {slug: 999})
    found = row_of(service, "乙")
    seen = read_row(service, found.id).seen
    edit_row(
        service,
        bureau.actor("openness_office"),
        found.id,
        found.row,
        active=False,
        reason="不涉及",
        seen=seen,
    )
    with pytest.raises(CatalogueRowNotFound):
        put_into_catalogue(service, bureau.actor("publisher"), {slug: found.id})
    standing = read_standing(service, slug)
    assert standing is not None
    assert standing.document.item == item


def test_what_was_published_after_its_rows_own_limit_is_late_and_a_row_without_number_has_none(
    service: Service, bureau: Bureau, clock: MovableClock, placed: tuple[str, int]
) -> None:
    _slug, item = placed  # formed on 19 April, 20 working days: until 19 May, whole
    for number, day, limit in ((2, "2026-05-19T23:59+08:00", False), (3, "2026-05-20T00:00+08:00", True)):
        late = publish(service, number, published_at=day)
        put_into_catalogue(service, bureau.actor("publisher"), {late: item})
        assert [each.slug for each in row_of(service, "甲").late] == ([late] if limit else [])
    assert row_of(service, "甲").state == "late"
    assert row_of(service, "乙").limit is None
    put_into_catalogue(service, bureau.actor("publisher"), {late: row_of(service, "乙").id})
    assert row_of(service, "乙").state == "this-year"


def test_a_document_left_without_a_row_for_the_sites_number_of_days_is_a_warning(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    bring(service, file(line("捐赠款物信息")))
    slug = publish(service, title="关于捐赠款物信息的公告")
    ((document, suggested),) = read_loose(service).documents
    assert (document.slug, suggested) == (slug, row_of(service, "捐赠款物信息").id)

    def warned() -> list[str]:
        return [found.where for found in examine(service) if found.check == "publication-has-catalogue-row"]

    clock.move(days=15)  # the holiday of 1 May: 10 working days end on 7 May
    assert warned() == []
    clock.move(days=3)
    assert warned() == [slug]
    assert suggested is not None
    put_into_catalogue(service, bureau.actor("publisher"), {slug: suggested})
    assert warned() == []
