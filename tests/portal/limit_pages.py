"""What tests of time limits at the pages are told with: their words, and asking as a browser asks."""

import re
from html import unescape

import httpx

from engine.service import Service
from tests.builders import (
    scalars,
)
from tests.portal.conftest import Client, SignIn
from tests.portal.test_pages import HTML, field, post

CONSULTING = {
    "kind": "not-counted",
    "ground": "征求县消防救援大队意见",
    "instrument": "政府信息公开条例",
    "article": "第33条第3款",
    "since": "2026-04-22",
}
EXTENSION = CONSULTING | {"kind": "extended", "ground": "材料较多", "article": "第33条第2款", "number": "10"}


def lines_of(page: httpx.Response, title: str) -> list[str]:
    """The explanation below a limit's title, line by line."""
    after = page.text.partition(f">{title}")[2]
    [said, *_] = re.findall(r"<ol[^>]*>(.*?)</ol>", after, re.S)
    return [unescape(line) for line in re.findall(r"<li>(.*?)</li>", said, re.S)]


def shown(page: httpx.Response) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))


def ask(browser: Client, limit: str, fields: dict[str, str], what: str = "ask") -> httpx.Response:
    """Look at what it would come to, and send what was shown."""
    token = field(browser.get(limit, headers=HTML), "csrf")
    preview = post(browser, limit, {"csrf": token, **fields})
    if what != "ask":
        return preview
    seen = field(preview, "previewed")
    return post(browser, limit, {"csrf": token, "previewed": seen, "what": "ask", **fields})


def granted(
    service: Service, signed_in: SignIn, limit: str, fields: dict[str, str], by: str, text: str = "同意"
) -> None:
    """Ask as the office, grant as the post that may."""
    assert ask(signed_in("office"), limit, fields).status_code == 303
    [todo] = scalars(
        service, "SELECT id FROM assignment WHERE clock_act_id IS NOT NULL AND closed_at IS NULL"
    )
    browser = signed_in(by)
    token = field(browser.get(f"/todo/{todo}", headers=HTML), "csrf")
    answer = post(browser, f"/todo/{todo}/answer", {"csrf": token, "granted": "yes", "text": text})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/todo/{todo}")
