"""Who may use which address: every route × every role, from the route table itself."""

from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from engine.service import Service
from portal.web import events
from tests.builders import PROACTIVE_DRAFT, UNIT, decide_next, launch_case, scalars, todo_of
from tests.portal.conftest import PASSWORD, Client, SignIn

ROLES = ("nobody", "outsider", "drafter", "reviewer", "holder", "administrator", "manager")
PERSON = {
    "outsider": "legal_office",  # holds a post, has no part in this case
    "drafter": "drafter",
    "reviewer": "section_head",  # has decided
    "holder": "office",  # has the open to-do
    "administrator": "administrator",
    "manager": "manager",
}


def signed(**exceptions: int) -> dict[str, int]:
    """200 for everybody signed in, but for the exceptions."""
    return {role: 401 if role == "nobody" else 200 for role in ROLES} | exceptions


def nobody_but(**allowed: int) -> dict[str, int]:
    """403 for everybody signed in, but for those allowed."""
    return {role: 401 if role == "nobody" else 403 for role in ROLES} | allowed


def page(**exceptions: int) -> dict[str, int]:
    """A page for everybody signed in; others are led to the sign-in page."""
    return {role: 303 if role == "nobody" else 200 for role in ROLES} | exceptions


ALL = dict.fromkeys(ROLES, 200)
CASE = signed(outsider=404)
DOCUMENT = signed(outsider=404, administrator=403, manager=403)

