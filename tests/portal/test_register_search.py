"""Searching the register: two characters are enough, filters add up, nothing typed becomes markup."""

import re
from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest
from sqlalchemy import text

from engine.folding import fold, occurrences
from engine.service import Service
from models.database import connect
from portal.register.search import PAGE
from tests.portal.conftest import Client
from tests.portal.register_shelf import publish

pytestmark = pytest.mark.thorough

SCRIPT = "<script>alert(1)</script>"


def listed(page: str) -> list[str]:
    """The slugs of a list, in its order."""
    return re.findall(r'<li>\n<a href="/register/([^"]+)">', page)


def look(stranger: Client, **query: object) -> list[str]:
    """What the list shows for these parameters; ``since`` stands for ``from``."""
    parameters = {("from" if name == "since" else name): str(value) for name, value in query.items()}
    answer = stranger.get("/register", params=parameters)
    assert answer.status_code == 200, answer.text
    return listed(answer.text)


@pytest.mark.parametrize(
    ("word", "title", "body"),
    [
        ("消防", "关于消防安全检查的通知", "正文"),
        ("救灾", "通知", "冬春救灾物资调拨方案如下"),
        ("灾", "通知", "冬春救灾物资"),
        ("防汛抗旱指挥部", "防汛抗旱指挥部通告", "正文"),
        ("双随机、一公开", "通知", "按“双随机、一公开”抽取"),
        ("GB 50016", "通知", "执行 GB50016—2014 标准"),
        ("gb50016", "通知", "执行ＧＢ５００１６标准"),
        ("物资保障", "通知", "救灾和物资\n保障股"),
        ("119", "通知", "火警电话119"),
        ("消防 检查", "消防通知", "开展安全检查"),
    ],
)
def test_words_are_found_in_title_and_text(
    service: Service, stranger: Client, word: str, title: str, body: str
) -> None:
    publish(service, 1, title="无关的文件", body="没有这个词，只有消和防、物和资。")
    wanted = publish(service, 2, title=title, body=body)
    assert look(stranger, q=word) == [wanted]


@pytest.mark.parametrize(
    "said", ["青应急〔2026〕12号", "青应急[2026]12号", "青应急（2026） 12号", "〔2026〕12号", "12号"]
)
def test_a_document_number_is_found_however_its_brackets_are_typed(
    service: Service, stranger: Client, said: str
) -> None:
    wanted = publish(service, 12)
    publish(service, 13)
    assert look(stranger, q=said) == [wanted]
    assert look(stranger, no=said) == [wanted]


def test_a_long_word_is_found_only_where_it_stands_as_one(service: Service, stranger: Client) -> None:
    """All pairs of 应急管理局 stand in this text, the word does not."""
    publish(service, 1, title="通知", body="应急、急管、管理、理局")
    assert look(stranger, q="应急管理局") == []


def test_every_word_must_be_found(service: Service, stranger: Client) -> None:
    both = publish(service, 1, title="消防通知", body="救灾")
    publish(service, 2, title="消防通知")
    assert look(stranger, q="消防 救灾") == [both]


def test_hits_in_title_and_number_come_before_hits_in_the_text(service: Service, stranger: Client) -> None:
    title = publish(service, 1, title="消防通知")
    body = publish(service, 2, title="其他", body="消防")
    assert look(stranger, q="消防") == [title, body]


def test_text_of_an_attachment_is_found_once_it_is_stored(service: Service, stranger: Client) -> None:
    wanted = publish(service, 1)
    with service.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO register_text (slug, source, said) VALUES (:s, :h, '附件一：烟花爆竹企业名单')"
            ),
            {"s": wanted, "h": "a" * 64},
        )
    page = stranger.get("/register", params={"q": "爆竹"}).text
    assert listed(page) == [wanted]
    assert "烟花<mark>爆竹</mark>企业" in page


def test_what_was_found_is_marked_in_title_number_and_excerpt(service: Service, stranger: Client) -> None:
    publish(service, 1, title="消防 通知", body=f"{'前' * 300}消防\n检查{'后' * 300}")
    page = stranger.get("/register", params={"q": "消防"}).text
    assert "<mark>消防</mark> 通知" in page
    assert re.search(r"…前+<mark>消防</mark> 检查后+…", page)
    assert "<mark>〔2026〕1号</mark>" in stranger.get("/register", params={"q": "[2026]1号"}).text


@pytest.mark.parametrize("where", ["title", "body", "doc_no", "unit", "doc_type"])
def test_nothing_searched_for_or_found_becomes_markup(service: Service, stranger: Client, where: str) -> None:
    publish(service, 1, **{"title": "消防", where: f"消防{SCRIPT}消防"})
    for parameters in (
        {"q": "消防"},
        {"q": SCRIPT},
        {"no": SCRIPT, "unit": SCRIPT, "year": SCRIPT, "from": SCRIPT},
    ):
        page = stranger.get("/register", params=parameters).text
        assert "<script" not in page
        assert "&lt;script&gt;" in page


