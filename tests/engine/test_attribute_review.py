"""公开属性年度自查: every document not open to all is looked at, and what changes is published anew."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from deployments.samples import raw_case
from engine.acts.decide import DecisionRequest, decide
from engine.acts.launch import LaunchRequest, launch
from engine.clocks.service import ClockService
from engine.doctor import examine
from engine.reading import read_version
from engine.service import Service
from rules.errors import AlreadyOpened, AttributeNotChanged, CaseNotFound, InvalidInput, NotDeclassified
from tests.builders import (
    UNIT,
    Bureau,
    MovableClock,
    Todo,
    case_row,
    decide_all,
    decide_next,
    launch_case,
    scalars,
    todos_of,
)
from tests.walking import execute

IN_CHARGE = "openness_office"
KEEP = {"conclusion": "keep"}
OPEN = {"conclusion": "proactive"}


def document(
    service: Service, attribute: str = "依申请公开", *, day: str = "2026-04-20", **draft: Any
) -> str:
    """A document issued and marked; says its case."""
    ground = {"ground": "16-1"} if attribute == "不予公开" else {}
    content = {
        "title": f"关于{attribute}事项的通知",
        "body": "正文。",
        "attribute": attribute,
        **ground,
        **draft,
    }
    number = launch_case(service, draft=content).number
    decide_all(service, number, until="issue")
    decide_next(service, number, answers={"formed_on": day, "issued_on": day})
    return number


def review(service: Service, key: str = "attribute-review", by: str = IN_CHARGE, **intake: Any) -> str:
    fields = {"drafter": IN_CHARGE, "unit": UNIT, "year": 2026, **intake}
    return launch(service, service.actor(by, channel="api"), LaunchRequest(key, fields)).number


def launch_later(service: Service, document: str) -> None:
    fields = {"drafter": "drafter", "unit": UNIT, "document": document}
    launch(service, service.actor("drafter", channel="api"), LaunchRequest("later-disclosure", fields))


def items(service: Service, number: str) -> list[str]:
    return scalars(
        service,
        "SELECT n.number FROM cases n JOIN case_link l ON l.case_id = n.id AND l.relation = 'part-of'"
        " JOIN cases c ON c.id = l.other_id WHERE c.number = :n ORDER BY n.id",
        n=number,
    )


def act(service: Service, number: str, position: str, **request: Any) -> None:
    """The open to-do of a post in a case, decided."""
    todo = next(each for each in todos_of(service, number) if each.position == position)
    person = IN_CHARGE if position == "drafter" else position
    said = {"action": "approve", "opinion": "同意", "answers": {}, **request}
    decide(service, service.actor(person, channel="api"), DecisionRequest(todo.id, **said))


def opinion(service: Service, item: str, answers: dict[str, Any], why: str = "已无须限制公开") -> None:
    act(service, item, "drafter", answers=answers, opinion=why)


def both_sign(service: Service, item: str) -> None:
    act(service, item, "openness_office")
    act(service, item, "office")


def step_of(todos: list[Todo]) -> set[str]:
    return {todo.step for todo in todos}


def broken(service: Service) -> list[str]:
    return [f"{f.check} {f.where}" for f in examine(service) if f.severity.value == "broken"]


def test_every_document_not_open_to_all_gets_a_case_of_its_own(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    on_request, withheld = document(service), document(service, "不予公开")
    document(service, "主动公开")
    launch_case(service, draft={"title": "未印发", "body": "正文", "attribute": "依申请公开"})
    clock.now = datetime(2027, 12, 1, 1, tzinfo=UTC)  # next year's review finds those of the year before
    number = review(service, year=2027)
    about = [case_row(service, item).intake["document"] for item in items(service, number)]
    assert about == [on_request, withheld]
    with pytest.raises(AlreadyOpened, match=number):
        review(service, year=2027)
    assert broken(service) == []


def test_a_change_is_agreed_signed_by_both_offices_and_published_anew_as_the_sample_says(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    raw = raw_case("ZC-02")  # 自查建议 → 起草股室同意 → 批准 → 改标注 → 公开
    document(service, "不予公开", title=raw["title"])
    clock.now = datetime.fromisoformat(f"{raw['dates']['调整']}T09:00+08:00").astimezone(UTC)
    number = review(service)
    (item,) = items(service, number)
    opinion(service, item, OPEN)
    act(service, item, "section_head")
    act(service, item, "openness_office")
    assert step_of(todos_of(service, item)) == {"joint-signature"}, "one office alone changes nothing"
    assert scalars(service, "SELECT count(*) FROM attribute_change") == [0]
    act(service, item, "office")
    assert case_row(service, item).outcome == "转为主动公开"
    changed = scalars(
        service,
        "SELECT json_build_array(old_attribute, new_attribute, old_ground, why, changed_on)"
        " FROM attribute_change",
    )
    assert changed == [["不予公开", "主动公开", "16-1", "已无须限制公开", "2026-12-18"]]
    (anew,) = scalars(service, "SELECT number FROM cases WHERE procedure = 'later-disclosure'")
    due = scalars(
        service,
        "SELECT json_build_array(due_on, provisional) FROM clock k JOIN cases c ON c.id = k.case_id"
        " WHERE c.number = :n AND k.key = 'publication'",
        n=anew,
    )
    assert due == [["2027-01-15", True]], "20 working days of the change, into a year not yet arranged"
    assert scalars(service, "SELECT marking FROM document_issue ORDER BY case_id") == ["（此件不公开）", ""]
    act(service, anew, "openness_office", answers={"finding": "not_secret_and_suitable"})
    act(service, anew, "deputy_head")
    markings = "SELECT json_build_array(doc_no, marking) FROM document_issue ORDER BY case_id"
    assert [row[1] for row in scalars(service, markings)] == ["（此件不公开）", "（此件公开发布）"]
    assert len({row[0] for row in scalars(service, markings)}) == 1, "it keeps its number"
    assert scalars(service, "SELECT attribute FROM document_version ORDER BY id") == ["不予公开", "主动公开"]
    execute(service)
    register = "SELECT json_build_array(doc_no, marking) FROM register_entry"
    assert scalars(service, register) == scalars(service, markings)[1:]
    act(service, anew, "archivist", answers={"moved_on": "2026-12-18", "receipt": "收据1号"})
    assert case_row(service, anew).outcome == "办结"
    relations = "SELECT relation FROM case_link l JOIN cases c ON c.id = l.case_id WHERE c.number = :n"
    assert set(scalars(service, relations, n=anew)) == {"discloses-anew", "follows-up"}
    assert broken(service) == []


def test_where_the_drafting_unit_disagrees_the_head_decides(service: Service, bureau: Bureau) -> None:
    document(service)
    number = review(service)
    (item,) = items(service, number)
    opinion(service, item, OPEN)
    act(service, item, "section_head", action="reject", opinion="涉及在办执法案件")
    both_sign(service, item)
    assert step_of(todos_of(service, item)) == {"decision"}
    act(service, item, "head", answers=KEEP, opinion="案件办结前维持")
    assert case_row(service, item).outcome == "建议变更，经研究维持原公开属性"
    assert scalars(service, "SELECT count(*) FROM attribute_change") == [0]


def test_what_the_office_disagrees_with_the_head_decides(service: Service, bureau: Bureau) -> None:
    document(service, "不予公开")
    (item,) = items(service, review(service))
    opinion(service, item, KEEP, "维持")
    assert step_of(todos_of(service, item)) == {"joint-signature"}, "nobody is consulted on what stays"
    act(service, item, "openness_office")
    act(service, item, "office", action="reject", opinion="可以依申请公开")
    act(service, item, "head", answers={"conclusion": "on_request"}, opinion="依申请公开")
    assert case_row(service, item).outcome == "转为依申请公开"
    assert scalars(service, "SELECT new_attribute FROM attribute_change") == ["依申请公开"]
    assert scalars(service, "SELECT count(*) FROM cases WHERE procedure = 'later-disclosure'") == [0]


def test_a_secrecy_term_is_not_over_before_its_end_is_confirmed(service: Service, bureau: Bureau) -> None:
    issued = document(service, "不予公开")
    with service.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO secrecy_register_line (case_id, registered_by, registered_at, source_unit,"
                " handed_over_on, outcome, closed_at) SELECT id, drafter_id, launched_at, '', '2020-01-01',"
                " '保密期限已满', launched_at FROM cases WHERE number = :n"
            ),
            {"n": issued},
        )
    (item,) = items(service, review(service))
    for unconfirmed in ({}, {"declassified_on": "2026-04-01"}, {"declassified_by": "县保密局〔2026〕3号"}):
        with pytest.raises(NotDeclassified):
            opinion(service, item, OPEN | unconfirmed)
    opinion(service, item, OPEN | {"declassified_on": "2026-04-01", "declassified_by": "县保密局〔2026〕3号"})
    act(service, item, "section_head")
    both_sign(service, item)
    assert scalars(service, "SELECT declassified_by FROM attribute_change") == ["县保密局〔2026〕3号"]


def test_the_head_cannot_open_a_secrecy_term_either(service: Service, bureau: Bureau) -> None:
    issued = document(service, "不予公开")
    with service.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO secrecy_register_line (case_id, registered_by, registered_at, source_unit,"
                " handed_over_on, outcome, closed_at) SELECT id, drafter_id, launched_at, '', '2020-01-01',"
                " '', launched_at FROM cases WHERE number = :n"
            ),
            {"n": issued},
        )
    (item,) = items(service, review(service))
    opinion(service, item, KEEP)
    act(service, item, "openness_office")
    act(service, item, "office", action="reject", opinion="应当公开")
    with pytest.raises(NotDeclassified):
        act(service, item, "head", answers=OPEN)


def test_nothing_is_disclosed_later_without_a_decided_change(service: Service, bureau: Bureau) -> None:
    issued, open_to_all = document(service), document(service, "主动公开")
    for number in (issued, open_to_all, "ZD-2026-0099"):
        with pytest.raises(AttributeNotChanged):
            launch_later(service, number)
    with pytest.raises(InvalidInput):
        review(service, "attribute-review-item", document=open_to_all)


def test_a_stale_later_disclosure_is_not_published_without_its_own_review(
    service: Service, bureau: Bureau
) -> None:
    document(service)
    (item,) = items(service, review(service))
    opinion(service, item, OPEN)
    act(service, item, "section_head")
    both_sign(service, item)
    (anew,) = scalars(service, "SELECT number FROM cases WHERE procedure = 'later-disclosure'")
    act(service, anew, "openness_office", answers={"finding": "unsure_whether_suitable"}, opinion="不确定")
    assert todos_of(service, anew) == []
    assert scalars(service, "SELECT kind FROM incident WHERE resolved_at IS NULL") == ["hold"]


def test_who_reviews_a_document_may_read_it(service: Service, bureau: Bureau) -> None:
    issued = document(service)
    with pytest.raises(CaseNotFound):
        read_version(service, bureau.actor(IN_CHARGE), issued, 1)
    review(service)
    assert read_version(service, bureau.actor(IN_CHARGE), issued, 1).body == "正文。"


def test_the_sample_of_a_year_runs_as_its_path_says(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    """ZC-01: 42 documents, 6 proposed, 5 agreed and changed, 1 kept with its reason."""
    raw = raw_case("ZC-01")
    days = {name: datetime.fromisoformat(f"{day}T09:00+08:00") for name, day in raw["dates"].items()}
    for place in range(42):
        document(service, "依申请公开" if place < 29 else "不予公开", title=f"第{place + 1}件")
    clock.now = days["启动"].astimezone(UTC)
    number = review(service)
    each = items(service, number)
    assert len(each) == 42  # 生成清单
    for place, item in enumerate(each):  # 逐件自查意见
        opinion(service, item, OPEN if place < 6 else KEEP, f"第{place + 1}件的理由")
    clock.now = days["征求意见截止"].astimezone(UTC)
    for place, item in enumerate(each[:6]):  # 征求起草股室意见
        refuses = {"action": "reject", "opinion": "涉及在办执法案件"} if place == 5 else {}
        act(service, item, "section_head", **refuses)
    for item in each:
        both_sign(service, item)
    clock.now = days["报批"].astimezone(UTC)
    act(service, each[5], "head", answers=KEEP, opinion="同意维持")  # 有异议的报主要负责人决定
    assert scalars(service, "SELECT count(*) FROM attribute_change") == [5]  # 调整属性
    for anew in scalars(service, "SELECT number FROM cases WHERE procedure = 'later-disclosure'"):
        act(service, anew, "openness_office", answers={"finding": "not_secret_and_suitable"})
        act(service, anew, "deputy_head")  # 改标注
    clock.now = days["调整完成"].astimezone(UTC)
    execute(service)
    assert scalars(service, "SELECT count(*) FROM register_entry") == [5]  # 公开
    ClockService(service).run()
    body = scalars(service, "SELECT body FROM document_version ORDER BY id DESC LIMIT 1")[0]  # 形成自查报告
    for said in (
        "依申请公开文件29件、不予公开文件13件",
        "建议变更6件",
        "转为主动公开5件",
        "涉及在办执法案件",
    ):
        assert said in body
    act(service, number, "drafter", answers={"attribute": "依申请公开"})
    both_sign(service, number)
    assert clocks(service, number) == {"attribute-review": ["2026-12-31", False]}
    act(service, number, "head")
    assert clocks(service, number) == {"annual-report": [raw["deadlines"]["年度报告公布"], False]}
    page = {"published_on": "2026-12-18", "page_url": "https://www.qingling.example/nb"}
    act(service, number, "drafter", answers=page)
    assert case_row(service, number).outcome == raw["expected_result"].replace(",", "，").rstrip("。")
    assert broken(service) == []


def clocks(service: Service, number: str) -> dict[str, Any]:
    """The case's own running limits."""
    rows = scalars(
        service,
        "SELECT json_build_array(k.key, k.due_on, k.provisional) FROM clock k"
        " JOIN cases c ON c.id = k.case_id WHERE c.number = :n AND k.step_id IS NULL AND k.closed_at IS NULL",
        n=number,
    )
    return {key: said for key, *said in rows}
