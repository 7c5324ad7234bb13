"""Every command: help, JSON, exit codes, its words where nothing runs, and how it is as a process."""

import json
import re
from pathlib import Path

import pytest

from deployments.commands.exits import Code
from deployments.samples import BUREAU
from engine.acts.access import sign_in
from tests.cli.conftest import Gongkai, refused, subprocess_run

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
    "clock show",
    "clock advance",
    "opinion import",
)


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
