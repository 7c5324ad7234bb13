"""What each person sees of a case: the inbox, titles, opinions, documents, incidents, the ledger."""

import base64
from hashlib import sha256

import psycopg
import pytest
from sqlalchemy import text

from engine.files.kinds import DOCX
from engine.service import Service
from rules.positions import Position
from tests.builders import PROACTIVE_DRAFT, add_person, decide_all, decide_next, launch_case, todo_of
from tests.portal.conftest import SignIn
from tests.sample_files import docx
from tests.versions import launch_version_1

TITLE = PROACTIVE_DRAFT["title"]
OPINION = "同意，请按程序办理"


def cases_in_inbox(signed_in: SignIn, username: str) -> list[str]:
    return [todo["case"] for todo in signed_in(username).get("/api/v1/inbox").json()["todos"]]


def test_the_inbox_shows_what_one_may_act_on_and_nothing_else(service: Service, signed_in: SignIn) -> None:
    number = launch_case(service).number
    assert cases_in_inbox(signed_in, "drafter") == [number]
    decide_next(service, number)
    assert {
        p: cases_in_inbox(signed_in, p) for p in ("drafter", "section_head", "office", "administrator")
    } == {
        "drafter": [],
        "section_head": [number],
        "office": [],
        "administrator": [],
    }


def test_the_inbox_says_all_that_a_decision_needs(service: Service, signed_in: SignIn) -> None:
    number = launch_case(service).number
    decide_all(service, number, until="confidentiality-review")
    (todo,) = signed_in("openness_office").get("/api/v1/inbox").json()["todos"]
    assert todo["step"] == {
        "key": "confidentiality-review",
        "zh": "保密审查",
        "en": "Confidentiality review",
    }
    assert (todo["title"], todo["document_version"], todo["round"]) == (TITLE, 1, 1)
    asks = todo["asks"]
    assert [a["key"] for a in asks["actions"]] == ["approve", "return"]
    assert [a["zh"] for a in asks["actions"]] == ["同意", "退回"]
    assert [s["zh"] for s in asks["returns_to"]] == ["拟稿", "股室审核", "办公室核稿"]
    assert asks["opinion_required_for"] == ["approve", "return"]
    assert asks["form"] == "confidentiality"
    assert "finding" in asks["form_schema"]["properties"]


def test_separation_of_duties_keeps_a_to_do_out_of_the_inbox(service: Service, signed_in: SignIn) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    with service.database.begin() as connection:
        unit, person = connection.execute(
            text("SELECT u.id, p.id FROM unit u, person p WHERE p.username = 'drafter'")
        ).one()
        connection.execute(
            text("INSERT INTO holding (person_id, position, unit_id) VALUES (:p, 'section_head', :u)"),
            {"p": person, "u": unit},
        )
    assert cases_in_inbox(signed_in, "drafter") == []
    held = signed_in("drafter").get(f"/api/v1/cases/{number}").json()["held_by"]
    assert [(h["position"]["key"], h["people"]) for h in held] == [("section_head", ["股室负责人"])]


def test_a_post_of_another_unit_sees_nothing(service: Service, signed_in: SignIn) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    with service.database.begin() as connection:
        unit = connection.execute(
            text("INSERT INTO unit (code, name) VALUES ('whp', '危化股') RETURNING id")
        ).scalar_one()
        add_person(connection, "other_head", Position.SECTION_HEAD, unit_id=unit)
        connection.execute(
            text(
                "UPDATE person SET password_hash ="
                " (SELECT password_hash FROM person WHERE username = 'head') WHERE username = 'other_head'"
            )
        )
    other = signed_in("other_head")
    assert other.get("/api/v1/inbox").json()["todos"] == []
    assert other.get(f"/api/v1/cases/{number}").status_code == 404
    assert other.get(f"/api/v1/assignments/{todo_of(service, number).id}").status_code == 404


def test_a_case_one_may_not_know_of_looks_like_none(service: Service, signed_in: SignIn) -> None:
    number = launch_case(service).number
    outsider = signed_in("legal_office")
    there = outsider.get(f"/api/v1/cases/{number}").json()
    nowhere = outsider.get("/api/v1/cases/ZD-2026-9999").json()
    assert str(there).replace(number, "") == str(nowhere).replace("ZD-2026-9999", "")