EXPECTED: dict[str, dict[str, int]] = {
    "GET /api/v1/openapi.json": ALL,
    "GET /healthz": ALL,
    "GET /": dict.fromkeys(ROLES, 303),
    "GET /static/{name}": dict.fromkeys(ROLES, 404),
    "GET /sign-in": ALL,
    "POST /sign-in": dict.fromkeys(ROLES, 303),
    "POST /language": dict.fromkeys(ROLES, 303),
    # Everybody here has a password of their own; see test_one_time_passwords.
    "GET /password": dict.fromkeys(ROLES, 303),
    "POST /password": dict.fromkeys(ROLES, 303),
    "GET /inbox": page(),
    "GET /inbox/list": page(),
    "GET /inbox/events": page(),
    "GET /todo/{todo_id}": page(outsider=404),
    # The holder passes the door and is told that the action does not exist.
    "POST /todo/{todo_id}": page(outsider=404, drafter=403, reviewer=403, administrator=403, manager=403)
    | {"holder": 422},
    # It is a step's to-do: its holder is told that it is answered in another way.
    **{
        f"POST /todo/{{todo_id}}/{how}": dict.fromkeys(ROLES, 403)
        | {"nobody": 303, "outsider": 404, "holder": 409}
        for how in ("attend", "answer")
    },
    "GET /cases": page(),
    "GET /cases/{number}": page(outsider=404),
    "GET /cases/{number}/versions/{version}": page(outsider=404, administrator=403, manager=403),
    "GET /cases/{number}/ledger": page(outsider=404),
    "GET /cases/{number}/limits/{clock_id}": page(outsider=404),
    # Who may ask is told what is missing; the reviewer has decided, and holds nothing now.
    "POST /cases/{number}/limits/{clock_id}": page(
        outsider=404, drafter=422, holder=422, reviewer=403, administrator=403, manager=403
    ),
    "POST /cases/{number}/limits/{clock_id}/resume": page(outsider=404) | dict.fromkeys(ROLES[2:], 422),
    "GET /cases/{number}/comments": page(outsider=404, administrator=403, manager=403),
    # The drafter passes the door and is told what is missing.
    **{
        f"POST /cases/{{number}}/{what}": dict.fromkeys(ROLES, 403)
        | {"nobody": 303, "outsider": 404, "drafter": 422}
        for what in ("comments", "themes", "comments/{serial}/weigh")
    },
    "POST /cases/{number}/comments/{serial}/moderate": dict.fromkeys(ROLES, 403)
    | {"nobody": 303, "outsider": 404},
    "POST /cases/{number}/comments/{serial}/erase": page(
        outsider=404, drafter=303, reviewer=403, holder=403, administrator=403, manager=403
    ),
    "GET /cases/{number}/sheet": page(outsider=404),
    "GET /cases/{number}/file": page(outsider=404),
    "POST /cases/{number}/retry": dict.fromkeys(ROLES, 403) | {"nobody": 303, "administrator": 409},
    # The drafter urged it first; the others are told when it may be urged again.
    "POST /cases/{number}/urge": {
        "nobody": 303,
        "outsider": 404,
        "drafter": 303,
        "reviewer": 403,
        "holder": 409,
        "administrator": 409,
        "manager": 409,
    },
    "POST /cases/{number}/drafter": dict.fromkeys(ROLES, 403) | {"nobody": 303, "administrator": 422},
    "GET /launch": page(),
    "POST /launch": dict.fromkeys(ROLES, 200) | {"nobody": 303},  # a preview stores nothing
    "GET /bulk": page(),
    # Who may launch passes the door and is told that the file is empty.
    "POST /bulk": dict.fromkeys(ROLES, 403) | {"nobody": 303, "drafter": 422, "administrator": 422},
    "GET /bulk/{bulk_id}": dict.fromkeys(ROLES, 404) | {"nobody": 303},
    "GET /bulk/{bulk_id}/progress": dict.fromkeys(ROLES, 404) | {"nobody": 303},
    "POST /bulk/{bulk_id}": dict.fromkeys(ROLES, 404) | {"nobody": 303},
    "GET /bulk/{bulk_id}/bad-rows": dict.fromkeys(ROLES, 404) | {"nobody": 303},
    "POST /api/v1/bulk-launches": nobody_but(drafter=201, administrator=201),
    "POST /api/v1/bulk-launches/{bulk_id}/start": signed(**dict.fromkeys(ROLES[1:], 404)),
    "GET /api/v1/bulk-launches/{bulk_id}": signed(**dict.fromkeys(ROLES[1:], 404)),
    "GET /api/v1/bulk-launches/{bulk_id}/rows": signed(**dict.fromkeys(ROLES[1:], 404)),
    "GET /api/v1/bulk-launches/{bulk_id}/bad-rows": signed(**dict.fromkeys(ROLES[1:], 404)),
    "GET /people": page(),
    "GET /calendar": page(),
    # The administrator passes the door and is told that the table is empty.
    "POST /calendar": dict.fromkeys(ROLES, 403) | {"nobody": 303, "administrator": 422},
    "GET /catalogue": ALL,
    "GET /catalogue/board": page(),
    "POST /catalogue/board/export": dict.fromkeys(ROLES, 403)
    | {"nobody": 303, "holder": 200, "administrator": 200, "manager": 200},
    # Nothing was imported: there is no such row, whoever asks.
    "GET /catalogue/rows/{item_id}": dict.fromkeys(ROLES, 404) | {"nobody": 303},
    "POST /catalogue/rows/{item_id}": dict.fromkeys(ROLES, 403) | {"nobody": 303, "administrator": 404},
    "GET /catalogue/new": dict.fromkeys(ROLES, 403) | {"nobody": 303, "administrator": 200},
    "POST /catalogue/new": dict.fromkeys(ROLES, 403) | {"nobody": 303, "administrator": 422},
    "GET /catalogue/import": dict.fromkeys(ROLES, 403) | {"nobody": 303, "administrator": 200},
    "POST /catalogue/import": dict.fromkeys(ROLES, 403) | {"nobody": 303, "administrator": 422},
    "GET /catalogue/documents": page(),
    # The publisher and the openness office alone put documents into the catalogue.
    "POST /catalogue/documents": dict.fromkeys(ROLES, 403) | {"nobody": 303},
    "POST /cases/{number}/catalogue": dict.fromkeys(ROLES, 403) | {"nobody": 303},
    **{
        f"GET {address}": dict.fromkeys(ROLES, 403)
        | {"nobody": 303, "holder": 200, "administrator": 200, "manager": 200}
        for address in ("/registers", "/registers/{register}", "/links")
    },
    "POST /registers/{register}/export": dict.fromkeys(ROLES, 403)
    | {"nobody": 303, "holder": 200, "administrator": 200, "manager": 200},
    # All open cases; of one case whoever may see it may ask.
    "GET /what-if": page(**dict.fromkeys(ROLES[1:], 403)) | {"administrator": 200, "manager": 200},
    "POST /what-if": page(outsider=404),
    # Public opinion: the desks that see to it; a reviewer and the drafter of a document are none of them.
    "GET /opinions": page(**dict.fromkeys(ROLES[1:], 403)) | {"administrator": 200, "manager": 200},
    "POST /opinions": dict.fromkeys(ROLES, 403) | {"nobody": 303},
    "GET /watch": page(**dict.fromkeys(ROLES[1:], 403)) | {"administrator": 200, "manager": 200},
    "GET /watch/export": page(**dict.fromkeys(ROLES[1:], 403)) | {"administrator": 200, "manager": 200},
    # Only a monitor writes; the page that says so is for those who may read.
    "POST /watch": dict.fromkeys(ROLES, 403) | {"nobody": 303},
    "GET /t/{token}": dict.fromkeys(ROLES, 404),  # no such token: the same for everybody
    "GET /mailbox": page(),
    "GET /mailbox/{mail_id}": dict.fromkeys(ROLES, 404) | {"nobody": 303},
    "GET /mailbox/{mail_id}/html": dict.fromkeys(ROLES, 404) | {"nobody": 303},
    "GET /messages": dict.fromkeys(ROLES, 403) | {"nobody": 303, "administrator": 200},
    "POST /messages/{message_id}/resend": dict.fromkeys(ROLES, 403) | {"nobody": 303, "administrator": 404},
    "GET /me": page(),
    "POST /me/messages": dict.fromkeys(ROLES, 303),
    "POST /me/password": dict.fromkeys(ROLES, 401) | {"nobody": 303},  # the present password is another
    "POST /me/phrases": dict.fromkeys(ROLES, 303),
    "POST /me/phrases/{phrase_id}/remove": dict.fromkeys(ROLES, 303),
    "GET /prefect": nobody_but(administrator=303, manager=303),
    # Who may watch passes the door and is told that this installation has no Prefect.
    "GET /prefect/ui-settings": nobody_but(administrator=503, manager=503),
    "GET /prefect/api/admin/settings": nobody_but(administrator=200, manager=200),
    "GET /prefect/{path:path}": nobody_but(administrator=503, manager=503),
    **{f"{method} /prefect/{{path:path}}": nobody_but() for method in ("POST", "PUT", "PATCH", "DELETE")},
    "GET /register": ALL,
    "GET /register/style.css": ALL,
    "GET /register/feed.atom": ALL,
    "GET /register/sitemap-{part}.xml": ALL,
    "GET /sitemap.xml": ALL,
    "GET /robots.txt": ALL,
    "GET /register/comments": ALL,
    "POST /register/comments": ALL,  # an unknown receipt: the same for everybody
    "GET /register/{slug}/comment": dict.fromkeys(ROLES, 404),
    "POST /register/{slug}/comment": dict.fromkeys(ROLES, 404),
    "GET /register/{slug}.json": dict.fromkeys(ROLES, 404),  # not published, whoever asks
    "GET /register/{slug}": dict.fromkeys(ROLES, 404),
    "GET /register/{slug}/attachments/{digest}": dict.fromkeys(ROLES, 404),
    "GET /register/{slug}/files/{digest}": dict.fromkeys(ROLES, 404),
    "POST /api/v1/session": dict.fromkeys(ROLES, 201),
    "GET /api/v1/me": signed(),
    "GET /api/v1/me/messages": signed(),
    "PUT /api/v1/me/messages": signed(),
    "GET /api/v1/tokens": signed(),
    "POST /api/v1/tokens": signed() | dict.fromkeys(ROLES[1:], 201),
    "DELETE /api/v1/tokens/{token_id}": dict.fromkeys(ROLES, 404) | {"nobody": 401},  # someone else's
    "PUT /api/v1/people/{username}/password": nobody_but(administrator=204),
    "GET /api/v1/inbox": signed(),
    "GET /api/v1/assignments/{assignment_id}": CASE,
    # The holder passes the door and is told that the action does not exist.
    "POST /api/v1/assignments/{assignment_id}/decision": nobody_but(holder=422),
    # The holder passes the door and is told that no draft is written here.
    "PUT /api/v1/assignments/{assignment_id}/uploads": nobody_but(holder=422),
    "DELETE /api/v1/assignments/{assignment_id}/uploads/{upload_id}": dict.fromkeys(ROLES, 404)
    | {"nobody": 401},
    "POST /api/v1/cases": nobody_but(administrator=201, drafter=201),
    "GET /api/v1/cases/{number}": CASE,
    "POST /api/v1/cases/{number}/comments": nobody_but(outsider=404, drafter=422),
    "GET /api/v1/cases/{number}/timeline": CASE,
    "GET /api/v1/cases/{number}/clocks": CASE,
    # Who may ask is told that the limit cannot be extended.
    "POST /api/v1/clocks/{clock_id}/acts/preview": nobody_but(drafter=409, holder=409),
    "POST /api/v1/clocks/{clock_id}/acts": nobody_but(drafter=409, holder=409),
    "POST /api/v1/clock-acts/{act_id}/resumption": dict.fromkeys(ROLES, 404) | {"nobody": 401},
    # It is a step's to-do: its holder is told that it is answered in another way.
    "POST /api/v1/assignments/{assignment_id}/answer": nobody_but(holder=409),
    "POST /api/v1/assignments/{assignment_id}/attendance": nobody_but(holder=409),
    "GET /api/v1/cases/{number}/ledger": CASE,
    "GET /api/v1/cases/{number}/documents": DOCUMENT,
    "GET /api/v1/cases/{number}/documents/{version}": DOCUMENT,
    "GET /cases/{number}/versions/{version}/files/{sha256}": (
        dict.fromkeys(ROLES, 404) | {"nobody": 303, "administrator": 403, "manager": 403}
    ),
    # The case has no such attachment: those who may read the document are told so.
    "GET /api/v1/cases/{number}/documents/{version}/attachments/{sha256}": (
        dict.fromkeys(ROLES, 404) | {"nobody": 401, "administrator": 403, "manager": 403}
    ),
    # Nothing is wrong with the case: the administrator is told so.
    "POST /api/v1/cases/{number}/retry": nobody_but(administrator=409),
    # It was urged on its page a moment ago.
    "POST /api/v1/cases/{number}/urge": {
        "nobody": 401,
        "outsider": 404,
        "drafter": 409,
        "reviewer": 403,
        "holder": 409,
        "administrator": 409,
        "manager": 409,
    },
    # The drafter named drafts it already.
    "PUT /api/v1/cases/{number}/drafter": nobody_but(administrator=422),
    "GET /api/v1/procedures": signed(),
    "GET /api/v1/procedures/{key}/schema": signed(),
    "GET /api/v1/calendar/{year}": signed(),
    "POST /api/v1/calendar": nobody_but(administrator=422),
    "POST /api/v1/what-if": CASE,
    # Nothing was imported: who may know is told so.
    "GET /api/v1/law/{revision}/moved": nobody_but(administrator=404, manager=404),
    "GET /api/v1/clock": signed(),
    # Time is real here: who may passes the door and is told so.
    "POST /api/v1/clock/advance": nobody_but(administrator=409),
    "POST /clock/advance": dict.fromkeys(ROLES, 403) | {"nobody": 303, "administrator": 409},
    "GET /api/v1/status": nobody_but(administrator=200, manager=200),
    "POST /people/{username}/password": dict.fromkeys(ROLES, 403) | {"nobody": 303, "administrator": 200},
    "DELETE /api/v1/session": dict.fromkeys(ROLES, 204) | {"nobody": 401},
    "POST /sign-out": dict.fromkeys(ROLES, 303),
}
FORMS: dict[str, dict[str, str]] = {
    "POST /register/comments": {"receipt": "AAAA-AAAA-AAAA-AAAA"},
    "POST /register/{slug}/comment": {"said": "意见"},
    "POST /sign-in": {"username": "archivist", "password": PASSWORD},
    "POST /language": {"language": "en"},
    "POST /todo/{todo_id}": {"action": "dance"},
    "POST /cases/{number}/retry": {},
    "POST /cases/{number}/limits/{clock_id}": {"kind": "extended", "ground": "材料较多", "number": "3"},
    "POST /cases/{number}/limits/{clock_id}/resume": {"at": "2026-04-20"},
    "POST /todo/{todo_id}/attend": {"note": "已催办"},
    "POST /todo/{todo_id}/answer": {"granted": "yes"},
    "POST /cases/{number}/urge": {},
    "POST /cases/{number}/comments": {},
    "POST /cases/{number}/themes": {},
    "POST /cases/{number}/comments/{serial}/weigh": {},
    "POST /cases/{number}/comments/{serial}/moderate": {"shown": "no"},
    "POST /cases/{number}/comments/{serial}/erase": {},
    "POST /me/messages": {"channel": "mail"},
    "POST /cases/{number}/drafter": {"drafter": "drafter", "reason": "离岗"},
    "POST /launch": {
        "procedure": "proactive-disclosure",
        "answer.drafter": "drafter",
        "answer.unit": UNIT,
        "what": "preview",
    },
    "POST /bulk": {"procedure": "proactive-disclosure"},
    "POST /bulk/{bulk_id}": {},
    "POST /people/{username}/password": {"password": "a-brand-new-password-8"},
    "POST /calendar": {"table": "", "what": "preview"},
    "POST /opinions": {"table": ""},
    "POST /watch": {"sources": "微博"},
    "POST /catalogue/board/export": {"form": "csv"},
    "POST /catalogue/rows/{item_id}": {"domain": "救灾", "reason": "核对"},
    "POST /catalogue/new": {"domain": "救灾", "reason": "核对"},
    "POST /catalogue/import": {"table": "", "what": "preview"},
    "POST /catalogue/documents": {},
    "POST /cases/{number}/catalogue": {"row": "1"},
    "POST /registers/{register}/export": {"form": "csv"},
    "POST /what-if": {"case": "ZD-2026-0001"},
    "POST /password": {"now": PASSWORD, "new": "a-brand-new-password-9"},
    "POST /sign-out": {},
    "POST /messages/{message_id}/resend": {},
    "POST /clock/advance": {"by": "1d"},
    "POST /me/password": {"now": "not-the-password-1", "new": "a-brand-new-password-9"},
    "POST /me/phrases": {"phrase": "同意报送。"},
    "POST /me/phrases/{phrase_id}/remove": {},
}
QUERIES = {"PUT /api/v1/assignments/{assignment_id}/uploads": {"name": "a.pdf"}}
EXTENSION = {
    "kind": "extended",
    "ground": "材料较多",
    "instrument": "本单位规定",
    "article": "办理时限",
    "number": 3,
}
BODIES: dict[str, Any] = {
    "POST /api/v1/session": {"username": "archivist", "password": PASSWORD},
    "POST /api/v1/clock/advance": {"by": "1d"},
    "POST /api/v1/tokens": {"name": "script", "days": 1},
    "PUT /api/v1/me/messages": {"channels": ["mail"]},
    "PUT /api/v1/people/{username}/password": {"password": "a-brand-new-password-7"},
    "POST /api/v1/assignments/{assignment_id}/decision": {"action": "dance"},
    "POST /api/v1/clocks/{clock_id}/acts/preview": EXTENSION,
    "POST /api/v1/clocks/{clock_id}/acts": EXTENSION,
    "POST /api/v1/clock-acts/{act_id}/resumption": {"at": "2026-04-20"},
    "POST /api/v1/assignments/{assignment_id}/answer": {"granted": True},
    "POST /api/v1/assignments/{assignment_id}/attendance": {"note": "已催办"},
    "PUT /api/v1/cases/{number}/drafter": {"drafter": "drafter", "reason": "离岗"},
    "POST /api/v1/calendar": {"table": {}},
    "POST /api/v1/what-if": {"case": "ZD-2026-0001"},
    "POST /api/v1/cases/{number}/comments": {"comment": {}},
    "POST /api/v1/bulk-launches": {"procedure": "proactive-disclosure", "content": "unit\r\nnowhere\r\n"},
    "POST /api/v1/cases": {
        "procedure": "proactive-disclosure",
        "intake": {"drafter": "drafter", "unit": UNIT},
        "draft": PROACTIVE_DRAFT,
    },
}


