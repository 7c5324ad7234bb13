"""Every command: what it prints, the shape of its JSON, its exit code, its words when it refuses."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from deployments.commands.exits import Code
from deployments.samples import BUREAU
from engine.acts.access import sign_in
from tests.builders import scalars
from tests.cli.conftest import Answer, Gongkai, subprocess_run

COMMANDS = (
    "up",
    "demo",
    "launch",
    "inbox",
    "decide",
    "case",
    "people import",
    "people password",
    "schema",
    "doctor",
    "ledger verify",
    "deadline explain",
    "status",
)


@pytest.fixture
def number(gongkai: Gongkai) -> str:
    """ZD-01, launched; the drafter's to-do is open."""
    return gongkai.launched(gongkai.sample("ZD-01"))


def refused(answer: Answer, code: Code, *words: str) -> None:
    """Refused with this code, nothing on stdout, and these words in a message of four parts."""
    assert (answer.code, answer.out) == (code, "")
    for word in words:
        assert word in answer.err, answer.err
    assert "Traceback" not in answer.err


# --- help ------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_that_documents_the_exit_codes(empty: Gongkai, command: str) -> None:
    answer = empty(*command.split(), "--help")
    assert answer.code == 0
    assert re.search("校验未通过", answer.out)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_but_up_takes_json_as_the_readme_says(empty: Gongkai, command: str) -> None:
    assert ("--json" in empty(*command.split(), "--help").out) is (command != "up")


def test_an_unknown_command_or_option_is_a_usage_error(empty: Gongkai) -> None:
    refused(empty("frobnicate"), Code.INVALID, "frobnicate", "--help")
    refused(empty("inbox", "--as", "x", "--frobnicate"), Code.INVALID, "--frobnicate")
    refused(empty("inbox"), Code.INVALID, "--as")
    refused(empty("decide", "seven", "--as", "x", "--action", "approve"), Code.INVALID, "ID")
    refused(empty("decide", "9" * 30, "--as", "x", "--action", "approve"), Code.INVALID)
    refused(empty("case", "one", "two", "three"), Code.INVALID, "case retry")


