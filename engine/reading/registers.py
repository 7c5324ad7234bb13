"""台账 registers: documents, publications, changes of publications; filtered, searched, paged, taken away.

A register is a statement that already leaves out what its reader may not know: filters and words look at what
it gives and at nothing else, so that no title, attribute or text can be guessed by asking for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from engine.actor import Actor
from engine.folding import fold
from engine.policy import Act, Facts, permit
from engine.reading.values import snapshot
from engine.service import Service
from rules.errors import InvalidInput, UnknownRegister

PAGE = 50
MOST_WORDS, LONGEST = 5, 60
MOST_OPTIONS = 200


@dataclass(frozen=True)
class Column:
    """What a column is called, and how it is shown: ``text``, ``named``, ``case``, ``public``, ``day``,
    ``address``."""

    name: str
    zh: str
    en: str
    kind: str = "text"


@dataclass(frozen=True)
class Register:
    """One register. ``sql`` gives its columns, ``day`` for the filter of dates and ``searched`` for words.

    In it ``{reads}`` says whether the reader takes part in the case ``c``, ``{knows}`` whether they may know
    of it. ``filters`` name columns that are chosen from.
    """

    key: str
    zh: str
    en: str
    sql: str
    columns: tuple[Column, ...]
    filters: tuple[str, ...] = ()
    matches: str = "position(:{word} in register_fold(searched)) > 0"
    """How a folded word is found."""
    order: str = "day DESC NULLS LAST, place DESC"

    @property
    def chosen_from(self) -> list[Column]:
        """The columns there is a choice of."""
        return [column for column in self.columns if column.name in self.filters]


# As lists of cases do: whoever drafted or decided reads; administrators and managers know of every case.
_PARTS = {
    "reads": "(c.drafter_id = :me OR EXISTS (SELECT 1 FROM decision d WHERE d.case_id = c.id"
    " AND d.person_id = :me))",
}
_PARTS["knows"] = f"(:everything OR c.title_is_public OR {_PARTS['reads']})"

# Whoever does not read a document finds of it what the register shows: a copy may leave parts out.
DOCUMENTS = Register(
    "documents",
    "文件台账",
    "Documents",
    """
    SELECT *, concat_ws(' ', number, doc_no, title, body) AS searched FROM (
      SELECT c.id AS place, (c.launched_at AT TIME ZONE :zone)::date AS day, c.number, u.name AS unit,
             CASE WHEN {reads} THEN v.title WHEN c.title_is_public THEN COALESCE(e.title, c.title) END
               AS title,
             CASE WHEN c.title_is_public OR {reads} THEN v.attribute END AS attribute,
             CASE WHEN {reads} THEN v.ground END AS ground,
             i.doc_no, i.formed_on, i.issued_on, (p.published_at AT TIME ZONE :zone)::date AS published_on,
             CASE WHEN c.closed_at IS NULL THEN '办理中' ELSE c.outcome END AS state,
             CASE WHEN {reads} THEN v.body ELSE e.body END AS body
        FROM cases c JOIN document_version v ON v.id = c.document_version_id
        JOIN unit u ON u.id = c.unit_id
        LEFT JOIN document_issue i ON i.case_id = c.id
        LEFT JOIN LATERAL (SELECT * FROM publication WHERE case_id = c.id ORDER BY id DESC LIMIT 1) p ON true
        LEFT JOIN register_entry e ON e.idempotency_key = p.idempotency_key AND NOT EXISTS (
             SELECT 1 FROM publication_change x WHERE x.slug = e.slug AND x.kind = 'take_down')
       WHERE {knows}) documents
    """,
    (
        Column("number", "事项编号", "Case", "case"),
        Column("title", "标题", "Title"),
        Column("doc_no", "发文字号", "Number"),
        Column("unit", "起草股室", "Unit"),
        Column("attribute", "公开属性", "Attribute", "named"),
        Column("ground", "不予公开的依据", "Ground"),
        Column("day", "发起日期", "Launched on", "day"),
        Column("formed_on", "成文日期", "Formed on", "day"),
        Column("issued_on", "印发日期", "Issued on", "day"),
        Column("published_on", "公开日期", "Published on", "day"),
        Column("state", "状态", "State", "named"),
    ),
    filters=("unit", "attribute", "state"),
)

PUBLICATIONS = Register(
    "publications",
    "公开台账",
    "Publications",
    """
    SELECT e.id AS place, (e.published_at AT TIME ZONE :zone)::date AS day, upper(e.slug) AS number, e.slug,
           e.title, e.doc_no, e.doc_type, e.unit, e.formed_on, e.issued_on,
           COALESCE(NULLIF(m.new_url, ''), e.website_url) AS url,
           i.domain || ' / ' || i.level1 || ' / ' || i.level2 AS catalogue,
           CASE WHEN m.kind = 'take_down' THEN '已撤下' WHEN m.kind = 'url_change' THEN '已变更网址'
                ELSE '在公开' END AS state
      FROM register_entry e
      LEFT JOIN LATERAL (SELECT kind, new_url FROM publication_change WHERE slug = e.slug
                          ORDER BY id DESC LIMIT 1) m ON true
      LEFT JOIN catalogued k ON k.slug = e.slug LEFT JOIN catalogue_item i ON i.id = k.item_id
    """,
    (
        Column("number", "事项编号", "Case", "public"),
        Column("title", "标题", "Title"),
        Column("doc_no", "发文字号", "Number"),
        Column("doc_type", "文种", "Type"),
        Column("unit", "起草股室", "Unit"),
        Column("formed_on", "成文日期", "Formed on", "day"),
        Column("issued_on", "印发日期", "Issued on", "day"),
        Column("day", "公开日期", "Published on", "day"),
        Column("url", "网站地址", "On the website", "address"),
        Column("catalogue", "标准目录", "Catalogue row"),
        Column("state", "状态", "State", "named"),
    ),
    filters=("unit", "doc_type", "state", "catalogue"),
    # The index of the public register: title, number, text and attachments; of what was taken down, nothing.
    matches="slug IN (SELECT slug FROM register_text WHERE grams @> register_wanted(:{word})"
    " AND position(:{word} in folded) > 0)",
)

CHANGES = Register(
    "changes",
    "撤下与网址变更台账",
    "Take-downs and changes of address",
    """
    SELECT h.id AS place, (h.changed_at AT TIME ZONE :zone)::date AS day, c.number, upper(h.slug) AS document,
           CASE h.kind WHEN 'take_down' THEN '撤下' ELSE '变更网址' END AS kind, h.title, h.doc_no, h.reason,
           h.old_url, h.new_url,
           (SELECT p.name FROM decision d JOIN step s ON s.id = d.step_id JOIN person p ON p.id = d.person_id
             WHERE d.case_id = c.id AND (s.call->>'signs')::bool AND d.action = 'approve'
             ORDER BY d.id DESC LIMIT 1) AS signed_by,
           concat_ws(' ', c.number, h.slug, h.title, h.doc_no, h.reason) AS searched
      FROM publication_change h JOIN cases c ON c.id = h.case_id
    """,
    (
        Column("number", "事项编号", "Case", "case"),
        Column("kind", "种类", "Kind", "named"),
        Column("document", "所涉文件", "Document", "public"),
        Column("title", "标题", "Title"),
        Column("doc_no", "发文字号", "Number"),
        Column("reason", "理由", "Reason"),
        Column("signed_by", "签发人", "Signed by"),
        Column("old_url", "原网址", "Earlier address", "address"),
        Column("new_url", "新网址", "New address", "address"),
        Column("day", "生效日期", "Since", "day"),
    ),
    filters=("kind",),
)

REGISTERS = {register.key: register for register in (DOCUMENTS, PUBLICATIONS, CHANGES)}


@dataclass(frozen=True)
class Wanted:
    """What is looked for: days, words, chosen values by the names of columns."""

    since: date | None = None
    until: date | None = None
    words: str = ""
    chosen: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> dict[str, str]:
        """As an address or an entry tells it."""
        told = {"from": self.since, "to": self.until, "q": self.words, **dict(self.chosen)}
        return {name: str(value) for name, value in told.items() if value}


@dataclass(frozen=True)
class RegisterPage:
    """A page of a register. ``options``: of each filter, what can be chosen."""

    register: Register
    rows: Sequence[Mapping[str, Any]]
    total: int
    page: int
    options: dict[str, list[str]]

    @property
    def pages(self) -> int:
        """How many there are; nothing found is one."""
        return max(1, -(-self.total // PAGE))


def register_of(key: str) -> Register:
    """The register of that key.

    Raises:
        UnknownRegister.
    """
    found = REGISTERS.get(key)
    if found is None:
        raise UnknownRegister(where="register", key=key[:40], known="、".join(REGISTERS))
    return found


def read_wanted(register: Register, said: Mapping[str, str]) -> Wanted:
    """Filters as somebody sent them; unknown ones are left out.

    Raises:
        InvalidInput: a day that is none.
    """
    chosen = [(name, said[name][:200]) for name in register.filters if said.get(name)]
    words = "".join(c if c.isprintable() else " " for c in said.get("q", "")).strip()[:LONGEST]
    return Wanted(_day(said, "from"), _day(said, "to"), words, tuple(chosen))


def read_register(
    service: Service, actor: Actor, register: Register, wanted: Wanted, *, page: int = 1
) -> RegisterPage:
    """One page of what the actor may know.

    Raises:
        NotAllowed.
    """
    permit(actor, Act.READ_REGISTERS, Facts(where=register.key))
    sql, arguments = _statement(register, wanted)
    arguments |= _reader(service, actor)
    window = {"limit": PAGE, "offset": (page - 1) * PAGE}
    with snapshot(service) as connection:
        total = int(connection.execute(text(_count(sql)), arguments).scalar_one())
        found = connection.execute(text(_page(register, sql)), arguments | window)
        rows = [dict(row) for row in found.mappings()]
        options = {
            name: list(connection.scalars(text(_options(register, name)), _reader(service, actor)))
            for name in register.filters
        }
    return RegisterPage(register, rows, total, page, options)


def every_row(service: Service, actor: Actor, register: Register, wanted: Wanted) -> list[list[Any]]:
    """All that the actor may know, as the columns of a table to take away.

    Raises:
        NotAllowed.
    """
    permit(actor, Act.READ_REGISTERS, Facts(where=register.key))
    sql, arguments = _statement(register, wanted)
    with snapshot(service) as connection:
        everything = {"limit": None, "offset": 0}
        found = connection.execute(
            text(_page(register, sql)), arguments | _reader(service, actor) | everything
        )
        return [[row[column.name] for column in register.columns] for row in found.mappings()]


def _statement(register: Register, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """The register narrowed to what is wanted, as the end of a statement, with its parameters."""
    conditions, arguments = ["true"], dict[str, Any]()
    if wanted.since is not None:
        conditions.append("day >= :since")
        arguments["since"] = wanted.since
    if wanted.until is not None:
        conditions.append("day <= :until")
        arguments["until"] = wanted.until
    for name, value in wanted.chosen:
        conditions.append(f"{name} = :{name}")
        arguments[name] = value
    for place, word in enumerate(filter(None, map(fold, wanted.words.split()[:MOST_WORDS]))):
        conditions.append(f"({register.matches.format(word=f'word{place}')})")
        arguments[f"word{place}"] = word
    return f"({register.sql.format(**_PARTS)}) r WHERE {' AND '.join(conditions)}", arguments


def _count(sql: str) -> str:
    return f"SELECT count(*) FROM {sql}"  # noqa: S608


def _page(register: Register, sql: str) -> str:
    names = ", ".join(column.name for column in register.columns)
    return f"SELECT {names} FROM {sql} ORDER BY {register.order} LIMIT :limit OFFSET :offset"  # noqa: S608


def _options(register: Register, name: str) -> str:
    found = register.sql.format(**_PARTS)
    return f"SELECT DISTINCT {name} FROM ({found}) r WHERE {name} <> '' ORDER BY 1 LIMIT {MOST_OPTIONS}"  # noqa: S608


def _reader(service: Service, actor: Actor) -> dict[str, Any]:
    return {
        "me": actor.person_id,
        "everything": actor.is_administrator or actor.is_manager,
        "zone": service.settings.timezone,
    }


def _day(said: Mapping[str, str], name: str) -> date | None:
    if not said.get(name):
        return None
    try:
        return date.fromisoformat(said[name])
    except ValueError:
        raise InvalidInput(
            field=name, why_zh="日期写作 2026-04-22", why_en="a day is written 2026-04-22"
        ) from None
