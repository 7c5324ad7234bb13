"""The public register: published documents and nothing else, for everybody, without script."""

import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import insert, text
from sqlalchemy.exc import ProgrammingError

from engine.service import Service
from models import RegisterFile, RegisterFileChunk
from models.database import connect
from portal.app import create_app
from tests.builders import PROACTIVE_DRAFT, launch_case
from tests.portal.conftest import Client
from tests.portal.register_shelf import publish

ATOM = "{http://www.w3.org/2005/Atom}"
SCRIPT = "<script>alert('公开')</script> & \"x\""
FILE = b"\x89PNG not really"


def test_the_register_shows_only_what_was_published(service: Service, stranger: Client) -> None:
    number = launch_case(service).number
    slug = publish(service, 7)
    listed = stranger.get("/register")
    assert listed.status_code == 200
    assert "关于第7件事的通知" in listed.text
    for page in ("/register", "/register/feed.atom", f"/register/{slug}", f"/register/{slug}.json"):
        text_of_page = stranger.get(page).text
        assert PROACTIVE_DRAFT["title"] not in text_of_page
        assert number not in text_of_page
    assert stranger.get(f"/register/{number.lower()}").status_code == 404


def test_the_public_role_can_read_the_register_and_do_nothing_else(service: Service, app: FastAPI) -> None:
    held = text(
        """
        SELECT c.relname || ' ' || verb
          FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) verb
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p')
           AND (has_table_privilege(current_user, c.oid, verb)
                OR verb IN ('SELECT', 'INSERT', 'UPDATE')
                   AND has_any_column_privilege(current_user, c.oid, verb))
        """
    )
    with app.state.public.connect() as connection:
        assert set(connection.scalars(held)) == {
            "register_entry SELECT",
            "register_file SELECT",
            "register_file_chunk SELECT",
            "register_text SELECT",
            "publication_change SELECT",
            "organ SELECT",
            "comment_window SELECT",
            "shown_comment SELECT",
            "comment_outcome SELECT",
            "catalogue_item SELECT",
            "catalogued SELECT",
        }
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text("SELECT 1 FROM document_version"))


def test_the_register_reads_through_the_public_role_alone(
    service: Service, app: FastAPI, stranger: Client
) -> None:
    slug = publish(service)
    app.state.service.database.dispose()
    broken = connect("postgresql+psycopg://nobody@/nowhere?host=/nonexistent", pool_size=1)
    app.state.service = Service(broken, service.settings, service.time)
    for page in ("/register", "/register/feed.atom", f"/register/{slug}", f"/register/{slug}.json"):
        assert stranger.get(page).status_code == 200
    with app.state.public.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar() == "gongkai_public"


def test_an_empty_register_says_so(stranger: Client) -> None:
    page = stranger.get("/register")
    assert page.status_code == 200
    assert "目前还没有公开的文件" in page.text
    feed = ET.fromstring(stranger.get("/register/feed.atom").content)
    assert feed.findall(f"{ATOM}entry") == []
    assert feed.findtext(f"{ATOM}updated")


def test_a_document_page_has_number_dates_text_and_the_marking_after_the_formation_date(
    service: Service, stranger: Client
) -> None:
    page = stranger.get(f"/register/{publish(service)}").text
    order = [
        page.index(part)
        for part in (
            "关于第1件事的通知</h1>",
            "青应急〔2026〕1号",
            "成文日期",
            "印发日期",
            "公开日期",
            "现将有关事项通知如下",
            'class="signed"',
            "（此件公开发布）",
        )
    ]
    assert order == sorted(order)
    signed = page[page.index('class="signed"') :]
    assert signed.index("2026年4月19日") < signed.index("（此件公开发布）")


def test_nothing_in_a_document_becomes_markup(service: Service, stranger: Client) -> None:
    slug = publish(service, title=SCRIPT, body=SCRIPT, doc_no=SCRIPT)
    for path in ("/register", f"/register/{slug}"):
        page = stranger.get(path)
        assert "<script" not in page.text
        assert "&lt;script&gt;" in page.text
        assert "script-src" not in page.headers["content-security-policy"]
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert stranger.get(f"/register/{slug}.json").json()["title"] == SCRIPT
    entry = ET.fromstring(stranger.get("/register/feed.atom").content).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == SCRIPT