def test_errors_speak_english_where_asked(empty: Gongkai, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(
        empty("inbox", "--as", "nobody", "--lang", "en"), Code.NOT_FOUND, "There is no person", "What to do"
    )
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    refused(empty("inbox", "--as", "nobody"), Code.NOT_FOUND, "There is no person")
    refused(empty("inbox", "--as", "nobody", "--lang", "zh"), Code.NOT_FOUND, "没有用户", "办法")


def test_with_json_an_error_is_one_json_object_on_stderr(empty: Gongkai) -> None:
    answer = empty("inbox", "--as", "nobody", "--json")
    assert (answer.code, answer.out) == (Code.NOT_FOUND, "")
    assert set(answer.error) == {"exit_code", "error", "where", "what", "why", "todo"}
    assert answer.error["error"] == "unknown-person"


# --- launch, inbox, decide, case -------------------------------------------------------------


def test_launch_prints_the_number_and_the_drafter_finds_it_in_the_inbox(gongkai: Gongkai) -> None:
    answer = gongkai(
        "launch", "proactive-disclosure", "--file", gongkai.file(gongkai.sample("ZD-01").launch())
    )
    assert answer.code == 0
    number = re.search(r"ZD-\d{4}-\d{4}", answer.out)
    assert number is not None
    listed = gongkai("inbox", "--as", "zhang.wei")
    assert number.group() in listed.out
    assert "拟稿" in listed.out


def test_launch_with_the_same_key_launches_once(gongkai: Gongkai) -> None:
    file = gongkai.file(gongkai.sample("ZD-01").launch())
    first = gongkai("launch", "主动公开", "--file", file, "--key", "spring-plan", "--json")
    again = gongkai("launch", "主动公开", "--file", file, "--key", "spring-plan", "--json")
    assert first.json == {"number": again.json["number"], "repeated": False}
    assert again.json["repeated"] is True
    assert gongkai.count("cases") == 1


@pytest.mark.parametrize(
    "key", ["short", "k" * 129, "k" * 20_000, "with a blank", "钥匙钥匙钥匙钥匙", "key-0001\n"]
)
def test_a_key_no_request_could_carry_is_bad_input_to_every_command(gongkai: Gongkai, key: str) -> None:
    file = gongkai.file(gongkai.sample("ZD-01").launch())
    refused(
        gongkai("launch", "主动公开", "--file", file, "--key", key), Code.INVALID, "Idempotency-Key", "128"
    )
    deciding = ("decide", "1", "--as", "zhang.wei", "--action", "approve", "--key", key)
    refused(gongkai(*deciding), Code.INVALID, "Idempotency-Key", "128")
    assert gongkai.count("cases") == 0


def test_launch_by_an_administrator_is_recorded_as_theirs(gongkai: Gongkai) -> None:
    file = gongkai.file(gongkai.sample("ZD-01").launch())
    assert gongkai("launch", "主动公开", "--file", file, "--as", "lin.xue").code == 0
    actor, channel = scalars(
        gongkai.service,
        "SELECT unnest(ARRAY[actor, channel]) FROM ledger_entry WHERE action = 'case-launched'",
    )
    assert actor == "lin.xue"
    assert channel.startswith("cli:")


def test_inbox_json_has_stable_keys(gongkai: Gongkai, number: str) -> None:
    todo = gongkai.todo("zhang.wei")
    assert set(todo) == {
        "id", "case", "procedure", "unit", "title", "position", "opened_at", "step", "round", "basis",
        "document_version", "asks", "incident", "closed_at", "closed_because",
    }  # fmt: skip
    assert todo["case"] == number
    assert todo["asks"]["form_schema"]["properties"].keys() >= {"attribute", "ground"}
    assert gongkai("inbox", "--as", "tang.hao", "--json").json == {"todos": []}


def test_decide_records_and_the_next_desk_has_it(gongkai: Gongkai, number: str) -> None:
    todo = gongkai.todo("zhang.wei")["id"]
    answer = gongkai("decide", str(todo), "--as", "zhang.wei", "--action", "approve", "--json")
    assert set(answer.json) == {"decision_id", "case_number", "step", "action", "decided_at", "repeated"}
    assert answer.json["case_number"] == number
    assert gongkai.todo("li.na")["step"]["key"] == "section-review"


def test_decide_takes_answers_from_a_file_and_from_the_line(gongkai: Gongkai, number: str) -> None:
    todo = str(gongkai.todo("zhang.wei")["id"])
    file = gongkai.file({"attribute": "不予公开", "ground": "16-1"}, "answers.json")
    answer = gongkai(
        "decide", todo, "--as", "zhang.wei", "--action", "approve", "--answers", file, "--set", "ground=16-2"
    )
    assert answer.code == 0
    assert scalars(gongkai.service, "SELECT ground FROM document_version ORDER BY version") == ["", "16-2"]


def test_return_with_come_back_goes_straight_back(gongkai: Gongkai, number: str) -> None:
    gongkai("decide", str(gongkai.todo("zhang.wei")["id"]), "--as", "zhang.wei", "--action", "approve")
    gongkai("decide", str(gongkai.todo("li.na")["id"]), "--as", "li.na", "--action", "approve")
    legal = str(gongkai.todo("zhou.min")["id"])
    arguments = ["--as", "zhou.min", "--action", "return", "--opinion", "请核对", "--to", "section-review"]
    assert gongkai("decide", legal, *arguments, "--come-back").code == 0
    gongkai("decide", str(gongkai.todo("li.na")["id"]), "--as", "li.na", "--action", "approve")
    assert gongkai.todo("zhou.min")["round"] == 2


def test_case_shows_the_way_so_far_to_the_operator_without_title_and_opinions(
    gongkai: Gongkai, number: str
) -> None:
    todo = str(gongkai.todo("zhang.wei")["id"])
    gongkai("decide", todo, "--as", "zhang.wei", "--action", "approve", "--opinion", "仅供内部的意见")
    shown = gongkai("case", number)
    assert shown.code == 0
    assert "股室审核" in shown.out
    assert "李娜" in shown.out
    assert "监督检查计划" not in shown.out
    assert "仅供内部的意见" not in shown.out
    seen = gongkai("case", number.lower(), "--as", "li.na")
    assert "监督检查计划" in seen.out
    assert "仅供内部的意见" in seen.out


def test_case_json_has_stable_keys(gongkai: Gongkai, number: str) -> None:
    assert set(gongkai("case", number, "--json").json) == {
        "number", "procedure", "version", "title", "may_read_document", "unit", "drafter", "launched_by",
        "channel", "launched_at", "state", "outcome", "closed_at", "document_version", "at", "held_by",
        "issue", "publication", "incidents", "timeline",
    }  # fmt: skip


def test_case_retry_answers_an_incident_and_is_a_conflict_without_one(gongkai: Gongkai, number: str) -> None:
    refused(gongkai("case", "retry", number), Code.CONFLICT, number, "异常")
    with gongkai.service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = '2020-01-01' WHERE position = 'section_head'"))
    gongkai("decide", str(gongkai.todo("zhang.wei")["id"]), "--as", "zhang.wei", "--action", "approve")
    assert gongkai("case", number, "--json").json["state"] == "stopped"
    (todo,) = gongkai("inbox", "--as", "lin.xue", "--json").json["todos"]
    assert todo["incident"]["kind"] == "no-holder"
    assert f"case retry {number}" in gongkai("inbox", "--as", "lin.xue").out
    assert gongkai("case", "retry", number, "--json").json["moving"] is False
    assert gongkai("people", "import", str(BUREAU), "--json").code == 0
    done = gongkai("case", "retry", number, "--as", "lin.xue", "--json")
    assert done.json == {"number": number, "incidents": ["no-holder"], "moving": True}
    assert gongkai.todo("li.na")["case"] == number


def test_retry_by_someone_who_is_no_administrator_is_refused(gongkai: Gongkai, number: str) -> None:
    refused(gongkai("case", "retry", number, "--as", "li.na"), Code.NOT_ALLOWED, "系统管理员")


# --- people, schema, doctor, ledger, status --------------------------------------------------


def test_people_import_reports_and_a_second_time_nothing_changed(empty: Gongkai) -> None:
    first = empty("people", "import", str(BUREAU), "--json")
    assert set(first.json) == {"created", "changes", "unlisted", "people"}
    assert first.json["created"] is True
    again = empty("people", "import", str(BUREAU))
    assert again.code == 0
    assert "没有变化" in again.out


def test_people_import_of_a_faulty_file_names_its_line(empty: Gongkai) -> None:
    text_ = BUREAU.read_text(encoding="utf-8").replace("drafter@zfjd", "drafter@nowhere")
    answer = empty("people", "import", empty.file(text_.encode(), "people.yaml"))
    line = next(n for n, said in enumerate(text_.splitlines(), 1) if "nowhere" in said)
    refused(answer, Code.INVALID, f"people.yaml:{line}", "zfjd")
    assert empty.count("person") == 0


def test_a_password_set_by_command_signs_in(gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", _Stdin("correct-horse-battery\n"))
    answer = gongkai("people", "password", "he.jun", "--stdin", "--json")
    assert answer.json == {"username": "he.jun", "password_set": True}
    assert sign_in(gongkai.service, "he.jun", "correct-horse-battery").name == "何军"
    assert "correct-horse" not in answer.out + answer.err


@pytest.mark.parametrize(
    ("username", "password", "code", "word"),
    [
        ("nobody", "correct-horse-battery", Code.NOT_FOUND, "nobody"),
        ("he.jun", "short", Code.INVALID, "10"),
        ("he.jun", "", Code.INVALID, "10"),
    ],
)
def test_an_unusable_password_or_person_is_refused(
    gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch, username: str, password: str, code: Code, word: str
) -> None:
    monkeypatch.setattr("sys.stdin", _Stdin(password + "\n"))
    refused(gongkai("people", "password", username, "--stdin"), code, word)


def test_a_password_is_not_asked_for_where_nobody_can_type(
    gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", _Stdin(""))
    refused(gongkai("people", "password", "he.jun"), Code.INVALID, "--stdin")


class _Stdin:
    def __init__(self, text_: str) -> None:
        self._text = text_

    def readline(self) -> str:
        return self._text

    def isatty(self) -> bool:
        return False


def test_schema_gives_the_launch_form_and_every_form(empty: Gongkai) -> None:
    found = empty("schema", "主动公开", "--json").json
    assert set(found) == {"key", "version", "zh", "en", "intake", "forms"}
    assert "drafter" in found["intake"]["properties"]
    assert "confidentiality" in found["forms"]
    shown = empty("schema", "proactive-disclosure")
    assert shown.code == 0
    assert "not_secret_and_suitable" in shown.out


def test_doctor_of_a_healthy_installation_ends_well(gongkai: Gongkai, number: str) -> None:
    answer = gongkai("doctor", "--json")
    assert answer.code == 0
    assert set(answer.json) == {"healthy", "surroundings", "findings"}
    assert answer.json["healthy"] is True
    assert "全部不变量成立" in gongkai("doctor").out


def test_doctor_names_what_is_broken_and_ends_with_7(gongkai: Gongkai, number: str) -> None:
    with gongkai.service.database.begin() as connection:
        connection.execute(text("UPDATE assignment SET closed_at = now()"))
    answer = gongkai("doctor", "--json")
    assert answer.code == Code.BROKEN
    assert answer.json["healthy"] is False
    assert [f["check"] for f in answer.json["findings"]] == ["open-review-has-todo"]
    assert set(answer.json["findings"][0]) == {"check", "severity", "where", "zh", "en"}


def test_doctor_says_when_mail_would_carry_links_to_this_machine(
    gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_SMTP_HOST", "mail.qingling.example")
    monkeypatch.setenv("GONGKAI_MAIL_FROM", "gongkai@qingling.example")
    answer = gongkai("doctor", "--json")
    assert answer.code == Code.BROKEN
    assert [(f["check"], f["where"]) for f in answer.json["findings"]] == [
        ("settings-reach-people", "GONGKAI_BASE_URL")
    ]


def test_warnings_alone_do_not_fail_the_doctor(gongkai: Gongkai) -> None:
    with gongkai.service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = '2020-01-01' WHERE position = 'deputy_head'"))
    answer = gongkai("doctor")
    assert answer.code == 0
    assert "五(一)" in answer.out


def test_ledger_verify_counts_what_it_covered_and_finds_a_change(gongkai: Gongkai, number: str) -> None:
    answer = gongkai("ledger", "verify", "--json")
    assert answer.code == 0
    assert answer.json["intact"] is True
    assert answer.json["entries"] == gongkai.count("ledger_entry")
    with gongkai.service.database.begin() as connection:
        connection.execute(text("UPDATE cases SET ledger_seq = ledger_seq + 1"))
    refused(gongkai("ledger", "verify"), Code.BROKEN, "留痕校验失败")


def test_status_counts_what_waits(gongkai: Gongkai, number: str) -> None:
    answer = gongkai("status", "--json")
    assert set(answer.json) == {"components", "cases"}
    assert answer.json["cases"]["cases_open"] == 1
    assert number in gongkai("status").out


# --- not running -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        ["inbox", "--as", "zhang.wei"],
        ["case", "ZD-2026-0001"],
        ["case", "retry", "ZD-2026-0001"],
        ["doctor"],
        ["ledger", "verify"],
        ["status"],
        ["people", "import", str(BUREAU)],
    ],
)
def test_without_an_instance_every_command_says_so_and_creates_nothing(
    empty: Gongkai, command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GONGKAI_DATABASE_URL")
    monkeypatch.setenv("GONGKAI_HOME", str(tmp_path / "nowhere"))
    refused(empty(*command), Code.UNAVAILABLE, "gongkai up", "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_database_that_does_not_answer_is_said_to_be_down(
    empty: Gongkai, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_DATABASE_URL", "postgresql+psycopg://gongkai_app:x@127.0.0.1:1/gongkai")
    refused(empty("status"), Code.UNAVAILABLE, "gongkai up")


# --- bad input -------------------------------------------------------------------------------


def changed(gongkai: Gongkai, **fields: Any) -> dict[str, Any]:
    """ZD-01's launch file with fields of intake or draft replaced."""
    content = gongkai.sample("ZD-01").launch()
    for name, value in fields.items():
        part, _, field = name.partition("_")
        content[part] = content[part] | {field: value}
    return content


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"draft_attribute": "部分公开"}, Code.INVALID, ("部分公开", "主动公开", "四(一)1")),
        ({"draft_attribute": ["主动公开"]}, Code.INVALID, ("attribute",)),
        ({"draft_attribute": "不予公开", "draft_ground": "99"}, Code.INVALID, ("99", "16-1")),
        ({"draft_ground": "16-1"}, Code.INVALID, ("ground",)),
        ({"draft_title": "控\u0007制"}, Code.INVALID, ("title", "U+0007")),
        ({"draft_title": "两\n行"}, Code.INVALID, ("title",)),
        ({"draft_title": "\ud800"}, Code.INVALID, ("title",)),
        ({"draft_title": 7}, Code.INVALID, ("title",)),
        ({"draft_body": {"__prefect_kind": "jinja", "template": "{{ 1 }}"}}, Code.INVALID, ("body",)),
        ({"intake_unit": {"__prefect_kind": "workspace_variable"}}, Code.INVALID, ("unit",)),
        ({"intake_unit": "nowhere"}, Code.NOT_FOUND, ("nowhere", "zfjd")),
        ({"intake_unit": "whjg"}, Code.INVALID, ("drafter", "张伟")),
        ({"intake_drafter": "nobody"}, Code.NOT_FOUND, ("nobody",)),
        ({"intake_drafter": None}, Code.INVALID, ("drafter",)),
        ({"intake_doc_type": "通告书"}, Code.INVALID, ("doc_type", "通知")),
        ({"intake_legality_review": "perhaps"}, Code.INVALID, ("legality_review",)),
        ({"intake_body": "正文"}, Code.INVALID, ("body",)),
    ],
)
def test_a_launch_with_bad_input_is_refused_in_words_and_nothing_is_stored(
    gongkai: Gongkai, fields: dict[str, Any], code: Code, words: tuple[str, ...]
) -> None:
    refused(gongkai("launch", "主动公开", "--file", gongkai.file(changed(gongkai, **fields))), code, *words)
    assert gongkai.count("cases") == 0
    assert gongkai.count("case_counter") == 0


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b'{"intake": {"a": 1}\n, "draft": {]}', "第2行"),
        (b"[1, 2]", "对象"),
        (b'"text"', "对象"),
        (b'{"intake": [], "draft": {}}', "intake"),
        (b'{"intake": {}, "draft": "text"}', "draft"),
        (b'{"draft": {}}', "intake"),
        (b'{"intake": {}, "drafts": {}}', "drafts"),
        (b'{"intake": {"unit": "a", "unit": "b"}}', "unit"),
        (b'{"intake": {"unit": NaN}}', "JSON"),
        (b"{'intake': {}}", "JSON"),
        ('{"intake": {"unit": "执法"}}'.encode("gb18030"), "UTF-8"),
        ('{"intake": {"unit": "执法"}}'.encode("utf-16"), "UTF-8"),
        (b'{"intake": ' + b"[" * 200_000, "JSON"),
        (b"\x00\x01\x02", "JSON"),
    ],
)
def test_a_malformed_file_is_refused_in_words(gongkai: Gongkai, content: bytes, word: str) -> None:
    refused(gongkai("launch", "主动公开", "--file", gongkai.file(content)), Code.INVALID, word)
    assert gongkai.count("cases") == 0


