"""Every page behind the sign-in, at ten thousand cases: until it is read at the client, and its size."""

import http.client
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.cases import LAUNCHER, Desk
from benchmarks.clients import CLIENTS, Clients
from benchmarks.figures import Figures
from benchmarks.installation import tell
from engine.acts.access import sign_in
from engine.acts.passwords import operator, set_password

DRAFTER = "zhang.wei"
_PASSWORD = "measured-with-care-42"
_HOW = "GET with a session until the page is read, one client, the portal as deployed"


@dataclass(frozen=True)
class Extent:
    """How many cases there are, and how often each page is asked for."""

    cases: int
    times: int


def measure(base_url: str, desk: Desk, workers: Clients, figures: Figures, extent: Extent) -> None:
    """Launch the cases, then ask for each page in turn."""
    tell(f"Pages at {extent.cases:,} cases")
    workers.prepare("launch", -(-extent.cases // CLIENTS))
    workers.burst("launch")
    [case] = desk.prepare(1)
    todo = desk.open_todo("section-review", case)
    with desk.service.read() as connection:
        number = connection.exec_driver_sql("SELECT number FROM cases WHERE id = %s", (case,)).scalar()
    drafter, reviewer, administrator = (_Browser(base_url, desk, n) for n in (DRAFTER, "li.na", LAUNCHER))
    for name, browser, path in (
        ("inbox", drafter, "/inbox"),
        ("todo", reviewer, f"/todo/{todo}"),
        ("cases", administrator, "/cases"),
        ("cases_search", administrator, f"/cases?q={number}"),
        ("case", drafter, f"/cases/{number}"),
        ("ledger", drafter, f"/cases/{number}/ledger"),
        ("sheet", drafter, f"/cases/{number}/sheet"),
        ("launch", administrator, "/launch"),
        ("people", administrator, "/people"),
    ):
        took, size = browser.ask(path, extent.times)
        figures.add_times(f"page.{name}.ms", took, _HOW, against="floor.decision_to_next_ms")
        figures.add(f"page.{name}.kb", size / 1000, "kB", "uncompressed HTML", samples=1)


class _Browser:
    """One person's session on one kept-alive connection."""

    def __init__(self, base_url: str, desk: Desk, username: str) -> None:
        address = urlsplit(base_url)
        self._connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
        set_password(desk.service, operator("bench"), username, _PASSWORD)
        session = sign_in(desk.service, username, _PASSWORD)
        self._headers = {"Cookie": f"gongkai={session.session_token}", "Accept": "text/html"}

    def ask(self, path: str, times: int) -> tuple[list[float], int]:
        """Seconds of each request, and the page's size in bytes."""
        took, size = [], 0
        for _ in range(times):
            began = time.perf_counter()
            self._connection.request("GET", path, headers=self._headers)
            answer = self._connection.getresponse()
            size = len(answer.read())
            took.append(time.perf_counter() - began)
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
        return took, size