def test_the_feed_is_atom_as_readers_require_it(service: Service, stranger: Client) -> None:
    for number in (1, 2):
        publish(service, number)
    answer = stranger.get("/register/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)
    assert feed.tag == f"{ATOM}feed"
    base = service.settings.base_url
    assert feed.findtext(f"{ATOM}id") == f"{base}/register"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "青岭县应急管理局"
    assert {link.get("rel") for link in feed.findall(f"{ATOM}link")} == {"self", "alternate"}
    entries = feed.findall(f"{ATOM}entry")
    assert [e.findtext(f"{ATOM}title") for e in entries] == ["关于第2件事的通知", "关于第1件事的通知"]
    for element in (feed, *entries):
        for required in ("id", "title", "updated"):
            assert element.findtext(f"{ATOM}{required}")
        assert datetime.fromisoformat(str(element.findtext(f"{ATOM}updated"))).utcoffset() == timedelta(
            hours=8
        )
    assert len({e.findtext(f"{ATOM}id") for e in entries}) == 2


def test_the_list_is_paged_newest_first(service: Service, stranger: Client) -> None:
    for number in range(1, 42):
        publish(service, number)
    pages = [stranger.get(f"/register?page={page}").text for page in (1, 2, 3)]
    assert pages[0].index("第41件") < pages[0].index("第40件") < pages[0].index("第22件")
    assert [page.count("<li>") for page in pages] == [20, 20, 1]
    assert 'rel="next" href="/register?page=2"' in pages[0]
    assert 'rel="prev" href="/register?page=2"' in pages[2]
    assert 'rel="next"' not in pages[2]
    assert stranger.get("/register?page=4").status_code == 404


def test_attachments_are_downloads_and_cannot_run(service: Service, stranger: Client) -> None:
    digest = sha256(FILE).hexdigest()
    described = {
        "name": '附件"一".svg\r\nX: y',
        "media_type": "image/svg+xml",
        "sha256": digest,
        "size": len(FILE),
    }
    slug = publish(service, attachments=[described])
    with service.database.begin() as connection:
        files, chunks = RegisterFile.__table__, RegisterFileChunk.__table__
        row = {"slug": slug, "sha256": digest, "size": len(FILE), "text": ""}
        file_id = connection.execute(insert(files).values(row).returning(files.c.id)).scalar_one()
        for seq, piece in enumerate((FILE[:5], FILE[5:])):
            connection.execute(insert(chunks).values(file_id=file_id, seq=seq, content=piece))
    told = stranger.get(f"/register/{slug}.json").json()["attachments"][0]
    assert told["url"] == f"{service.settings.base_url}/register/{slug}/attachments/{digest}"
    got = stranger.get(f"/register/{slug}/attachments/{digest}")
    assert got.content == FILE
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["x-content-type-options"] == "nosniff"
    disposition = got.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="')
    assert disposition.isascii()
    assert disposition.count('"') == 2
    assert "\r" not in disposition
    assert "x" not in got.headers
    assert stranger.get(f"/register/{slug}/attachments/{'0' * 64}").status_code == 404


def test_a_document_shows_its_pdf_and_images_in_the_page_where_nothing_can_run(
    service: Service, stranger: Client
) -> None:
    kinds = {"application/pdf": "<iframe", "image/png": "<img", "application/ofd": ""}
    files = [
        {"name": f"第{n}件", "media_type": kind, "sha256": str(n) * 64, "size": 5}
        for n, kind in enumerate(kinds)
    ]
    slug = publish(service, attachments=files)
    with service.database.begin() as connection:
        table, chunks = RegisterFile.__table__, RegisterFileChunk.__table__
        for each in files:
            row = {"slug": slug, "sha256": each["sha256"], "size": 5, "text": ""}
            file_id = connection.execute(insert(table).values(row).returning(table.c.id)).scalar_one()
            connection.execute(insert(chunks).values(file_id=file_id, seq=0, content=b"12345"))
    page = stranger.get(f"/register/{slug}")
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert "img-src 'self'" in page.headers["content-security-policy"]
    for each, (kind, tag) in zip(files, kinds.items(), strict=True):
        here = f"/register/{slug}/files/{each['sha256']}"
        assert (f'{tag} class="shown" src="{here}' in page.text) is bool(tag)
        assert f"/register/{slug}/attachments/{each['sha256']}" in page.text
        got = stranger.get(here)
        assert got.content == b"12345"
        assert got.headers["content-disposition"].startswith("inline" if tag else "attachment")
        assert got.headers["content-type"] == (kind if tag else "application/ofd")
        assert got.headers["x-frame-options"] == "SAMEORIGIN"
        policy = got.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy


def test_an_unchanged_page_is_not_sent_again(service: Service, stranger: Client) -> None:
    slug = publish(service)
    for path in ("/register", f"/register/{slug}", f"/register/{slug}.json", "/register/feed.atom"):
        first = stranger.get(path)
        assert first.headers["cache-control"].startswith("public, max-age=")
        again = stranger.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    dated = stranger.get(f"/register/{slug}")
    assert dated.headers["last-modified"].endswith(" GMT")
    since = {"If-Modified-Since": dated.headers["last-modified"]}
    assert stranger.get(f"/register/{slug}", headers=since).status_code == 304
    earlier = {"If-Modified-Since": "Sun, 19 Apr 2026 00:00:00 GMT"}
    assert stranger.get(f"/register/{slug}", headers=earlier).status_code == 200
    etag = stranger.get("/register").headers["etag"]
    publish(service, 2)
    assert stranger.get("/register", headers={"If-None-Match": etag}).status_code == 200


def test_head_answers_like_get_without_a_body(service: Service, stranger: Client) -> None:
    slug = publish(service)
    got, head = (stranger(method, f"/register/{slug}") for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == got.headers["etag"]


def test_a_missing_page_is_a_page_for_people_and_a_problem_for_programs(stranger: Client) -> None:
    page = stranger.get("/register/zd-1", headers={"Accept": "text/html,*/*"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有找到该页面" in page.text
    assert stranger.get("/register/zd-1").json()["code"] == "address-not-found"


def test_a_page_works_for_keyboard_phone_and_reader(service: Service, stranger: Client) -> None:
    page = stranger.get(f"/register/{publish(service)}").text
    assert '<html lang="zh-CN">' in page
    assert 'name="viewport"' in page
    assert 'href="#main"' in page
    assert page.count("<h1>") == 1
    assert "<main" in page
    style = stranger.get("/register/style.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "@media print" in style.text
    assert "http" not in style.text


def test_the_front_door_leads_to_the_register(stranger: Client) -> None:
    answer = stranger.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/register")


def test_without_its_role_the_register_is_closed_and_never_read_otherwise(
    service: Service, app: FastAPI
) -> None:
    settings = service.settings.model_copy(update={"public_database_url": SecretStr("")})
    closed = Client(create_app(Service(service.database, settings, service.time)))
    assert closed.get("/register").json()["code"] == "register-not-set-up"