def test_a_title_of_20_megabytes_is_refused_without_being_quoted(gongkai: Gongkai) -> None:
    answer = gongkai(
        "launch", "主动公开", "--file", gongkai.file(changed(gongkai, draft_title="题" * 7_000_000))
    )
    refused(answer, Code.INVALID, "title", "200")
    assert len(answer.err) < 1000


def test_a_missing_file_a_folder_and_an_unreadable_name_are_said_to_be_so(gongkai: Gongkai) -> None:
    for name, word in ((str(gongkai.folder / "none.json"), "不存在"), (str(gongkai.folder), "目录")):
        refused(gongkai("launch", "主动公开", "--file", name), Code.INVALID, word)
        refused(gongkai("people", "import", name), Code.INVALID, word)
    refused(gongkai("launch", "主动公开", "--file", "x" * 5000), Code.INVALID, "过长")


def test_an_unknown_procedure_names_those_there_are(gongkai: Gongkai) -> None:
    file = gongkai.file(gongkai.sample("ZD-01").launch())
    refused(gongkai("launch", "公开听证", "--file", file), Code.NOT_FOUND, "公开听证", "proactive-disclosure")
    refused(gongkai("schema", "公开听证"), Code.NOT_FOUND, "proactive-disclosure")


def test_a_position_without_holder_stops_the_launch_with_its_name(gongkai: Gongkai) -> None:
    with gongkai.service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = '2020-01-01' WHERE position = 'head'"))
    file = gongkai.file(gongkai.sample("ZD-01").launch())
    refused(gongkai("launch", "主动公开", "--file", file), Code.CONFLICT, "主要负责人", "people import")
    assert gongkai.count("cases") == 0


