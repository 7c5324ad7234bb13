"""``catalogue`` and ``register``: imported and exported on the command line; a dry run stores nothing."""

from pathlib import Path

from deployments.commands.exits import Code
from tests.builders import scalars
from tests.cli.conftest import Gongkai
from tests.portal.register_shelf import publish

SAMPLE = str(Path(__file__).parents[2] / "samples" / "catalogue.csv")
ROWS = "SELECT count(*) FROM catalogue_item"


def test_the_sample_is_told_then_imported_then_unchanged(gongkai: Gongkai) -> None:
    dry = gongkai("catalogue", "import", SAMPLE, "--dry-run")
    assert (dry.code, scalars(gongkai.service, ROWS)) == (0, [0])
    assert "48项变化" in dry.out
    assert "没有导入任何内容" in dry.out
    assert gongkai("catalogue", "import", SAMPLE, "--json").json["stored"] is True
    assert scalars(gongkai.service, ROWS) == [48]
    assert "没有变化" in gongkai("catalogue", "import", SAMPLE).out


def test_bad_rows_are_told_on_stderr_with_line_and_reason(gongkai: Gongkai) -> None:
    said = Path(SAMPLE).read_text(encoding="utf-8").splitlines()
    file = gongkai.file("\n".join([*said[:3], "救灾,,,,,,,,,,verified"]).encode(), "c.csv")
    answer = gongkai("catalogue", "import", file, "--lang", "en")
    assert "Line 4 left out" in answer.err
    assert "level1 is empty" in answer.err
    assert scalars(gongkai.service, ROWS) == [2]


def test_a_register_is_exported_to_a_file_and_noted(gongkai: Gongkai, tmp_path: Path) -> None:
    publish(gongkai.service, title="+危险的标题")
    for ending in ("csv", "xlsx"):
        target = tmp_path / f"out.{ending}"
        answer = gongkai("register", "export", "publications", str(target), "--json")
        assert (answer.code, answer.json["bytes"]) == (0, target.stat().st_size)
    assert "'+危险的标题" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    told = "SELECT data->>'form' FROM ledger_entry WHERE action = 'table-exported' ORDER BY seq"
    assert scalars(gongkai.service, told) == ["csv", "xlsx"]


def test_who_may_not_read_a_register_gets_no_file(gongkai: Gongkai, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    refused = gongkai("register", "export", "documents", str(target), "--as", "zhang.wei")
    assert refused.code == Code.NOT_ALLOWED
    assert not target.exists()
    assert gongkai("register", "export", "nothing", str(target)).code != 0
    assert gongkai("register", "export", "documents", str(tmp_path / "out.pdf")).code != 0
