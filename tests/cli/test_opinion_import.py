"""``gongkai opinion import``: each good row once, each bad row with its reason and an exit code."""

from datetime import timedelta

from deployments.commands.exits import Code
from rules.time import system_time
from tests.cli.conftest import Gongkai


def test_a_table_is_entered_row_by_row_and_again_changes_nothing(gongkai: Gongkai) -> None:
    seen = (system_time() - timedelta(minutes=5)).isoformat()
    table = gongkai.file(
        "unit,source,first_seen_at,summary,link\n"
        f"yjzh,微博,{seen},网传某地起火,https://weibo.example/1\n"
        f"none,微博,{seen},网传某地起火,https://weibo.example/2\n".encode(),
        name="opinions.csv",
    )
    first = gongkai("opinion", "import", table, "--as", "ma.rui", "--json")
    assert first.code == Code.INVALID
    assert [row["outcome"] for row in first.json["rows"]] == ["opened", "refused"]
    assert first.json["rows"][1]["error"]["code"] == "unknown-unit"
    again = gongkai("opinion", "import", table, "--as", "ma.rui", "--json")
    assert [row["outcome"] for row in again.json["rows"]] == ["repeated", "refused"]
    assert "已登记" in gongkai("opinion", "import", table, "--as", "ma.rui").out