def to_step(gongkai: Gongkai, *desks: str) -> int:
    """Approve at these people's desks; gives the last decided to-do."""
    last = 0
    for username in desks:
        last = gongkai.todo(username)["id"]
        extra = ["--set", "finding=not_secret_and_suitable"] if username == "wu.di" else []
        done = gongkai(
            "decide", str(last), "--as", username, "--action", "approve", "--opinion", "同意", *extra
        )
        assert done.code == 0, done.err
    return last


def test_deciding_what_is_not_yours_decided_or_unknown_is_refused(gongkai: Gongkai, number: str) -> None:
    decided = to_step(gongkai, "zhang.wei")
    section = gongkai.todo("li.na")["id"]

    def approve(todo: int, username: str) -> Answer:
        return gongkai("decide", str(todo), "--as", username, "--action", "approve")

    refused(approve(section, "he.jun"), Code.NOT_ALLOWED, "岗位")
    refused(approve(section, "zhang.wei"), Code.NOT_ALLOWED)
    refused(approve(decided, "zhang.wei"), Code.CONFLICT, "张伟", "先到者有效")
    refused(approve(999_999, "li.na"), Code.NOT_FOUND, "999999")
    refused(approve(section, "nobody"), Code.NOT_FOUND, "nobody")
    assert gongkai.count("decision") == 1


