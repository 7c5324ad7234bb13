"""The public register with ten thousand documents, asked over HTTP as a citizen's browser asks it.

List, search, document: time until the whole page is read, on the portal as deployed, and the page's size.
"""

import http.client
import random
import time
from datetime import date, timedelta
from urllib.parse import quote, urlsplit

from sqlalchemy import Connection, insert

from benchmarks.figures import Figures
from benchmarks.installation import tell
from engine.service import Service
from models import RegisterEntry

_PAIRS = (
    "安全生产消防救灾防汛物资检查应急管理危险化学企业监督执法计划方案预案演练值班隐患排查整治专项行动"
    "烟花爆竹矿山工贸森林防火地震气象灾害救助培训宣传考核责任落实"
)
WORDS = [_PAIRS[n : n + 2] for n in range(0, len(_PAIRS), 2)]
UNITS = ("执法监督股", "危险化学品监管股", "救灾和物资保障股", "办公室")
TYPES = ("通知", "公告", "意见", "方案")
PAGES = {
    "list": "/register",
    "filtered": "/register?unit=办公室&type=公告&year=2020",
    "search_two_characters": "/register?q=消防",
    "search_long_word": "/register?q=消防救灾",
    "search_number": "/register?q=〔2020〕5004号",
    "search_word_of_every_document": "/register?q=安全",
    "document": "/register/bench-0042",
}
_BATCH = 500


def measure(service: Service, base_url: str, figures: Figures, *, documents: int, requests: int) -> None:
    """Fill the register, ask for each page, empty nothing: the installation is thrown away."""
    tell(f"Public register with {documents} documents, {requests} requests per page")
    with service.database.begin() as connection:
        _fill(connection, service, documents)
    browser = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=30)
    for name, address in PAGES.items():
        target = quote(address, safe="/?=&")
        _ask(browser, target)  # the first one compiles and fills caches
        asked = [_ask(browser, target) for _ in range(requests)]
        how = f"GET of {address} until the page is read; one client, {documents} documents"
        figures.add_times(f"register.{name}_ms", [seconds for seconds, _size in asked], how)
        figures.add(f"register.{name}_kb", asked[0][1] / 1000, "kB", how, samples=len(asked))
    browser.close()


def _ask(browser: http.client.HTTPConnection, target: str) -> tuple[float, int]:
    began = time.perf_counter()
    browser.request("GET", target, headers={"Accept": "text/html"})
    answer = browser.getresponse()
    size = len(answer.read())
    if answer.status != http.HTTPStatus.OK:
        raise RuntimeError(f"GET {target}: {answer.status}")
    return time.perf_counter() - began, size


def _fill(connection: Connection, service: Service, documents: int) -> None:
    chance = random.Random(390)
    for start in range(0, documents, _BATCH):
        numbers = range(start, min(start + _BATCH, documents))
        connection.execute(
            insert(RegisterEntry.__table__), [_entry(service, chance, number) for number in numbers]
        )


def _entry(service: Service, chance: random.Random, number: int) -> dict[str, object]:
    year = 2017 + number % 10
    return {
        "slug": f"bench-{number:04d}",
        "idempotency_key": f"bench-{number}",
        "organ": "青岭县应急管理局",
        "unit": chance.choice(UNITS),
        "doc_type": chance.choice(TYPES),
        "doc_no": f"青应急〔{year}〕{number}号",
        "title": f"关于{''.join(chance.sample(WORDS, 4))}的通知",
        "body": "\n".join("".join(chance.choices(WORDS, k=80)) for _ in range(6)),
        "marking": "（此件公开发布）",
        "formed_on": date(year, 4, 1),
        "issued_on": date(year, 4, 2),
        "attachments": [],
        "content_hash": "0" * 64,
        "published_at": service.now - timedelta(hours=number),
    }
