"""台账: nobody finds in a register, by reading, filtering, searching or exporting, what they may not read."""

import csv
from io import StringIO

import pytest
from sqlalchemy import create_engine, text

from engine.activities import ACTIVITIES
from engine.acts.export import Form, export_register
from engine.leases import claim, settle
from engine.policy import Act, Facts, may
from engine.reading.registers import (
    CHANGES,
    DOCUMENTS,
    PUBLICATIONS,
    REGISTERS,
    Register,
    RegisterPage,
    read_register,
    read_wanted,
)
from engine.service import Service
from rules.errors import InvalidInput, NotAllowed
from rules.positions import Position
from tests.builders import Bureau, decide_all, decide_next, launch_case, scalars
from tests.portal.register_shelf import change, publish

HIDDEN = "关于内部事务的请示"
WORD = "隐蔽工程"
READERS = {Position.OFFICE, Position.OPENNESS_OFFICE, Position.MANAGER, Position.ADMINISTRATOR}


def look(service: Service, by: str, register: Register = DOCUMENTS, /, **said: str) -> RegisterPage:
    return read_register(service, service.actor(by, channel="api"), register, read_wanted(register, said))


def export(service: Service, by: str, register: Register = DOCUMENTS, **said: str) -> list[list[str]]:
    taken = export_register(
        service, service.actor(by, channel="api"), register, read_wanted(register, said), form=Form.CSV
    )
    return list(csv.reader(StringIO(taken.content.decode("utf-8-sig"))))


@pytest.fixture
def hidden(service: Service, bureau: Bureau) -> str:
    """A document withheld, which the section head alone has reviewed so far."""
    draft = {"title": HIDDEN, "body": f"涉及{WORD}。", "attribute": "不予公开", "ground": "16-1"}
    number = launch_case(service, draft=draft).number
    decide_next(service, number)
    decide_next(service, number)
    return number


def test_who_takes_no_part_finds_neither_title_nor_attribute_nor_text_of_what_is_not_public(
    service: Service, bureau: Bureau, hidden: str
) -> None:
    for person in ("manager", "administrator"):
        (row,) = look(service, person).rows
        assert (row["number"], row["title"], row["attribute"], row["ground"]) == (hidden, None, None, None)
        for words in (WORD, "内部事务", HIDDEN):
            assert look(service, person, q=words).rows == [], "searching guesses nothing"
        assert look(service, person, attribute="不予公开").rows == [], "nor does filtering"
        assert look(service, person).options["attribute"] == []
        assert look(service, person, q=hidden).total == 1
        assert not any(HIDDEN in cell or "16-1" in cell for line in export(service, person) for cell in line)
    assert look(service, "openness_office").rows == [], "nor who does not know of the case"
    assert len(export(service, "openness_office")) == 1


def test_who_took_part_finds_it_by_any_of_its_words(service: Service, bureau: Bureau, hidden: str) -> None:
    decide_next(service, hidden, by="office")
    for said in ({"q": WORD}, {"q": "内部 请示"}, {"attribute": "不予公开"}, {"unit": "执法监督股"}):
        (row,) = look(service, "office", **said).rows
        assert (row["title"], row["attribute"]) == (HIDDEN, "不予公开")
    assert look(service, "office", q="没有这个词").rows == []
    assert look(service, "office", to="2026-04-19").rows == []
    assert look(service, "office", **{"from": "2026-04-21"}).rows == []
    assert look(service, "office", **{"from": "2026-04-20", "to": "2026-04-20"}).total == 1
    assert [HIDDEN in line for line in export(service, "office", q=WORD)] == [False, True]


@pytest.mark.parametrize("position", Position)
def test_only_those_who_keep_or_watch_the_registers_see_or_take_them(
    service: Service, bureau: Bureau, position: Position
) -> None:
    allowed = position in READERS
    assert may(bureau.actor(position), Act.READ_REGISTERS, Facts()) == allowed
    if not allowed:
        with pytest.raises(NotAllowed):
            look(service, position)
        with pytest.raises(NotAllowed):
            export(service, position)
    assert bool(scalars(service, "SELECT 1 FROM ledger_entry WHERE action = 'table-exported'")) is False