def test_approving_ones_own_draft_is_refused(gongkai: Gongkai, number: str) -> None:
    with gongkai.service.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO holding (person_id, position, unit_id) SELECT p.id, 'section_head', u.id"
                " FROM person p, unit u WHERE p.username = 'zhang.wei' AND u.code = 'zfjd'"
            )
        )
    to_step(gongkai, "zhang.wei")
    todo = str(gongkai.todo("li.na")["id"])
    answer = gongkai("decide", todo, "--as", "zhang.wei", "--action", "approve")
    refused(answer, Code.NOT_ALLOWED, "拟稿人不得审核")


def test_a_decision_about_a_version_seen_before_an_edit_is_stale(gongkai: Gongkai, number: str) -> None:
    to_step(gongkai, "zhang.wei")
    seen = gongkai.todo("li.na")

    def decide(todo: Any, username: str, *words: str) -> Answer:
        return gongkai("decide", str(todo["id"]), "--as", username, "--action", *words)

    version = str(seen["document_version"])
    assert decide(seen, "li.na", "return", "--to", "drafting", "--opinion", "请改标题").code == 0
    refused(decide(seen, "li.na", "approve", "--version", version), Code.CONFLICT, "李娜", "退回")
    edited = decide(gongkai.todo("zhang.wei"), "zhang.wei", "approve", "--set", "title=改过的标题")
    assert edited.code == 0, edited.err
    anew = gongkai.todo("li.na")
    current = str(anew["document_version"])
    assert current != version
    stale = decide(anew, "li.na", "approve", "--version", version)
    refused(stale, Code.CONFLICT, f"所见第{version}稿，现为第{current}稿")
    english = decide(anew, "li.na", "approve", "--version", version, "--lang", "en")
    refused(english, Code.CONFLICT, f"no. {version}; current is no. {current}")
    assert decide(anew, "li.na", "approve", "--version", current).code == 0


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--action", "bless"], "approve"),
        (["--action", "return", "--opinion", "请改"], "drafting"),
        (["--action", "return", "--to", "drafting"], "意见"),
        (["--action", "return", "--to", "signature", "--opinion", "请改"], "drafting"),
        (["--action", "approve", "--set", "nonsense"], "项目=值"),
        (["--action", "approve", "--set", "a=b"], "没有这一项"),
        (["--action", "approve", "--opinion", "含\u0007铃"], "U+0007"),
        (["--action", "approve", "--opinion", "长" * 2001], "2000"),
    ],
)
def test_a_decision_with_bad_input_is_refused_and_the_todo_stays_open(
    gongkai: Gongkai, number: str, arguments: list[str], word: str
) -> None:
    to_step(gongkai, "zhang.wei")
    todo = gongkai.todo("li.na")["id"]
    refused(gongkai("decide", str(todo), "--as", "li.na", *arguments), Code.INVALID, word)
    assert gongkai.todo("li.na")["id"] == todo


