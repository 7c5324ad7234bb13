"""Twelve kinds of programs follow every link of every message: the database stays as it was, byte by byte.

Mail servers and their filters open links before people do, some more than once, some run the page's forms.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from engine.acts.hand_over import hand_over_draft
from engine.service import Service
from rules.positions import Position
from tests.builders import Bureau, add_person, decide_all, decide_next, launch_case
from tests.engine.test_messages import publish
from tests.engine.test_outbox import drain, mails, words
from tests.portal.conftest import PASSWORD, everything_stored

pytestmark = pytest.mark.thorough

BASE = "http://127.0.0.1:8390"
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36",  # Safe Links
    "Mozilla/5.0 (compatible; proofpoint-urldefense)",
    "Mozilla/5.0 (compatible; Mimecast-URL-Protect)",
    "BarracudaSentinel/1.0",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "QQMail URL Scanner",
)

Scan = Callable[[httpx.AsyncClient, str], Any]


async def head(client: httpx.AsyncClient, link: str) -> None:
    await client.head(link)


async def get(client: httpx.AsyncClient, link: str) -> None:
    await client.get(link, headers={"Accept": "*/*"})


async def prefetch(client: httpx.AsyncClient, link: str) -> None:
    for name in ("Purpose", "Sec-Purpose", "X-Moz"):
        await client.get(link, headers={name: "prefetch", "Accept": "text/html"})


async def known_agents(client: httpx.AsyncClient, link: str) -> None:
    for agent in AGENTS:
        await client.get(link, headers={"User-Agent": agent, "Accept": "text/html"})


async def twice_at_once(client: httpx.AsyncClient, link: str) -> None:
    await asyncio.gather(*(client.get(link, headers={"Accept": "text/html"}) for _ in range(2)))


async def follows_redirects(client: httpx.AsyncClient, link: str) -> None:
    await client.get(link, headers={"Accept": "text/html"}, follow_redirects=True)


async def submits_every_form(client: httpx.AsyncClient, link: str) -> None:
    """A sandbox that runs the page and presses its buttons, with whatever the fields hold."""
    page = await client.get(link, headers={"Accept": "text/html"}, follow_redirects=True)
    for form in Forms(page.text).found:
        await client.request(form.method, form.action, data=form.fields)
    for path in (link, page.url.path):
        await client.post(path, data={"action": "approve", "opinion": "同意"})


async def asks_for_options(client: httpx.AsyncClient, link: str) -> None:
    for method in ("OPTIONS", "PROPFIND", "TRACE"):
        await client.request(method, link)


async def follows_everything_on_the_page(client: httpx.AsyncClient, link: str) -> None:
    """A crawler: also what looks like an unsubscription."""
    page = await client.get(link, headers={"Accept": "text/html"}, follow_redirects=True)
    for path in set(re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text)):
        await client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
    for tail in ("/unsubscribe", "?unsubscribe=1", "?action=approve", "/approve"):
        await client.get(link + tail)


async def overrides_the_method(client: httpx.AsyncClient, link: str) -> None:
    for method in ("POST", "DELETE", "PUT"):
        await client.get(link, headers={"X-HTTP-Method-Override": method, "X-Method-Override": method})
        await client.get(f"{link}?_method={method}")


async def odd_hosts(client: httpx.AsyncClient, link: str) -> None:
    for host in ("", "127.0.0.1", "evil.example", "qingling.example:443"):
        await client.get(link, headers={"Host": host, "X-Forwarded-Host": "evil.example"})


async def cookies_of_nobody(client: httpx.AsyncClient, link: str) -> None:
    for cookie in ("gongkai=", "gongkai=" + "A" * 43, "gongkai=%00; language=en", "__Host-gongkai=x"):
        await client.get(link, headers={"Cookie": cookie, "Accept": "text/html"}, follow_redirects=True)


PROFILES: tuple[Scan, ...] = (
    head,
    get,
    prefetch,
    known_agents,
    twice_at_once,
    follows_redirects,
    submits_every_form,
    asks_for_options,
    follows_everything_on_the_page,
    overrides_the_method,
    odd_hosts,
    cookies_of_nobody,
)


@dataclass
class Form:
    """A form of a page, filled with what it came with."""

    method: str
    action: str
    fields: dict[str, str]


class Forms(HTMLParser):
    """All forms of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("method", "get").upper(), given.get("action", ""), {}))
        elif tag in ("input", "button", "textarea", "select") and self.found and given.get("name"):
            self.found[-1].fields[given["name"]] = given.get("value", "")


def every_message(service: Service) -> list[EmailMessage]:
    """One office day in which every kind of message is sent."""
    administrator = service.actor("administrator", channel="api")
    with service.database.begin() as connection:
        unit = connection.execute(text("SELECT id FROM unit")).scalar_one()
        add_person(connection, "drafter2", Position.DRAFTER, unit_id=unit)
    returned, handed, closed, public, stuck = (launch_case(service).number for _ in range(5))
    drain(service)
    decide_next(service, returned)
    decide_next(service, returned, action="return", return_to="drafting", opinion="请补充")
    decide_next(service, handed)
    hand_over_draft(service, administrator, handed, to="drafter2", reason="离岗")
    decide_all(service, closed, until="signature")
    decide_next(service, closed, action="reject", opinion="不必发文")
    decide_all(service, public)
    publish(service, public)
    decide_all(service, stuck, until="office-review")
    with service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = '2026-01-01' WHERE position = 'openness_office'"))
    decide_next(service, stuck)
    drain(service)
    return mails(service)


def links_of(messages: list[EmailMessage]) -> list[str]:
    """Every address in any part of any message, as a path of the portal."""
    found = {link for mail in messages for link in re.findall(rf"{BASE}(/[^\s\"<>]*)", words(mail))}
    return sorted(found)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.__name__)
def test_no_scanner_changes_anything(service: Service, bureau: Bureau, app: FastAPI, profile: Scan) -> None:
    messages = every_message(service)
    kinds = {str(mail["Subject"]).partition("：")[0] for mail in messages}
    assert kinds == {"待办", "退回", "异常", "已公开", "办结", "改派拟稿人"}
    links, before = links_of(messages), everything_stored(service)
    assert sum(link.startswith("/t/") for link in links) > 5

    async def scan() -> None:
        transport = httpx.ASGITransport(app=app, client=("203.0.113.9", 4711))
        for link in links:
            async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
                await profile(client, link)

    asyncio.run(scan())
    assert everything_stored(service) == before


def test_the_links_still_open_their_todos_after_all_scanners_and_a_scanner_in_the_persons_browser(
    service: Service, bureau: Bureau, app: FastAPI
) -> None:
    """Some scanners sit behind the sign-in, in the browser itself: they open, they cannot decide."""
    links = [link for link in links_of(every_message(service)) if link.startswith("/t/")]

    async def scan() -> int:
        transport = httpx.ASGITransport(app=app, client=("203.0.113.9", 4711))
        opened = 0
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            for profile in PROFILES:
                for link in links:
                    await profile(client, link)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            await client.post("/api/v1/session", json={"username": "drafter", "password": PASSWORD})
            before = everything_stored(service)
            for link in links:
                answer = await client.get(link, headers={"Accept": "text/html"})
                opened += answer.headers.get("location", "").startswith("/todo/")
                await overrides_the_method(client, link)
                await client.post(answer.headers.get("location", link), data={"action": "approve"})
            assert everything_stored(service) == before
        return opened

    assert asyncio.run(scan()) == 1, "the returned draft is the drafter's only open to-do"