def test_every_export_is_an_entry_that_tells_who_what_and_how_much_but_no_words(
    service: Service, bureau: Bureau
) -> None:
    publish(service)
    export(service, "manager", PUBLICATIONS, q="第1件事", unit="执法监督股")
    entries = "SELECT actor || ' ' || data::text FROM ledger_entry WHERE action = 'table-exported'"
    (entry,) = scalars(service, entries)
    assert entry.startswith("manager ")
    assert '"rows": 1' in entry
    assert '"table": "publications"' in entry
    assert "第1件事" not in entry


def test_publications_are_found_by_two_characters_of_their_text_and_filtered(
    service: Service, bureau: Bureau
) -> None:
    publish(service, 1, body="现将森林防火有关事项通知如下。")
    publish(service, 2, title="=HYPERLINK(1)", doc_type="公告", unit="办公室")
    change(service, publish(service, 3, title="另一件"))
    assert [row["number"] for row in look(service, "office", PUBLICATIONS, q="防火").rows] == ["ZD-2026-0001"]
    found = look(service, "office", PUBLICATIONS, state="已撤下")
    assert [row["title"] for row in found.rows] == ["另一件"]
    assert found.options["state"] == ["在公开", "已撤下"]
    assert [row["number"] for row in look(service, "office", PUBLICATIONS, doc_type="公告").rows] == [
        "ZD-2026-0002"
    ]
    cells = [cell for line in export(service, "office", PUBLICATIONS) for cell in line]
    assert "'=HYPERLINK(1)" in cells, "no cell is a formula"
    (row,) = look(service, "office", CHANGES, q="个人信息").rows
    assert (row["kind"], row["document"]) == ("撤下", "ZD-2026-0003")


def test_pages_hold_fifty_and_go_on_where_the_last_one_ended(service: Service, bureau: Bureau) -> None:
    for number in range(1, 53):
        publish(service, number)
    actor = bureau.actor("office")
    first, second = (
        read_register(service, actor, PUBLICATIONS, read_wanted(PUBLICATIONS, {}), page=page)
        for page in (1, 2)
    )
    assert (first.total, first.pages, len(first.rows), len(second.rows)) == (52, 2, 50, 2)
    assert len({row["number"] for row in (*first.rows, *second.rows)}) == 52


def test_a_published_document_is_in_the_register_with_its_dates(service: Service, bureau: Bureau) -> None:
    number = launch_case(service).number
    decide_all(service, number)
    (row,) = look(service, "manager").rows
    assert (row["number"], row["title"], row["attribute"]) == (
        number,
        "关于开展安全生产检查的通知",
        "主动公开",
    )
    assert row["doc_no"] == "青应急〔2026〕1号"


def test_parts_withheld_from_the_published_copy_are_found_by_those_alone_who_read_the_whole(
    service: Service, bureau: Bureau
) -> None:
    draft = {"title": "关于某厂的决定", "body": f"该厂{WORD}存在隐患。", "attribute": "主动公开"}
    number = launch_case(service, draft=draft).number
    decide_all(service, number)
    step = scalars(service, "SELECT step_id FROM activity WHERE settled_at IS NULL")[0]
    lease = claim(service, step, holder="test")
    assert lease is not None
    settle(service, lease, ACTIVITIES[lease.activity](service, lease))
    assert look(service, "manager", q=WORD).total == 1, "public as a whole"
    owner = create_engine(service.settings.owner_database_url.get_secret_value())
    with owner.begin() as connection:  # as if the copy had left the part out
        connection.execute(text("ALTER TABLE register_entry DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE register_entry SET body = '该厂[不予公开]存在隐患。'"))
        connection.execute(text("ALTER TABLE register_entry ENABLE TRIGGER USER"))
    owner.dispose()
    assert look(service, "manager", q=WORD).total == 0
    assert look(service, "manager", q="存在隐患").total == 1
    assert look(service, "office", q=WORD).total == 1, "the office has read it all"


@pytest.mark.parametrize("register", REGISTERS.values(), ids=lambda register: register.key)
def test_every_register_answers_to_all_its_filters_at_once_and_to_hostile_words(
    service: Service, bureau: Bureau, register: Register
) -> None:
    publish(service)
    said = dict.fromkeys(register.filters, "'; DROP TABLE cases; --")
    assert look(service, "office", register, **said, **{"from": "2026-01-01"}, q="' OR 1=1 %").rows == []
    with pytest.raises(InvalidInput):
        look(service, "office", register, to="yesterday")