def test_issue_before_formation_is_refused(gongkai: Gongkai, number: str) -> None:
    to_step(gongkai, "zhang.wei", "li.na", "zhou.min", "sun.yan", "wu.di", "feng.tao", "he.jun")
    todo = str(gongkai.todo("sun.yan")["id"])
    dates = ["--set", "formed_on=2026-04-22", "--set", "issued_on=2026-04-20"]
    answer = gongkai("decide", todo, "--as", "sun.yan", "--action", "approve", *dates)
    refused(answer, Code.INVALID, "2026-04-22", "2026-04-20")
    nonsense = ["--set", "formed_on=gestern", "--set", "issued_on=2026-04-20"]
    refused(
        gongkai("decide", todo, "--as", "sun.yan", "--action", "approve", *nonsense), Code.INVALID, "日期"
    )


# --- as a process ----------------------------------------------------------------------------


def test_as_a_process_json_is_utf_8_alone_on_stdout_whatever_the_locale(
    gongkai: Gongkai, number: str, environment: dict[str, str]
) -> None:
    done = subprocess_run(
        ["inbox", "--as", "zhang.wei", "--json"], environment | {"LC_ALL": "C"}, cwd=gongkai.folder
    )
    assert done.returncode == 0
    assert done.stderr == b""
    assert json.loads(done.stdout.decode("utf-8"))["todos"][0]["unit"]["zh"] == "执法监督股"
    assert "执法监督股".encode() in done.stdout


def test_as_a_process_a_password_comes_from_standard_input(
    gongkai: Gongkai, environment: dict[str, str]
) -> None:
    done = subprocess_run(
        ["people", "password", "he.jun", "--stdin"],
        environment,
        cwd=gongkai.folder,
        given="正确的马电池订书钉密码\n".encode(),
    )
    assert done.returncode == 0, done.stderr
    assert sign_in(gongkai.service, "he.jun", "正确的马电池订书钉密码").name == "何军"


def test_as_a_process_help_and_inbox_do_not_load_prefect(
    gongkai: Gongkai, environment: dict[str, str]
) -> None:
    script = (
        "import sys; from deployments.cli import run; code = run(sys.argv[1:]);"
        "heavy = {'prefect', 'fastapi'} & set(sys.modules); sys.exit(f'loaded {heavy}' if heavy else code)"
    )
    import subprocess
    import sys

    for arguments in (["--help"], ["inbox", "--as", "zhang.wei"], ["case", "ZD-2000-0001"], ["status"]):
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            env=environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert b"loaded" not in done.stderr, done.stderr
