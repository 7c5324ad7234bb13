"""标准目录 in the browser: the public page, the board, a row edited, a file brought, documents placed."""

import re

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from engine.activities import ACTIVITIES
from engine.acts.put_into_catalogue import put_into_catalogue
from engine.leases import claim, settle
from engine.ledger import verify
from engine.reading.catalogue import read_board
from engine.service import Service
from tests.builders import Bureau, MovableClock, decide_all, launch_case, scalars
from tests.engine.test_catalogue import FILE, bring, file, line, row_of
from tests.portal.conftest import Client, SignIn
from tests.portal.register_shelf import change, publish

HTML = {"Accept": "text/html"}


def posted(browser: Client, path: str, **form: str) -> httpx.Response:
    """As a browser sends the form of a page."""
    fields = {"csrf": browser.headers.get("X-CSRF-Token", ""), **form}
    return browser("POST", path, data=fields, headers=HTML)


@pytest.fixture
def brought(service: Service, bureau: Bureau) -> None:
    """The sample catalogue."""
    bring(service, FILE)


def execute_open_activity(service: Service) -> None:
    """Publish, as the worker does."""
    (step,) = scalars(service, "SELECT step_id FROM activity WHERE settled_at IS NULL")
    lease = claim(service, step, holder="test")
    assert lease is not None
    settle(service, lease, ACTIVITIES[lease.activity](service, lease))


# --- for everybody ---------------------------------------------------------------------------


def test_the_public_catalogue_shows_both_domains_and_marks_what_is_not_verified(
    service: Service, stranger: Client, brought: None
) -> None:
    answer = stranger.get("/catalogue")
    page = answer.text
    assert answer.status_code == 200
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "<script" not in page
    assert "28 项二级事项" in page
    assert "20 项二级事项" in page
    assert page.count("未核实 <span") == 11
    assert page.count("占位，待补充 <span") == 13
    assert page.count("未定期限") == 24


def test_the_public_catalogue_links_to_standing_documents_and_to_nothing_else(
    service: Service, bureau: Bureau, stranger: Client, brought: None
) -> None:
    item = row_of(service, "行政处罚").id
    slugs = [publish(service, number, title=f"处罚决定{number}") for number in range(1, 6)]
    put_into_catalogue(service, bureau.actor("publisher"), dict.fromkeys(slugs, item))
    change(service, slugs[4])
    publish(service, 6, title="另一件")
    page = stranger.get("/catalogue").text
    assert f'href="/register/{slugs[3]}"' in page
    assert "处罚决定5" not in page, "taken down"
    assert f'href="/register?item={item}"' in page
    assert "全部 4 件" in page
    listed = stranger.get(f"/register?item={item}")
    assert "共 4 件" in listed.text
    assert "安全生产 / 依法行政 / 行政处罚" in listed.text
    document = stranger.get(f"/register/{slugs[0]}").text
    assert f'<a href="/catalogue#row-{item}">安全生产 / 依法行政 / 行政处罚</a>' in document


def test_a_page_kept_by_a_reader_is_fetched_anew_once_its_document_has_a_row(
    service: Service, bureau: Bureau, clock: MovableClock, stranger: Client, brought: None
) -> None:
    slug = publish(service, published_at=service.now)
    kept = {"If-Modified-Since": stranger.get(f"/register/{slug}").headers["last-modified"]}
    assert stranger.get(f"/register/{slug}", headers=kept).status_code == 304
    clock.move(days=1)
    put_into_catalogue(service, bureau.actor("publisher"), {slug: row_of(service, "行政处罚").id})
    assert stranger.get(f"/register/{slug}", headers=kept).status_code == 200


def test_the_public_role_reads_rows_and_places_but_neither_who_changed_them_nor_why(
    app: FastAPI, brought: None
) -> None:
    assert app.state.public is not None
    for statement in (
        "SELECT reason FROM catalogue_change",
        "SELECT set_by FROM publication_catalogue",
        "SELECT imported FROM catalogue_item",
        "SELECT * FROM link_check",
        "UPDATE catalogue_item SET level2 = 'x'",
    ):
        with app.state.public.connect() as connection, pytest.raises(Exception, match="permission denied"):
            connection.execute(text(statement))


def test_what_people_wrote_into_a_row_stays_text_on_every_page(
    service: Service, stranger: Client, signed_in: SignIn
) -> None:
    hostile = "<script>alert(1)</script>"
    bring(service, file(line("甲", basis=hostile, time_limit="<b>20</b>")))
    browser = signed_in("openness_office")
    number = row_of(service, "甲").id
    for page in (stranger.get("/catalogue"), browser.get(f"/catalogue/rows/{number}")):
        assert hostile not in page.text
        assert "&lt;script&gt;" in page.text


# --- at the desk -----------------------------------------------------------------------------