@dataclass(frozen=True)
class Place:
    """What the placeholders of addresses stand for."""

    number: str
    assignment: int
    clock: int = 1

    def fill(self, path: str) -> str:
        return path.replace("{path:path}", "v2/runs").format(
            number=self.number,
            assignment_id=self.assignment,
            clock_id=self.clock,
            act_id=999_999,
            bulk_id=999_999,
            version=1,
            sha256="0" * 64,
            digest="0" * 64,
            slug=self.number.lower(),
            part=1,
            serial=1,
            key="proactive-disclosure",
            upload_id=999_999,
            token_id=999_999,
            username="archivist",
            todo_id=self.assignment,
            name="nothing.js",
            phrase_id=1,
            token="x" * 43,
            mail_id=999_999,
            message_id=999_999,
            year=2026,
            revision=1,
            item_id=999_999,
            register="documents",
        )


def routes_of(app: FastAPI) -> list[str]:
    """``METHOD /path`` of everything the application answers to."""
    return [
        f"{method} {route.path}"
        for route in iter_route_contexts(app.routes)
        for method in sorted((route.methods or {"ANY"}) - {"HEAD"})
    ]


def test_every_route_is_declared_here(app: FastAPI) -> None:
    assert sorted(routes_of(app)) == sorted(EXPECTED)


