"""Bad input to launch and decide: refused in words with its exit code, and nothing is stored."""

from typing import Any

import pytest
from sqlalchemy import text

from deployments.commands.exits import Code
from tests.cli.conftest import Answer, Gongkai, refused


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
