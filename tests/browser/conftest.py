"""A real Chromium against the real portal over HTTP; people sign in and click as they would.

Pictures of the guide are taken here too: ``make guide`` keeps them, an ordinary run throws them away.
"""

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import text

from engine.service import Service
from portal.app import create_app
from tests.builders import Bureau, load_bureau
from tests.portal.conftest import PASSWORD, password_hash
from tests.waiting import wait_until

CHROMIUM = "/usr/bin/chromium"
DOCS = Path(__file__).parent.parent.parent / "docs"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 860}
NAMES = {
    "drafter": "张伟",
    "section_head": "李娜",
    "legal_office": "周敏",
    "office": "孙燕",
    "openness_office": "吴迪",
    "secrecy_office": "郑淑",
    "deputy_head": "冯涛",
    "head": "何军",
    "archivist": "高云",
    "administrator": "林雪",
    "manager": "唐浩",
}
_QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs Chromium, which a fresh machine does not have."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


CHROMIUM_OPTIONS: dict[str, Any] = {
    "executable_path": shutil.which("chromium") or CHROMIUM,
    "args": [*_QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])],
}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this run."""
    found = Path(CHROMIUM_OPTIONS["executable_path"])
    assert found.exists(), "Chromium is needed: install Debian's package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM_OPTIONS)
        yield browser
        browser.close()


def keep_picture(page: Page, name: str, *, whole: bool = False) -> None:
    """A picture of the page as it is now, below ``docs``; only ``make guide`` keeps any."""
    if os.environ.get("GUIDE_PICTURES"):
        (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=DOCS / name, full_page=whole)


@dataclass
class Portal:
    """The portal as people reach it."""

    service: Service
    url: str


@pytest.fixture
def otherwise() -> dict[str, Any]:
    """What a test's installation has set otherwise than usual."""
    return {}


@pytest.fixture
def portal(service: Service, otherwise: dict[str, Any]) -> Iterator[Portal]:
    """The small bureau's portal on a free port of loopback; everybody's password is set."""
    load_bureau(service)
    with service.database.begin() as connection:
        connection.execute(text("UPDATE person SET password_hash = :hash"), {"hash": password_hash()})
        for username, name in NAMES.items():
            connection.execute(
                text("UPDATE person SET name = :name WHERE username = :username"),
                {"name": name, "username": username},
            )
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    reached = replace(service, settings=service.settings.model_copy(update={"base_url": url, **otherwise}))
    app = create_app(reached)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started, what="the portal to listen")
    yield Portal(reached, url)
    server.should_exit = server.force_exit = True
    thread.join(10)
    if app.state.public is not None:
        app.state.public.dispose()


@pytest.fixture
def bureau(portal: Portal) -> Bureau:
    """The people of the portal's bureau."""
    return Bureau(portal.service)


@dataclass
class Visitor:
    """One person at one browser window; what the console says is kept."""

    portal: Portal
    page: Page
    said: list[str]

    def sign_in(self, username: str, *, then: str = "/inbox") -> "Visitor":
        """As a person does: name, password, button."""
        self.page.goto(f"{self.portal.url}/sign-in?next={then}")
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        return self

    def go(self, path: str) -> "Visitor":
        """Open a page by its address."""
        self.page.goto(self.portal.url + path)
        return self

    def require_accessible(self) -> None:
        """No serious finding of axe on the page as it is now."""
        found = Axe().run(self.page).response["violations"]
        serious = [
            f"{v['id']}: {v['help']} ({v['nodes'][0]['html'][:120]})"
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert serious == [], serious

    def picture(self, name: str, *, whole: bool = False) -> None:
        """A picture for the guide."""
        keep_picture(self.page, f"guide/pictures/{name}.png", whole=whole)


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(portal: Portal, chromium: Browser) -> Iterator[Visit]:
    """Opens a browser of its own for each person; nothing may go wrong on its console."""
    opened: list[tuple[BrowserContext, Visitor]] = []

    def open_browser(size: dict[str, int] = DESK, **options: object) -> Visitor:
        context = chromium.new_context(viewport=size, locale="zh-CN", **options)  # type: ignore[arg-type]
        page = context.new_page()
        visitor = Visitor(portal, page, [])
        page.on("console", lambda m: visitor.said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: visitor.said.append(str(error)))
        page.set_default_timeout(30_000)
        opened.append((context, visitor))
        return visitor

    yield open_browser
    for context, visitor in opened:
        context.close()
        expected = [s for s in visitor.said if "the server responded with a status of 4" not in s]
        assert expected == [], expected