@pytest.mark.parametrize("watcher", ["administrator", "manager"])
def test_watchers_see_where_a_case_is_but_not_what_it_says(
    watcher: str, service: Service, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    decide_next(service, number, opinion=OPINION)
    browser = signed_in(watcher)
    for path in ("", "/timeline", "/ledger"):
        answer = browser.get(f"/api/v1/cases/{number}{path}")
        assert answer.status_code == 200
        assert TITLE not in answer.text
        assert OPINION not in answer.text
        assert PROACTIVE_DRAFT["body"] not in answer.text
    case = browser.get(f"/api/v1/cases/{number}").json()
    assert (case["title"], case["may_read_document"]) == (None, False)
    assert case["at"][0]["step"]["zh"] == "股室审核"
    assert case["held_by"][0]["people"] == ["股室负责人"]
    assert TITLE not in browser.get(f"/api/v1/assignments/{todo_of(service, number).id}").text
    assert browser.get(f"/api/v1/cases/{number}/documents/1").status_code == 403
    decide_all(service, number)
    assert (
        browser.get(f"/api/v1/cases/{number}").json()["title"] == TITLE
    )  # marked for publication: public now


def test_an_incident_is_the_administrators_to_see_and_opens_no_document(
    service: Service, signed_in: SignIn
) -> None:
    number = launch_version_1(service).number
    decide_all(service, number, until="confidentiality-review")
    decide_next(service, number, answers={"finding": "unsure_whether_secret"}, opinion=OPINION)
    administrator = signed_in("administrator")
    (todo,) = administrator.get("/api/v1/inbox").json()["todos"]
    assert (todo["case"], todo["step"], todo["asks"], todo["title"]) == (number, None, None, None)
    assert todo["incident"]["blocking"] is True
    assert "保密审查无法确定" in todo["incident"]["message"]["zh"]
    assert "unsure" in todo["incident"]["message"]["en"]
    assert administrator.get(f"/api/v1/cases/{number}/documents/1").status_code == 403
    assert administrator.get(f"/api/v1/cases/{number}").json()["state"] == "stopped"
    retried = administrator.post(f"/api/v1/cases/{number}/retry?kind=hold")
    assert retried.json() == {"number": number, "incidents": ["hold"], "moving": True}
    assert administrator.get("/api/v1/inbox").json()["todos"] == []
    assert cases_in_inbox(signed_in, "openness_office") == [number]


def test_the_timeline_tells_rounds_returns_and_opinions_to_those_who_take_part(
    service: Service, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    decide_next(service, number, action="return", opinion="请补充依据", return_to="drafting")
    decide_next(service, number)
    steps = signed_in("section_head").get(f"/api/v1/cases/{number}/timeline").json()["steps"]
    assert [(s["step"]["key"], s["round"], s["action"]) for s in steps] == [
        ("drafting", 1, "approve"),
        ("section-review", 1, "return"),
        ("drafting", 2, "approve"),
        ("section-review", 2, None),
    ]
    returned = steps[1]["decisions"][0]
    assert (returned["by"], returned["opinion"], returned["return_to"]) == (
        "股室负责人",
        "请补充依据",
        "drafting",
    )
    assert returned["position"]["zh"] == "股室负责人"
    assert steps[1]["opened_at"] == "2026-04-20T01:00:00Z"


def test_versions_and_attachments_are_read_by_those_who_take_part(
    service: Service, signed_in: SignIn
) -> None:
    content = docx()
    file = {
        "name": '名单 "一".docx',
        "media_type": DOCX.media_type,
        "content_base64": base64.b64encode(content).decode(),
    }
    number = launch_case(service, draft={**PROACTIVE_DRAFT, "attachments": [file]}).number
    drafter = signed_in("drafter")
    (header,) = drafter.get(f"/api/v1/cases/{number}/documents").json()["versions"]
    assert (header["version"], header["current"], header["attribute"]) == (1, True, "主动公开")
    version = drafter.get(f"/api/v1/cases/{number}/documents/1").json()
    assert version["body"] == PROACTIVE_DRAFT["body"]
    digest = version["attachments"][0]["sha256"]
    assert digest == sha256(content).hexdigest()
    got = drafter.get(f"/api/v1/cases/{number}/documents/1/attachments/{digest}")
    assert got.content == content
    assert got.headers["content-type"] == DOCX.media_type
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-disposition"].startswith('attachment; filename="')
    assert "\n" not in got.headers["content-disposition"]
    assert got.headers["content-disposition"].count('"') == 2
    assert drafter.get(f"/api/v1/cases/{number}/documents/1/attachments/{'0' * 64}").status_code == 404
    assert drafter.get(f"/api/v1/cases/{number}/documents/2").status_code == 404


def test_versions_are_shown_to_nobody_once_a_state_secret_is_claimed(
    service: Service, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    claim = {"state_secret": True, "handed_over_on": "2026-04-20"}
    decide_next(service, number, opinion="", answers=claim)
    drafter = signed_in("drafter")
    assert drafter.get(f"/api/v1/cases/{number}/documents").json() == {"versions": []}
    assert drafter.get(f"/api/v1/cases/{number}/documents/1").status_code == 404
    assert TITLE not in drafter.get(f"/api/v1/cases/{number}").text


def test_the_ledger_says_whether_it_is_intact(
    service: Service, signed_in: SignIn, environment: dict[str, str]
) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    reader = signed_in("drafter")
    ledger = reader.get(f"/api/v1/cases/{number}/ledger").json()
    assert (ledger["intact"], ledger["fault"]) == (True, None)
    assert [e["seq"] for e in ledger["entries"]] == list(range(1, len(ledger["entries"]) + 1))
    assert ledger["head"] == ledger["entries"][-1]["hash"]
    assert "decision-recorded" in [e["action"] for e in ledger["entries"]]
    owner = environment["GONGKAI_OWNER_DATABASE_URL"].replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(owner, autocommit=True) as connection:  # only the owner can get past the triggers
        connection.execute("ALTER TABLE ledger_entry DISABLE TRIGGER only_grows")
        connection.execute("UPDATE ledger_entry SET actor = 'head' WHERE action = 'decision-recorded'")
    broken = reader.get(f"/api/v1/cases/{number}/ledger").json()
    assert broken["intact"] is False
    assert "留痕校验失败" in broken["fault"]["zh"]


def test_status_counts_without_titles(service: Service, signed_in: SignIn) -> None:
    number = launch_case(service).number
    answer = signed_in("manager").get("/api/v1/status")
    told = answer.json()
    assert (told["cases_open"], told["todos_open"], told["incidents_open"]) == (1, 1, 0)
    assert told["longest_waiting"][0]["case"] == number
    assert TITLE not in answer.text
