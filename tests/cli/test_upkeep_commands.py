"""people, schema, doctor, ledger, status: what they print, the shape of their JSON, how they end."""

import pytest
from sqlalchemy import text

from deployments.commands.exits import Code
from deployments.samples import BUREAU
from engine.acts.access import sign_in
from tests.cli.conftest import Gongkai, refused


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


def test_doctor_of_a_healthy_installation_ends_well(arranged: Gongkai, number: str) -> None:
    answer = arranged("doctor", "--json")
    assert answer.code == 0
    assert set(answer.json) == {"healthy", "surroundings", "findings"}
    assert answer.json["healthy"] is True
    assert "全部不变量成立" in arranged("doctor").out


def test_doctor_names_what_is_broken_and_ends_with_7(arranged: Gongkai, number: str) -> None:
    with arranged.service.database.begin() as connection:
        connection.execute(text("UPDATE assignment SET closed_at = now()"))
    answer = arranged("doctor", "--json")
    assert answer.code == Code.BROKEN
    assert answer.json["healthy"] is False
    assert [f["check"] for f in answer.json["findings"]] == ["open-review-has-todo"]
    assert set(answer.json["findings"][0]) == {"check", "severity", "where", "zh", "en"}


def test_doctor_says_when_mail_would_carry_links_to_this_machine(
    arranged: Gongkai, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_SMTP_HOST", "mail.qingling.example")
    monkeypatch.setenv("GONGKAI_MAIL_FROM", "gongkai@qingling.example")
    answer = arranged("doctor", "--json")
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
