"""Importing the bureau: whole or not at all, the same file twice changes nothing, endings are dated."""

from datetime import date

import pytest

from deployments.samples import BUREAU, read_bureau
from engine.actor import Actor
from engine.acts.access import actor_of_session, actor_of_token, create_token, set_password, sign_in
from engine.acts.passwords import operator
from engine.acts.people import Imported, import_people
from engine.ledger import verify
from engine.roster import read_roster
from engine.service import Service
from rules.errors import GongkaiError, InvalidInput, MalformedFile, NotAllowed, NotSignedIn
from tests.builders import MovableClock, scalars

OPERATOR = operator("root")
ROSTER = """\
organ: {name: 青岭县应急管理局, series: [青应急]}
units:
  - {code: zfjd, name: 执法监督股}
people:
  - {username: lin.xue, name: 林雪, email: lin.xue@example.invalid, positions: [administrator]}
  - {username: zhang.wei, name: 张伟, positions: [drafter@zfjd]}
  - {username: li.na, name: 李娜, positions: [section_head@zfjd, office]}
"""


def load(
    service: Service, text: str = ROSTER, *, name: str = "bureau.yaml", by: Actor = OPERATOR
) -> Imported:
    return import_people(service, by, read_roster(text.encode(), name=name))


def stored(service: Service) -> int:
    return sum(
        scalars(service, f"SELECT count(*) FROM {t}")[0] for t in ("organ", "unit", "person", "holding")
    )


def test_first_import_creates_the_organ_and_leaves_one_entry_in_the_ledger(service: Service) -> None:
    result = load(service)
    assert result.created
    assert {change.what for change in result.changes} == {
        "organ-created",
        "unit-added",
        "person-added",
        "holding-begun",
    }
    assert service.actor("li.na", channel="api").holds("office")
    assert scalars(service, "SELECT actor FROM ledger_entry WHERE action = 'people-imported'") == [
        "operator:root"
    ]
    with service.database.connect() as connection:
        assert verify(connection).entries == 1


def test_the_same_file_again_changes_nothing_and_writes_nothing(service: Service) -> None:
    load(service)
    again = load(service)
    assert not again.created
    assert again.changes == []
    assert scalars(service, "SELECT count(*) FROM ledger_entry") == [1]


def test_a_holding_no_longer_listed_ends_at_once_and_stays_in_the_history(
    service: Service, clock: MovableClock
) -> None:
    load(service)
    clock.move(days=10)
    result = load(service, ROSTER.replace(", office]", "]"))
    assert [(c.what, c.whom) for c in result.changes] == [("holding-ended", "li.na")]
    assert not service.actor("li.na", channel="api").holds("office")
    assert scalars(service, "SELECT until FROM holding WHERE position = 'office'") == [date(2026, 4, 29)]
    assert load(service, ROSTER.replace(", office]", "]")).changes == []


def test_a_holding_listed_again_begins_anew(service: Service, clock: MovableClock) -> None:
    load(service)
    load(service, ROSTER.replace(", office]", "]"))
    clock.move(days=1)
    assert [c.what for c in load(service).changes] == ["holding-begun"]
    assert service.actor("li.na", channel="api").holds("office")


def test_someone_not_named_any_more_loses_every_position_and_is_reported(service: Service) -> None:
    load(service)
    result = load(service, "\n".join(ROSTER.splitlines()[:-1]))
    assert result.unlisted == ["li.na"]
    assert service.actor("li.na", channel="api").holdings == frozenset()


def test_someone_deactivated_loses_sessions_and_tokens_for_good(
    service: Service, clock: MovableClock
) -> None:
    """Coming back brings none of them to life again."""
    load(service)
    password = "correct-horse-battery"
    set_password(service, OPERATOR, "li.na", password)
    session = sign_in(service, "li.na", password).session_token
    token = create_token(service, service.actor("li.na", channel="api"), name="script", days=365).secret
    left = ROSTER.replace("name: 李娜,", "name: 李娜, active: false,")
    assert [c.what for c in load(service, left).changes] == ["person-deactivated"]
    assert scalars(service, "SELECT count(*) FROM auth_session") == [0]
    assert scalars(service, "SELECT revoked_at FROM access_token") == [clock.now]
    assert [c.what for c in load(service).changes] == ["person-activated"]
    with pytest.raises(NotSignedIn):
        actor_of_session(service, session)
    with pytest.raises(NotSignedIn):
        actor_of_token(service, token)
    assert sign_in(service, "li.na", password).username == "li.na"


def test_a_new_name_or_address_is_taken_over_and_the_address_is_not_put_into_the_ledger(
    service: Service,
) -> None:
    load(service)
    changed = ROSTER.replace("lin.xue@example.invalid", "lin@example.invalid")
    assert [(c.what, c.detail) for c in load(service, changed).changes] == [("person-changed", "email")]
    assert scalars(service, "SELECT data::text LIKE '%lin@example%' FROM ledger_entry ORDER BY seq") == [
        False,
        False,
    ]


