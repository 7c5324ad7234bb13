"""A bug counts as caught only when its test failed: a broken environment catches nothing."""

from pathlib import Path

import pytest

from tests.seeded_bugs import __main__ as seeded
from tests.seeded_bugs.__main__ import Ran, run_tests

OUTCOMES = {
    "fails": "def test_it():\n    assert False\n",
    "errs": "import pytest\n\n@pytest.fixture\ndef up():\n    raise OSError\n\ndef test_it(up):\n    pass\n",
    "errs_after": "import pytest\n\n@pytest.fixture\ndef up():\n    yield\n    raise OSError\n\n"
    "def test_it(up):\n    assert False\n",
    "collects_nothing": "import absent\n",
    "passes": "def test_it():\n    pass\n",
}


@pytest.mark.parametrize("how", OUTCOMES)
def test_only_a_failing_test_counts_as_caught(tmp_path: Path, how: str) -> None:
    (tmp_path / "test_it.py").write_text(OUTCOMES[how])
    ran = run_tests(tmp_path, "test_it.py")
    assert ran.failed is (how == "fails"), ran
    assert ran.passed is (how == "passes"), ran


@pytest.mark.parametrize("summary", ["1 error in 1.00s", "1 failed in 1.00s", "no tests ran in 0.01s"])
def test_nothing_is_caught_where_the_tests_fail_without_a_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], summary: str
) -> None:
    monkeypatch.setattr(seeded, "run_tests", lambda *_: Ran(0 if "no" in summary else 1, summary))
    assert seeded.main() == 1
    assert capsys.readouterr().out == f"Without any bug the tests must pass, and they do not: {summary}\n"
