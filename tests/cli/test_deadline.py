"""``gongkai deadline explain`` works without an installation and says all in text and in JSON."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deployments.cli import run
from deployments.commands.exits import Code
from tests.cli.conftest import Answer

Explain = Callable[..., Answer]


@pytest.fixture
def explain(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Explain:
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "GONGKAI_HOME", "GONGKAI_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def ask(*arguments: str) -> Answer:
        capsys.readouterr()
        code = run(["deadline", "explain", *arguments])
        written = capsys.readouterr()
        return Answer(int(code), written.out, written.err)

    return ask


def test_working_days_in_words(explain: Explain) -> None:
    answer = explain("--start", "2026-04-22", "--working-days", "20")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[0] == "截止：2026-05-22（星期五）24时"
    assert "劳动节调休上班" in answer.out
    english = explain("--start", "2026-04-22", "--working-days", "20", "--lang", "en")
    assert english.out.startswith("Due: 2026-05-22 (Fri), end of the day\n")


@pytest.mark.parametrize(
    ("arguments", "due", "provisional", "days"),
    [
        (("2026-04-22", "--working-days", "20"), "2026-05-22", False, 30),
        (("2026-12-04", "--working-days", "20"), "2027-01-01", True, 28),
        (("2026-09-01", "--calendar-days", "30"), "2026-10-08", False, 37),
        (("2026-05-20", "--calendar-days", "7", "--before"), "2026-05-13", False, 7),
        (("2026-04-30T15:30+08:00", "--hours", "48"), "2026-05-02T15:30:00+08:00", False, 3),
        (("2026-04-30T07:30Z", "--hours", "5"), "2026-04-30T20:30:00+08:00", False, 1),
        (("2026-04-21T16:00Z", "--working-days", "20"), "2026-05-22", False, 30),
    ],
)
def test_json_has_due_provisional_and_days(
    explain: Explain, arguments: tuple[str, ...], due: str, provisional: bool, days: int
) -> None:
    told = explain("--start", *arguments, "--json").json
    assert (told["due"], told["provisional"], len(told["days"])) == (due, provisional, days)
    assert set(told["days"][0]) >= {"date", "counted", "number", "reason", "holiday", "basis", "zh", "en"}


def test_hours_from_a_date_alone_run_from_its_first_moment_and_that_is_said(explain: Explain) -> None:
    answer = explain("--start", "2026-04-22", "--hours", "48", "--json")
    assert answer.json["due"] == "2026-04-24T00:00:00+08:00"
    assert "零时" in answer.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("2026-04-22", "--working-days", "0"), "整数"),
        (("2026-04-22", "--calendar-days", "-7"), "整数"),
        (("2026-04-22", "--hours", "99999999999999999999"), "整数"),
        (("2026-04-22T09:00", "--hours", "48"), "时区"),
        (("2026-04-22T09:00", "--working-days", "20"), "时区"),
        (("2026-02-30", "--working-days", "20"), "2026-04-22"),
        (("yesterday", "--working-days", "20"), "2026-04-22"),
        (("0001-01-01T00:00+08:00", "--hours", "1"), "年份"),
        (("9999-12-31", "--working-days", "20"), "年份"),
        (("2026-04-22",), "三者选一"),
        (("2026-04-22", "--working-days", "20", "--hours", "1"), "三者选一"),
        (("2026-04-22", "--working-days", "two"), "--working-days"),
    ],
)
def test_what_cannot_be_reckoned_is_bad_input_with_its_reason(
    explain: Explain, arguments: tuple[str, ...], said: str
) -> None:
    answer = explain("--start", *arguments)
    assert (answer.code, answer.out) == (Code.INVALID, "")
    assert said in answer.err
    assert "Traceback" not in answer.err
