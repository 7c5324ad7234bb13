"""Published documents put on the shelf as the adapters put them there, for tests of the register's pages."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, text

from engine.service import Service
from models import RegisterEntry


def publish(service: Service, number: int = 1, **changes: Any) -> str:
    """A register entry as the adapter writes it; gives back its slug."""
    slug = f"zd-2026-{number:04d}"
    entry = {
        "slug": slug,
        "idempotency_key": f"ZD-2026-{number:04d}:publication:1",
        "organ": "青岭县应急管理局",
        "unit": "执法监督股",
        "doc_type": "通知",
        "doc_no": f"青应急〔2026〕{number}号",
        "title": f"关于第{number}件事的通知",
        "body": "各镇人民政府：\n\n现将有关事项通知如下。",
        "marking": "（此件公开发布）",
        "formed_on": date(2026, 4, 19),
        "issued_on": date(2026, 4, 20),
        "attachments": [],
        "content_hash": "0" * 64,
        "published_at": service.now + timedelta(minutes=number),
    }
    with service.database.begin() as connection:
        connection.execute(insert(RegisterEntry.__table__).values(entry | changes))
    return slug


def change(service: Service, slug: str, kind: str = "take_down", **said: Any) -> None:
    """A decided change as the procedure records it, without the case that decided it."""
    values = {
        "kind": kind,
        "slug": slug,
        "reason": "含有不应公开的个人信息",
        "old_url": f"https://www.qingling.example/{slug}.html",
        "new_url": "" if kind == "take_down" else f"https://www.qingling.example/new/{slug}.html",
        "at": service.now,
        **said,
    }
    with service.database.begin() as connection:
        connection.execute(text(_CASE), values)
        connection.execute(text(_CHANGE), values)


_CASE = """
    WITH new_case AS (
      INSERT INTO cases (number, procedure, version, intake, title, unit_id, drafter_id, launched_by, channel,
                         launch_key, launch_digest, launched_at, seq, ledger_seq, ledger_head,
                         title_is_public, frozen, outcome)
      SELECT 'GB-' || :slug || :kind || :old_url, 'publication-change', 1, '{}', '', u.id, p.id, p.id, 'api',
             NULL, '', :at, 0, 0, '', false, false, ''
        FROM unit u, person p WHERE p.username = 'drafter' LIMIT 1 RETURNING id, drafter_id),
    version AS (
      INSERT INTO document_version (case_id, version, title, body, attribute, ground, ground_text,
                                    attachments, content_hash, created_by, created_at)
      SELECT id, 1, '', '', '', '', '', '[]', '', drafter_id, :at FROM new_case RETURNING id, case_id)
    INSERT INTO publication (case_id, document_version_id, adapter, idempotency_key, url, content_hash,
                             published_at)
    SELECT case_id, id, 'test', 'test ' || :slug || :kind || :old_url, :old_url, '', :at FROM version
"""
_CHANGE = """
    INSERT INTO publication_change (case_id, publication_id, slug, kind, title, doc_no, reason, old_url,
                                    new_url, changed_at)
    SELECT p.case_id, p.id, e.slug, :kind, e.title, e.doc_no, :reason, :old_url, :new_url, :at
      FROM publication p, register_entry e
     WHERE e.slug = :slug ORDER BY p.id DESC LIMIT 1
"""
