"""The yearly evaluation's pages: figures open to what is behind them, weights need a reason."""

import csv
from io import StringIO

from sqlalchemy import text

from engine.service import Service
from tests.builders import Bureau, MovableClock, decide_all, launch_case, scalars
from tests.engine.test_attribute_review import act, both_sign, document, items, opinion, review
from tests.portal.conftest import SignIn
from tests.portal.test_pages import HTML, field, post
from tests.walking import execute


def published(service: Service) -> str:
    number = launch_case(service).number
    decide_all(service, number)
    execute(service)
    return number


def test_each_figure_opens_to_the_cases_behind_it(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = published(service)
    browser = signed_in("head")
    page = browser.get("/evaluation/2026", headers=HTML).text
    assert "/evaluation/2026/figures/publication-on-time" in page
    assert '<rect class="full" width="100.0%"' in page
    assert "style=" not in page
    behind = browser.get("/evaluation/2026/figures/publication-on-time", headers=HTML).text
    assert f'href="/cases/{number}"' in behind
    assert "本年度没有相关事项" in browser.get("/evaluation/2026/figures/response-on-time", headers=HTML).text
    assert browser.get("/evaluation/2026/figures/nothing", headers=HTML).status_code == 404


def test_weights_are_changed_with_a_reason_or_not_at_all(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    browser = signed_in("openness_office")
    token = field(browser.get("/evaluation/2026", headers=HTML), "csrf")
    form = {"csrf": token, "weight.taken-down": "7"}
    for wrong in ({"reason": ""}, {"reason": "重", "weight.taken-down": "101"}, {"weight.taken-down": "x"}):
        assert post(browser, "/evaluation/2026/weights", form | {"reason": "试"} | wrong).status_code == 422
    assert scalars(service, "SELECT count(*) FROM indicator_weight") == [0]
    assert post(browser, "/evaluation/2026/weights", form | {"reason": "<b>重点</b>"}).status_code == 303
    page = browser.get("/evaluation/2026", headers=HTML).text
    assert "&lt;b&gt;重点&lt;/b&gt;" in page
    assert scalars(service, "SELECT weight FROM indicator_weight") == [7]


def test_the_figures_are_taken_away_as_tables(service: Service, bureau: Bureau, signed_in: SignIn) -> None:
    published(service)
    browser = signed_in("manager")
    told = browser.get("/evaluation/2026/export.csv")
    lines = list(csv.reader(StringIO(told.content.decode("utf-8-sig"))))
    assert ["主动公开按期率", "100%（1项）"] in [line[1:3] for line in lines]
    assert browser.get("/evaluation/2026/export.xlsx").content.startswith(b"PK")
    assert browser.get("/evaluation/2026/export.exe").status_code == 422


def test_a_yearly_case_nobody_opened_is_raised_and_opened_by_a_button(
    service: Service, bureau: Bureau, signed_in: SignIn, clock: MovableClock
) -> None:
    browser = signed_in("openness_office")
    assert "至今没有开展" not in browser.get("/evaluation/2026", headers=HTML).text
    clock.move(days=240)  # 16 December
    browser = signed_in("openness_office")
    page = browser.get("/evaluation/2026", headers=HTML)
    assert page.text.count("至今没有开展") == 3
    answer = post(browser, "/evaluation/open", {"csrf": field(page, "csrf"), "procedure": "attribute-review"})
    (number,) = scalars(service, "SELECT number FROM cases WHERE procedure = 'attribute-review'")
    assert answer.headers["location"] == f"/cases/{number}"
    assert browser.get("/evaluation/2026", headers=HTML).text.count("至今没有开展") == 2


def test_a_change_of_attribute_is_told_on_the_document_s_page_and_its_reason_to_those_concerned(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    issued = document(service, "不予公开")
    (item,) = items(service, review(service))
    opinion(service, item, {"conclusion": "proactive"}, "<i>检查已结束</i>")
    act(service, item, "section_head")
    both_sign(service, item)
    page = signed_in("section_head").get(f"/cases/{issued}", headers=HTML).text
    assert "不予公开 → <strong>主动公开</strong> （此件公开发布）" in page
    assert "&lt;i&gt;检查已结束&lt;/i&gt;" in page
    assert "（此件不公开）" in page, "as it was issued"
    page = signed_in("administrator").get(f"/cases/{issued}", headers=HTML).text
    assert "检查已结束" not in page


def test_a_missing_deputy_head_is_a_warning_on_the_board(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    assert "没有在任的分管负责人" not in signed_in("head").get("/evaluation/2026", headers=HTML).text
    with service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = '2026-01-01' WHERE position = 'deputy_head'"))
    assert "没有在任的分管负责人" in signed_in("head").get("/evaluation/2026", headers=HTML).text
