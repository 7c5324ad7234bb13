"""Bad input, as a table: what, why and what to do, in both languages, where, and nothing stored."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text

from engine.service import Service
from tests.builders import (
    PROACTIVE_DRAFT,
    UNIT,
    decide_all,
    decide_next,
    launch_case,
    todo_of,
)
from tests.portal.conftest import SignIn, rows_of_every_table

INTAKE = {"drafter": "drafter", "unit": UNIT}
MARK = "not-to-be-repeated"
"""Stands in for content: it must not come back in any message."""


def launching(**changes: Any) -> dict[str, Any]:
    """A good launch with changes; ``draft=`` and ``intake=`` are merged in."""
    return {
        "procedure": changes.get("procedure", "proactive-disclosure"),
        "intake": INTAKE | changes.get("intake", {}),
        "draft": PROACTIVE_DRAFT | {"body": MARK} | changes.get("draft", {}),
    }


@dataclass(frozen=True)
class Launching:
    """A launch that is refused."""

    json: Any
    status: int
    code: str
    says: tuple[str, str]
    prepare: Callable[[Service], None] = lambda service: None
    content: bytes | None = None


LAUNCHES = {
    "unknown attribute": Launching(
        launching(draft={"attribute": "部分公开"}), 422, "unknown-attribute", ("只有三种", "one of")
    ),
    "unknown ground": Launching(
        launching(draft={"attribute": "不予公开", "ground": "99z"}), 422, "unknown-ground", ("14b", "14b")
    ),
    "unknown procedure": Launching(
        launching(procedure="依葫芦画瓢"),
        404,
        "unknown-procedure",
        ("proactive-disclosure", "proactive-disclosure"),
    ),
    "unknown unit": Launching(launching(intake={"unit": "nowhere"}), 404, "unknown-unit", (UNIT, UNIT)),
    "unknown drafter": Launching(
        launching(intake={"drafter": "nobody"}), 404, "unknown-person", ("未登记", "not registered")
    ),
    "someone who drafts for no unit": Launching(
        launching(intake={"drafter": "head"}), 422, "invalid-input", ("拟稿人", "drafter")
    ),
    "a field there is not": Launching(
        launching(intake={"urgency": MARK}), 422, "invalid-input", ("没有这一项", "no such field")
    ),
    "a title as a Prefect value": Launching(
        launching(draft={"title": {"__prefect_kind": "jinja", "template": MARK}}),
        422,
        "invalid-input",
        ("文字", "text"),
    ),
    "an intake as a Prefect value": Launching(
        {"procedure": "主动公开", "intake": {"__prefect_kind": "json", "value": "{}"}},
        422,
        "invalid-input",
        ("填写有误", "not valid"),
    ),
    "a whole request as a Prefect value": Launching(
        {"__prefect_kind": "json", "value": MARK}, 422, "invalid-input", ("填写有误", "not valid")
    ),
    "a control character": Launching(
        launching(draft={"title": f"{MARK}\u0007"}), 422, "invalid-input", ("U+0007", "U+0007")
    ),
    "a NUL": Launching(
        launching(draft={"body": f"{MARK}\u0000"}), 422, "invalid-input", ("U+0000", "U+0000")
    ),
    "text that reads backwards": Launching(
        launching(draft={"title": f"{MARK}\u202e"}), 422, "invalid-input", ("U+202E", "U+202E")
    ),
    "two lines in a title": Launching(
        launching(draft={"title": f"{MARK}\n2"}), 422, "invalid-input", ("一行", "one line")
    ),
    "a long title": Launching(launching(draft={"title": MARK * 20}), 422, "invalid-input", ("200", "200")),
    "a title of 20 MB": Launching(
        launching(draft={"title": MARK[0] * 20_000_000}), 413, "request-too-large", ("4 MB", "4 MB")
    ),
    "half a body": Launching(
        None, 400, "malformed-request", ("JSON", "JSON"), content=b'{"procedure": "not-to-be-repeated'
    ),
    "not UTF-8": Launching(None, 400, "malformed-request", ("JSON", "JSON"), content=b'{"a": "\xff\xfe"}'),
    "half a surrogate": Launching(
        None,
        422,
        "invalid-input",
        ("填写有误", "not valid"),
        content=b'{"procedure": "\\ud800", "intake": {}}',
    ),
    "a hundred thousand brackets": Launching(
        None, 400, "malformed-request", ("JSON", "JSON"), content=b"[" * 100_000
    ),
    "twenty levels": Launching(
        launching(intake={"unit": eval("[" * 20 + "]" * 20)}),
        400,
        "malformed-request",
        ("16", "16"),
    ),
    "an infinite number": Launching(
        None, 400, "malformed-request", ("数字", "number"), content=b'{"procedure": 1e999}'
    ),
    "a huge number": Launching(
        None, 400, "malformed-request", ("数字", "number"), content=b'{"procedure": 1%s}' % (b"0" * 30)
    ),
    "not a number": Launching(None, 400, "malformed-request", ("JSON", "JSON"), content=b'{"a": NaN}'),
    "a list": Launching([MARK], 400, "malformed-request", ("对象", "object")),
    "an odd field name": Launching({MARK * 9: 1}, 400, "malformed-request", ("字段名", "field")),
    "nothing": Launching(None, 400, "malformed-request", ("JSON", "JSON"), content=b""),
    "an attachment that is not base64": Launching(
        launching(
            draft={
                "attachments": [{"name": "a.pdf", "media_type": "application/pdf", "content_base64": "§§"}]
            }
        ),
        422,
        "invalid-input",
        ("base64", "base64"),
    ),
    "an attachment with a path for a name": Launching(
        launching(
            draft={
                "attachments": [
                    {"name": "../a.pdf", "media_type": "application/pdf", "content_base64": "QQ=="}
                ]
            }
        ),
        422,
        "invalid-input",
        ("格式", "pattern"),
    ),
    "no holder for a position": Launching(
        launching(),
        409,
        "no-holder",
        ("空缺", "vacant"),
        lambda service: vacate(service, "archivist"),
    ),
}


def vacate(service: Service, position: str) -> None:
    """Leave a post without a holder."""
    with service.database.begin() as connection:
        connection.execute(text("DELETE FROM holding WHERE position = :p"), {"p": position})


def test_a_bad_launch_is_explained_and_stores_nothing(
    service: Service, signed_in: SignIn, subtests: pytest.Subtests
) -> None:
    browser = signed_in("administrator")
    for name, bad in LAUNCHES.items():
        with subtests.test(name):
            bad.prepare(service)
            before = rows_of_every_table(service)
            sent: dict[str, Any] = {"json": bad.json}
            if bad.content is not None:
                sent = {"content": bad.content, "headers": {"Content-Type": "application/json"}}
            answer = browser("POST", "/api/v1/cases", **sent)
            assert_explained(answer, bad.status, bad.code, bad.says)
            assert rows_of_every_table(service) == before


@dataclass(frozen=True)
class Deciding:
    """A decision that is refused. ``at`` is the step that is open, ``by`` who tries."""

    at: str
    by: str
    status: int
    code: str
    says: tuple[str, str]
    json: dict[str, Any] = field(default_factory=lambda: {"action": "approve"})
    prepare: Callable[[Service, str], None] = lambda service, number: None


def also_section_head(service: Service, number: str) -> None:
    """The drafter is made head of the section too."""
    with service.database.begin() as connection:
        unit, person = connection.execute(
            text("SELECT u.id, p.id FROM unit u, person p WHERE p.username = 'drafter'")
        ).one()
        connection.execute(
            text("INSERT INTO holding (person_id, position, unit_id) VALUES (:p, 'section_head', :u)"),
            {"p": person, "u": unit},
        )


def decide_before(service: Service, number: str) -> None:
    """Someone was faster."""
    decide_next(service, number)


def close_to_do(service: Service, number: str) -> None:
    """The to-do closed without a decision."""
    with service.database.begin() as connection:
        connection.execute(
            text("UPDATE assignment SET closed_at = now(), closed_because = 'returned' WHERE id = :id"),
            {"id": todo_of(service, number).id},
        )


def sign_without_issue(service: Service, number: str) -> None:
    """The head refuses to sign: the case ends."""
    decide_next(service, number, action="reject", opinion="不宜发文")


DECISIONS = {
    "someone else's": Deciding("section-review", "head", 403, "not-allowed", ("岗位", "position")),
    "a decided one": Deciding(
        "section-review",
        "section_head",
        409,
        "decision-already-recorded",
        ("先到者有效", "the first"),
        prepare=decide_before,
    ),
    "a closed one": Deciding(
        "section-review", "section_head", 409, "assignment-closed", ("退回", "returned"), prepare=close_to_do
    ),
    "a stale one": Deciding(
        "section-review",
        "section_head",
        409,
        "assignment-stale",
        ("现行文稿", "current version"),
        {"action": "approve", "document_version": 7},
    ),
    "an unknown action": Deciding(
        "section-review", "section_head", 422, "invalid-input", ("只能选择", "offers"), {"action": MARK}
    ),
    "a return without a reason": Deciding(
        "section-review",
        "section_head",
        422,
        "opinion-required",
        ("说明理由", "reason"),
        {"action": "return", "return_to": "drafting"},
    ),
    "a return to nowhere": Deciding(
        "section-review",
        "section_head",
        422,
        "invalid-input",
        ("drafting", "drafting"),
        {"action": "return", "opinion": MARK, "return_to": MARK},
    ),
    "an opinion of control characters": Deciding(
        "section-review",
        "section_head",
        422,
        "invalid-input",
        ("U+001B", "U+001B"),
        {"action": "approve", "opinion": f"{MARK}\u001b[2J"},
    ),
    "an endless opinion": Deciding(
        "section-review",
        "section_head",
        422,
        "invalid-input",
        ("2000", "2000"),
        {"action": "approve", "opinion": MARK * 200},
    ),
    "answers as a Prefect value": Deciding(
        "confidentiality-review",
        "openness_office",
        422,
        "invalid-input",
        ("填写有误", "not valid"),
        {"action": "approve", "opinion": "可", "answers": {"__prefect_kind": "json", "value": MARK}},
    ),
    "no finding": Deciding(
        "confidentiality-review",
        "openness_office",
        422,
        "invalid-input",
        ("必填", "required"),
        {"action": "approve", "opinion": "可", "answers": {}},
    ),
    "issue before formation date": Deciding(
        "issue",
        "office",
        422,
        "dates-out-of-order",
        ("早于", "before"),
        {"action": "approve", "answers": {"formed_on": "2026-04-20", "issued_on": "2026-04-19"}},
    ),
    "a day that does not exist": Deciding(
        "issue",
        "office",
        422,
        "invalid-input",
        ("日期", "date"),
        {"action": "approve", "answers": {"formed_on": "2026-02-30", "issued_on": "2026-04-20"}},
    ),
    "an ended case": Deciding(
        "signature", "head", 409, "decision-already-recorded", ("先到者", "first"), prepare=sign_without_issue
    ),
    "one's own draft": Deciding(
        "section-review", "drafter", 403, "not-allowed", ("拟稿人", "drafter"), prepare=also_section_head
    ),
}


def test_a_bad_decision_is_explained_and_stores_nothing(
    service: Service, signed_in: SignIn, subtests: pytest.Subtests
) -> None:
    browsers = {bad.by: signed_in(bad.by) for bad in DECISIONS.values()}
    for name, bad in DECISIONS.items():
        with subtests.test(name):
            number = launch_case(service).number
            decide_all(service, number, until=bad.at)
            todo = todo_of(service, number).id
            bad.prepare(service, number)
            before = rows_of_every_table(service)
            answer = browsers[bad.by].post(f"/api/v1/assignments/{todo}/decision", bad.json)
            assert_explained(answer, bad.status, bad.code, bad.says)
            assert rows_of_every_table(service) == before


ODD_ADDRESSES = [
    ("/api/v1/assignments/0", 422),
    ("/api/v1/assignments/99999999999999999999999", 422),
    ("/api/v1/assignments/one", 422),
    ("/api/v1/assignments/999999", 404),
    ("/api/v1/inbox?after=-1", 422),
    ("/api/v1/cases/ZD-2026-9999", 404),
    ("/api/v1/cases/%00", 404),
    ("/api/v1/cases/';DROP TABLE person;--", 404),
    ("/api/v1/cases/" + "Z" * 4000, 404),
    ("/api/v1/cases/ZD-2026-0001/documents/99999999999", 422),
    ("/api/v1/procedures/%00/schema", 404),
    ("/api/v1/procedures/%ff%fe/schema", 404),
    ("/api/v1/nothing", 404),
    ("/nothing/%00", 404),
    ("/cases/%00", 404),
    ("/cases/%00/ledger", 404),
    ("/cases/ZD-2026-0001/versions/99999999999", 422),
    ("/cases?before=99999999999999999999", 422),
    ("/todo/99999999999999999999999", 422),
    ("/launch?procedure=%00", 404),
    ("/inbox?after=-1", 422),
    ("/t/%00", 404),
    ("/mailbox/%00", 422),
    ("/register/%00", 404),
    ("/register?page=0", 422),
    ("/register?page=99999999999999999999", 422),
    ("/register/zd-1/attachments/%00", 404),
]


def test_an_odd_address_is_a_clean_refusal(signed_in: SignIn, subtests: pytest.Subtests) -> None:
    browser = signed_in("administrator")
    for path, status in ODD_ADDRESSES:
        with subtests.test(path):
            answer = browser.get(path)
            assert answer.status_code == status, answer.text
            assert answer.headers["content-type"] == "application/problem+json"


def test_an_odd_idempotency_key_is_refused(signed_in: SignIn) -> None:
    browser = signed_in("administrator")
    for key in ("short", "x" * 129, "with a blank", "q\x07q\x07q\x07q\x07"):
        answer = browser.post("/api/v1/cases", launching(), headers={"Idempotency-Key": key})
        assert answer.status_code == 422, key


def assert_explained(answer: Any, status: int, code: str, says: tuple[str, str]) -> None:
    """The four parts in both languages, and nothing of what was sent."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["type"] == f"urn:gongkai:problem:{code}"
    assert told["where"]
    for words, expected in ((told, says[0]), (told["en"], says[1])):
        assert all(words[part] for part in ("what", "why", "todo"))
        assert expected in words["what"] + words["why"] + words["todo"]
    assert any("\u4e00" <= c <= "\u9fff" for c in told["what"])
    assert MARK not in answer.text


def test_odd_words_in_a_search_find_nothing_and_break_nothing(signed_in: SignIn) -> None:
    browser = signed_in("administrator")
    for path in ("/cases?q=%00", "/cases?q=%25_%5C", "/mailbox?to=%00", "/static/%00", "/register?q=%00"):
        assert browser.get(path).status_code < 500, path


ODD_FORMS = [
    "a&" * 600,
    "csrf=%00",
    "username=%00&password=x",
    "document_version=%C2%B2",
    "action=" + "9" * 5000,
]


@pytest.mark.parametrize(
    "path", ["/sign-in", "/language", "/todo/1", "/launch", "/me/phrases", "/cases/%00/retry"]
)
def test_an_odd_form_is_a_clean_refusal(signed_in: SignIn, path: str, subtests: pytest.Subtests) -> None:
    browser = signed_in("administrator")
    for body in ODD_FORMS:
        with subtests.test(body=body[:30]):
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            assert browser("POST", path, content=body.encode(), headers=kind).status_code < 500