def test_filters_combine_and_each_counts_what_it_would_leave(service: Service, stranger: Client) -> None:
    publish(service, 1, unit="执法监督股", doc_type="通知", issued_on=date(2025, 3, 1))
    wanted = publish(service, 2, unit="执法监督股", doc_type="公告", issued_on=date(2026, 3, 1))
    publish(service, 3, unit="危险化学品监管股", doc_type="公告", issued_on=date(2026, 3, 1))
    assert look(stranger, unit="执法监督股", type="公告", year=2026) == [wanted]
    assert look(stranger, unit="执法监督股", year=2025, type="公告") == []
    page = stranger.get("/register", params={"unit": "执法监督股"}).text
    # The unit's own choices are counted without it, the others with it.
    assert '<option value="执法监督股" selected>执法监督股（2）</option>' in page
    assert '<option value="危险化学品监管股">危险化学品监管股（1）</option>' in page
    assert '<option value="公告">公告（1）</option>' in page
    assert page.index("2026（1）") < page.index("2025（1）")


def test_days_of_publication_are_local_days_and_both_ends_count(service: Service, stranger: Client) -> None:
    late = publish(service, 1, published_at=datetime(2026, 4, 21, 15, 59, tzinfo=UTC))  # 23:59 on the 21st
    early = publish(service, 2, published_at=datetime(2026, 4, 21, 16, 0, tzinfo=UTC))  # 0:00 on the 22nd
    assert look(stranger, since="2026-04-21", to="2026-04-21") == [late]
    assert look(stranger, since="2026-04-22") == [early]


def test_what_cannot_be_read_is_ignored_and_said_so(service: Service, stranger: Client) -> None:
    publish(service)
    page = stranger.get("/register?year=abc&from=22.4.2026&to=2026-13-40").text
    assert len(listed(page)) == 1
    for name in ("印发年度", "公开日期起", "公开日期止"):
        assert name in page[page.index('role="alert"') :][:300]


@pytest.mark.parametrize(
    "hostile",
    [
        "'; DROP TABLE register_entry; --",
        "%",
        "_",
        "\\",
        "{}",
        '"',
        "\x00",
        "\ud800",
        "*" * 5000,
        "〔" * 60,
        "  ",
        "%%(q)s",
        ":q",
    ],
)
def test_no_words_upset_the_search(service: Service, stranger: Client, hostile: str) -> None:
    publish(service)
    raw = quote(hostile.encode("utf-8", "surrogatepass"))
    for name in ("q", "unit", "type", "year", "from", "to", "no"):
        answer = stranger.get(f"/register?{name}={raw}")
        assert answer.status_code == 200, (name, answer.text)


def test_a_search_that_finds_nothing_offers_ways_on(service: Service, stranger: Client) -> None:
    publish(service)
    page = stranger.get("/register", params={"q": "烟花", "type": "通知"}).text
    assert "没有找到符合条件的文件" in page
    assert 'href="/register">清除全部条件' in page
    assert f'href="/register?q={quote("烟花")}"' in page  # without the type
    assert "noindex" in page
    assert "noindex" not in stranger.get("/register").text


def test_pages_of_a_search_keep_its_filters(service: Service, stranger: Client) -> None:
    for number in range(1, PAGE + 2):
        publish(service, number)
    page = stranger.get("/register", params={"q": "通知", "unit": "执法监督股"}).text
    assert len(listed(page)) == PAGE
    address = f"/register?q={quote('通知')}&amp;unit={quote('执法监督股')}&amp;page=2"
    assert f'rel="next" href="{address}"' in page
    assert len(listed(stranger.get(address.replace("&amp;", "&")).text)) == 1


def test_every_control_of_the_search_has_a_label_and_no_script_is_needed(
    service: Service, stranger: Client
) -> None:
    publish(service)
    page = stranger.get("/register").text
    form = page[page.index("<form") : page.index("</form>")]
    assert 'method="get"' in form
    assert len(re.findall("<(?:input|select)", form)) == len(re.findall("<label", form)) == 7
    assert "<script" not in page
    assert "form-action 'self'" in stranger.get("/register").headers["content-security-policy"]


@pytest.mark.parametrize("said", ["青应急〔2026〕 12号", "ＡＢＣ（１２３）", "a\nB\tc", "㈠①ﬁ", "消 防"])
def test_the_program_folds_text_as_the_database_does(service: Service, said: str) -> None:
    with service.database.connect() as connection:
        assert connection.execute(text("SELECT register_fold(:s)"), {"s": said}).scalar() == fold(said)


def test_places_of_a_word_are_places_in_the_text_as_written() -> None:
    said = "按 ＧＢ 5 执行；gb5"
    assert [said[a:b] for a, b in occurrences(said, "GB5")] == ["ＧＢ 5", "gb5"]


def test_the_index_serves_the_search_of_the_public_role(service: Service, stranger: Client) -> None:
    """Without it every text would be read: row security must not stand between the role and the index."""
    publish(service)
    engine = connect(service.settings.public_database_url.get_secret_value(), pool_size=1)
    with engine.connect() as connection:
        connection.execute(text("SET enable_seqscan = off"))
        plan = connection.scalars(
            text("EXPLAIN SELECT 1 FROM register_text WHERE grams @> register_wanted(:word)"),
            {"word": "消防"},
        ).all()
    engine.dispose()
    assert "ix_register_text_grams" in "\n".join(plan)