def test_only_an_administrator_or_the_operator_may_import(service: Service) -> None:
    load(service)
    with pytest.raises(NotAllowed):
        load(service, by=service.actor("li.na", channel="api"))
    assert load(service, by=service.actor("lin.xue", channel="api")).changes == []


def test_csv_says_people_only_and_needs_a_bureau(service: Service) -> None:
    csv = (
        "username,name,email,positions,active\n"
        "lin.xue,林雪,,administrator,\n"
        "zhang.wei,张伟,zhang.wei@example.invalid,拟稿人@zfjd;archivist,是\n"
    )
    with pytest.raises(InvalidInput) as refused:
        load(service, csv, name="people.csv")
    assert "YAML" in refused.value.message()
    load(service)
    result = load(service, csv, name="people.csv")
    assert service.actor("zhang.wei", channel="api").holds("archivist")
    assert result.unlisted == ["li.na"]


PERSON_LINE = "  - {username: zhang.wei, name: 张伟, positions: [drafter@zfjd]}"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("drafter@zfjd", "drafter@nowhere", 6, "zfjd"),
        ("drafter@zfjd", "drafter", 6, "股室"),
        ("drafter@zfjd", "chief", 6, "没有这个岗位"),
        ("drafter@zfjd", "head@zfjd", 6, "全局岗位"),
        ("drafter@zfjd]", "drafter@zfjd, drafter@zfjd]", 6, "重复"),
        ("username: zhang.wei", "username: lin.xue", 6, "重复"),
        ("username: zhang.wei", "username: Zhang Wei", 6, "小写"),
        ("name: 张伟", "name: ''", 6, "people.1.name"),
        ("name: 张伟", 'name: "张\\u0007伟"', 6, "U+0007"),
        ("name: 张伟", "name: 张伟, email: 张伟", 6, "邮箱"),
        ("name: 张伟", "name: 张伟, salary: 1", 6, "没有这一项"),
        ("name: 张伟", "name: 张伟, name: 李四", 6, "重复"),
        ("positions: [administrator]", "positions: []", 5, "系统管理员"),
        (
            "[drafter@zfjd]",
            "[{position: drafter, unit: zfjd, since: 2026-05-01, until: 2026-04-01}]",
            6,
            "until",
        ),
        ("[drafter@zfjd]", "[{position: drafter, unit: zfjd, since: gestern}]", 6, "日期"),
        ("series: [青应急]", "series: []", 1, "series"),
        ("code: zfjd", "code: 执法", 3, "小写"),
    ],
)
def test_a_faulty_file_is_refused_with_its_line_and_nothing_is_stored(
    service: Service, old: str, new: str, line: int, said: str
) -> None:
    assert old in ROSTER
    with pytest.raises(GongkaiError) as refused:
        load(service, ROSTER.replace(old, new, 1))
    message = refused.value.message()
    assert f"bureau.yaml:{line}" in message
    assert said in message
    assert stored(service) == 0


@pytest.mark.parametrize(
    ("raw", "name", "said"),
    [
        ("organ: {name: 青岭县".encode(), "b.yaml", "YAML"),
        ("组织：\xff".encode("gb18030"), "b.yaml", "UTF-8"),
        (b"\xff\xfe\x00", "b.csv", "UTF-8"),
        (b"", "b.yaml", "空"),
        (b"- 1\n- 2\n", "b.yaml", "对象"),
        (b"just text", "b.yaml", "对象"),
        (b"a: &x [1]\nb: *x\n", "b.yaml", "别名"),
        (b"!!python/object/apply:os.system ['true']", "b.yaml", "YAML"),
        (b"[" * 1_000_000, "b.yaml", "层次过深"),
        (b"a:\n" + b"\n".join(b" " * n + b"a:" for n in range(1, 1000)), "b.yaml", "层次过深"),
        (b"x: " + b"a" * 1_000_001, "b.yaml", "1000000"),
        (b"username,name\nlin,Lin\n", "b.csv", "username,name,email,positions,active"),
        (b"username,name,positions\nlin,Lin,office,more\n", "b.csv", "列数"),
        (b"username,name,positions\nlin,Lin\n", "b.csv", "列数"),
        (b"units: []\npeople: [{username: a, name: a}]\n", "b.yaml", "organ"),
    ],
)
def test_what_is_no_roster_at_all_is_refused_in_words(raw: bytes, name: str, said: str) -> None:
    with pytest.raises((MalformedFile, InvalidInput)) as refused:
        read_roster(raw, name=name)
    assert said in refused.value.message()


def test_the_sample_bureau_keeps_drafters_reviewers_and_signers_apart(service: Service) -> None:
    import_people(service, OPERATOR, read_bureau())
    roster = read_bureau().roster
    drafters = {p.username for p in roster.people if any(h.position == "drafter" for h in p.positions)}
    deciders = {p.username for p in roster.people} - drafters
    assert all(len(p.positions) == 1 for p in roster.people)
    assert {"he.jun", "feng.tao", "wu.di", "zheng.shu", "lin.xue", "tang.hao"} <= deciders
    assert BUREAU.read_text(encoding="utf-8").count("example.invalid") == len(roster.people)
