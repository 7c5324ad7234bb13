"""What was taken down is gone from all pages but its own, which says why; what moved keeps its old one."""

import xml.etree.ElementTree as ET
from hashlib import sha256
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import insert, text

from engine.service import Service
from models import RegisterFile, RegisterFileChunk
from tests.builders import MovableClock
from tests.portal.conftest import Client
from tests.portal.register_shelf import change, publish

SECRET = "张三的身份证号"
FILE = SECRET.encode()
DIGEST = sha256(FILE).hexdigest()
REASON = "含有不应公开的个人信息"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def taken_down(service: Service, stranger: Client) -> str:
    """A document with an attachment, taken down."""
    described = {"name": "附件.txt", "media_type": "text/plain", "sha256": DIGEST, "size": len(FILE)}
    slug = publish(service, 1, title="消防通知", body=SECRET, attachments=[described])
    publish(service, 2, title="另一件")
    with service.database.begin() as connection:
        files, chunks = RegisterFile.__table__, RegisterFileChunk.__table__
        values = {"slug": slug, "sha256": DIGEST, "size": len(FILE), "text": ""}
        file_id = connection.execute(insert(files).values(values).returning(files.c.id)).scalar_one()
        connection.execute(insert(chunks).values(file_id=file_id, seq=0, content=FILE))
    assert stranger.get(f"/register/{slug}/attachments/{DIGEST}").content == FILE
    change(service, slug)
    return slug


def test_a_document_taken_down_leaves_a_page_with_title_number_and_reason(
    stranger: Client, taken_down: str
) -> None:
    for headers in ({"Accept": "text/html"}, {}, {"If-None-Match": "*"}):
        page = stranger.get(f"/register/{taken_down}", headers=headers)
        assert page.status_code == 410
        for said in ("消防通知", "青应急〔2026〕1号", REASON, "2026年4月20日"):
            assert said in page.text
        assert SECRET not in page.text
        assert "附件.txt" not in page.text
    told = stranger.get(f"/register/{taken_down}.json")
    assert (told.status_code, told.json()["reason"]) == (410, REASON)
    assert SECRET not in told.text
    file = stranger.get(f"/register/{taken_down}/attachments/{DIGEST}")
    assert (file.status_code, file.json()["code"]) == (410, "document-taken-down")


def test_a_document_taken_down_is_in_no_list_feed_search_count_or_sitemap(
    stranger: Client, taken_down: str
) -> None:
    pages = (
        "/register",
        "/register?q=消防",
        "/register?q=身份证",
        "/register?no=1号",
        "/register?unit=执法监督股",
        "/register/feed.atom",
        "/register/sitemap-1.xml",
    )
    for address in pages:
        page = stranger.get(address)
        assert page.status_code == 200
        assert taken_down not in page.text, address
        assert "消防通知" not in page.text
        assert SECRET not in page.text
    assert "（2）" not in stranger.get("/register").text


def test_the_public_role_itself_cannot_read_what_was_taken_down(app: FastAPI, taken_down: str) -> None:
    """Whatever a query forgets: row security and an emptied index stand behind the pages."""
    with app.state.public.connect() as connection:
        for table in ("register_entry", "register_file", "register_text"):
            query = text(f"SELECT count(*) FROM {table} WHERE slug = :s")
            assert connection.scalar(query, {"s": taken_down}) == 0, table
        assert connection.scalar(text("SELECT count(*) FROM register_entry")) == 1
        assert connection.scalar(text("SELECT count(*) FROM register_file_chunk")) == 0


def test_the_office_keeps_what_was_taken_down(service: Service, taken_down: str) -> None:
    with service.database.connect() as connection:
        query = text("SELECT body FROM register_entry WHERE slug = :s")
        assert connection.scalar(query, {"s": taken_down}) == SECRET


def test_text_of_attachments_that_comes_too_late_is_not_found_either(
    service: Service, stranger: Client, taken_down: str
) -> None:
    with service.database.begin() as connection:
        late = text("INSERT INTO register_text (slug, source, said) VALUES (:s, :h, :said)")
        connection.execute(late, {"s": taken_down, "h": DIGEST, "said": SECRET})
    assert taken_down not in stranger.get("/register?q=身份证").text


@pytest.mark.parametrize(
    "statement", ["UPDATE publication_change SET reason = 'x'", "DELETE FROM publication_change"]
)
def test_a_decided_change_cannot_be_undone_in_silence(
    service: Service, taken_down: str, statement: str
) -> None:
    with (
        service.database.connect() as connection,
        pytest.raises(Exception, match=r"permission denied|only grows"),
    ):
        connection.execute(text(statement))


def test_a_document_that_moved_keeps_its_old_addresses(
    service: Service, clock: MovableClock, stranger: Client
) -> None:
    first, second, third = (f"https://www.qingling.example/{n}.html" for n in (1, 2, 3))
    slug = publish(service, 1, website_url=first)
    before = stranger.get(f"/register/{slug}")
    assert f'<a href="{first}">' in before.text
    for old, new in ((first, second), (second, third)):
        clock.move(days=1)
        change(service, slug, "url_change", old_url=old, new_url=new, reason=f"栏目调整{new[-6]}")
    page = stranger.get(f"/register/{slug}", headers={"If-Modified-Since": before.headers["last-modified"]})
    assert page.status_code == 200
    assert f'<a href="{third}">' in page.text
    for said in (first, second, "栏目调整2", "栏目调整3"):
        assert said in page.text
    assert f'href="{first}"' not in page.text
    told: dict[str, Any] = stranger.get(f"/register/{slug}.json").json()
    assert (told["website_url"], told["earlier_urls"]) == (third, [first, second])


def test_the_sitemap_lists_every_document_once_with_its_last_change(
    service: Service, clock: MovableClock, stranger: Client
) -> None:
    for number in (1, 2):
        publish(service, number, published_at=service.now)
    clock.move(days=1)
    change(service, "zd-2026-0001", "url_change")
    base = service.settings.base_url
    index = ET.fromstring(stranger.get("/sitemap.xml").content)
    assert [loc.text for loc in index.iter(f"{SITEMAP}loc")] == [f"{base}/register/sitemap-1.xml"]
    part = ET.fromstring(stranger.get("/register/sitemap-1.xml").content)
    assert [(u.findtext(f"{SITEMAP}loc"), u.findtext(f"{SITEMAP}lastmod")) for u in part] == [
        (f"{base}/register/zd-2026-0001", "2026-04-21T09:00:00+08:00"),
        (f"{base}/register/zd-2026-0002", "2026-04-20T09:00:00+08:00"),
    ]
    assert stranger.get("/register/sitemap-2.xml").status_code == 404


def test_robots_may_read_documents_and_not_wander_through_searches(
    service: Service, stranger: Client
) -> None:
    said = stranger.get("/robots.txt").text.splitlines()
    assert f"Sitemap: {service.settings.base_url}/sitemap.xml" in said
    assert "Disallow: /register?" in said
    assert said.index("Allow: /register") < said.index("Disallow: /")