def test_every_role_gets_what_is_declared_on_every_route(
    app: FastAPI, service: Service, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "LONGEST_SECONDS", 0)  # the stream ends at once
    number = launch_case(service).number
    decide_next(service, number)
    decide_next(service, number)
    [clock] = scalars(service, "SELECT id FROM clock WHERE closed_at IS NULL")
    place = Place(number, todo_of(service, number).id, clock)
    clients = {role: signed_in(person) for role, person in PERSON.items()} | {"nobody": Client(app)}
    found = {
        route: {role: _ask(route, place, _visitor(route, role, clients)) for role in ROLES}
        for route in EXPECTED  # signing out comes last
    }
    assert found == EXPECTED


def _visitor(route: str, role: str, clients: dict[str, Client]) -> Client:
    client = clients[role]
    if route in ("POST /api/v1/session", "POST /sign-in"):
        # A browser of its own: signing in ends the session it came with.
        return Client(client.app)
    return client


def _ask(route: str, place: Place, client: Client) -> int:
    method, path = route.split(" ", 1)
    body = BODIES.get(route)
    if route in FORMS:
        form = FORMS[route] | {"csrf": client.headers.get("X-CSRF-Token", "")}
        return client(method, place.fill(path), data=form).status_code
    sent = {"json": body} if body else {}
    return client(method, place.fill(path), params=QUERIES.get(route, {}), **sent).status_code