def test_the_board_says_what_is_missing_late_or_without_number_and_draws_a_cell_for_each_row(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    bring(service, file(line("甲", time_limit="信息形成之日起20个工作日内"), line("乙"), line("丙")))
    late = publish(service, 1, published_at="2026-06-01T09:00+08:00")
    put_into_catalogue(service, bureau.actor("publisher"), {late: row_of(service, "甲").id})
    page = signed_in("drafter").get("/catalogue/board").text
    assert "还缺 4 项一级、17 项二级" in page
    assert "还缺 5 项一级、28 项二级" in page
    assert len(re.findall(r'<g class="(late|nothing)">', page)) == 3
    assert "1 件</strong>" in page
    assert page.count('<span class="hint">未定期限</span>') == 2
    nothing = signed_in("drafter").get("/catalogue/board?state=nothing").text
    assert ">甲</a>" not in nothing
    assert ">乙</a>" in nothing
    assert "导出" not in page, "a drafter takes no tables away"


def test_the_board_is_taken_away_as_a_table_with_its_entry(
    service: Service, signed_in: SignIn, brought: None
) -> None:
    answer = posted(signed_in("openness_office"), "/catalogue/board/export", form="csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 49
    assert "未定期限" in lines[8]
    told = "SELECT data->>'table' FROM ledger_entry WHERE action = 'table-exported'"
    assert scalars(service, told) == ["catalogue-board"]


def test_a_file_is_shown_before_it_is_stored_and_stored_only_as_it_was_shown(
    service: Service, signed_in: SignIn
) -> None:
    browser = signed_in("openness_office")
    table = file(line("甲"), line("", status="verified"))
    preview = posted(browser, "/catalogue/import", table=table, what="preview").text
    assert "将新增 1 项，改变 0 项" in preview
    assert "第 3 行" in preview
    assert read_board(service).rows == ()
    (token,) = re.findall(r'name="previewed" value="([^"]+)"', preview)
    other = {"table": file(line("乙")), "what": "import", "previewed": token}
    posted(browser, "/catalogue/import", **other)
    assert read_board(service).rows == (), "another text is previewed first"
    done = posted(browser, "/catalogue/import", table=table, what="import", previewed=token)
    assert done.status_code == 303
    assert [row.row["level2"] for row in read_board(service).rows] == ["甲"]


def test_a_row_is_edited_with_a_reason_and_what_was_typed_stays_when_it_is_missing(
    service: Service, signed_in: SignIn
) -> None:
    bring(service, file(line("甲")))
    browser, row = signed_in("openness_office"), row_of(service, "甲")
    path = f"/catalogue/rows/{row.id}"
    (seen,) = re.findall(r'name="seen" value="(\d+)"', browser.get(path).text)
    fields = {**row.row, "basis": "《条例》第26条", "active": "true", "seen": seen}
    refused = posted(browser, path, **fields, reason="")
    assert refused.status_code == 422
    assert "《条例》第26条" in refused.text
    assert posted(browser, path, **fields, reason="补充依据").status_code == 303
    page = browser.get(path).text
    assert "补充依据" in page
    assert "<ins>《条例》第26条</ins>" in page
    stale = posted(browser, path, **{**fields, "basis": "又一依据"}, reason="再改")
    assert stale.status_code == 409


def test_documents_are_put_into_the_catalogue_from_the_case_page_and_in_bulk(
    service: Service, signed_in: SignIn, brought: None
) -> None:
    publisher, drafter = signed_in("publisher"), signed_in("drafter")
    slug = publish(service, 7, title="关于捐赠款物信息的公告")
    page = publisher.get("/catalogue/documents").text
    item = row_of(service, "捐赠款物信息").id
    assert f'<option value="{item}" selected>' in page, "suggested by its words"
    posted(publisher, "/catalogue/documents", **{f"row.{slug}": str(item)})
    assert row_of(service, "捐赠款物信息").total == 1
    number = launch_case(service).number
    decide_all(service, number)
    assert 'id="catalogue"' not in drafter.get(f"/cases/{number}").text, "not public yet"
    execute_open_activity(service)
    page = drafter.get(f"/cases/{number}").text
    assert "尚未归入标准目录" in page
    assert f"/cases/{number}/catalogue" not in page, "the drafter looks on"
    openness, row = signed_in("openness_office"), row_of(service, "其他政策文件").id
    posted(openness, f"/cases/{number}/catalogue", row=str(row))
    assert "安全生产 / 政策文件 / 其他政策文件" in drafter.get(f"/cases/{number}").text
    with service.database.begin() as connection:
        verify(connection)


def test_the_registers_page_filters_goes_on_and_offers_what_one_may_take(
    service: Service, signed_in: SignIn
) -> None:
    for number in range(1, 53):
        publish(service, number, title=f"<i>通知</i>{number}")
    office = signed_in("office")
    first = office.get("/registers/publications?unit=执法监督股").text
    assert "共 52 条" in first
    assert "<i>通知" not in first
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    assert "第 2 / 2 页" in office.get(following.replace("&amp;", "&")).text
    assert "没有符合条件的记录" in office.get("/registers/publications?q=无此词").text
    assert office.get("/registers/nothing", headers=HTML).status_code == 404
    assert office.get("/registers/changes?from=yesterday", headers=HTML).status_code == 422
    taken = posted(office, "/registers/publications/export", form="xlsx", q="通知1")
    assert taken.content[:2] == b"PK"
    assert "attachment" in taken.headers["content-disposition"]
    assert posted(office, "/registers/publications/export", form="exe").status_code == 422


def test_the_patrol_page_tells_when_all_is_well_and_when_not(service: Service, signed_in: SignIn) -> None:
    publisher = signed_in("publisher")
    assert "还没有发布到网站的文件" in publisher.get("/links").text
    slug = publish(service, website_url="https://www.qingling.example/1.html")
    assert "所有网址都正常" in publisher.get("/links").text
    assert "尚未查看" in publisher.get("/links?everything=true").text
    with service.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO link_check (slug, url, checked_at, state, why_zh, why_en) VALUES"
                " (:slug, :url, :now, 'unreachable', '网站答复 HTTP 404', '')"
            ),
            {"slug": slug, "now": service.now, "url": "https://www.qingling.example/1.html"},
        )
    page = publisher.get("/links").text
    assert "打不开" in page
    assert "网站答复 HTTP 404" in page
