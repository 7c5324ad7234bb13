"""Every page behind the sign-in, at ten thousand cases: until it is read at the client, and its size.

The messages are real: the outbox renders them into the mailbox folder, or keeps what a server did not take.
"""

import http.client
import time
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import urlsplit

from benchmarks.cases import LAUNCHER, Desk
from benchmarks.clients import CLIENTS, Clients
from benchmarks.figures import Figures
from benchmarks.installation import tell
from engine.acts.access import sign_in
from engine.acts.passwords import operator, set_password
from engine.links import make_link
from engine.outbox import send_due
from engine.reading import list_mails
from notifications.channels import MailboxFolder, MessageDeferred

DRAFTER = "zhang.wei"
_PASSWORD = "measured-with-care-42"
_HOW = "GET with a session until the page is read, one client, the portal as deployed"


@dataclass(frozen=True)
class Extent:
    """How many cases, messages in the folder and undelivered ones; how often each page is asked for."""

    cases: int
    mails: int
    undelivered: int
    times: int


def measure(base_url: str, desk: Desk, workers: Clients, figures: Figures, extent: Extent) -> None:
    """Launch the cases, then ask for each page in turn."""
    tell(f"Pages at {extent.cases:,} cases")
    workers.prepare("launch", -(-extent.cases // CLIENTS))
    workers.burst("launch")
    mailbox = MailboxFolder(desk.service.settings.home / "mailbox")
    _send(desk, _Channel(mailbox), extent.mails)
    _send(desk, _Channel(None), extent.undelivered)
    mail = list_mails(desk.service, desk.actor(LAUNCHER))[0].id
    folder = f"{_HOW}; {extent.mails:,} messages in the folder"
    case = desk.launch()
    decided = desk.open_todo("drafting", case)
    link = make_link(desk.service, key="bench", todo=decided, person=desk.actor(DRAFTER).person_id)
    desk.decide("drafting", decided)
    todo = desk.open_todo("section-review", case)
    with desk.service.read() as connection:
        number = connection.exec_driver_sql("SELECT number FROM cases WHERE id = %s", (case,)).scalar()
    drafter, reviewer, administrator = (_Browser(base_url, desk, n) for n in (DRAFTER, "li.na", LAUNCHER))
    for name, browser, path, how in (
        ("inbox", drafter, "/inbox", _HOW),
        ("todo", reviewer, f"/todo/{todo}", _HOW),
        ("cases", administrator, "/cases", _HOW),
        ("cases_search", administrator, f"/cases?q={number}", _HOW),
        ("case", drafter, f"/cases/{number}", _HOW),
        ("version", drafter, f"/cases/{number}/versions/1", _HOW),
        ("ledger", drafter, f"/cases/{number}/ledger", _HOW),
        ("sheet", drafter, f"/cases/{number}/sheet", _HOW),
        ("case_file", drafter, f"/cases/{number}/file", _HOW),
        ("launch", administrator, "/launch", _HOW),
        ("people", administrator, "/people", _HOW),
        ("mailbox", administrator, "/mailbox", f"{folder}, of which it shows the newest"),
        ("mailbox_search", administrator, "/mailbox?to=nobody", f"{folder}, none to anybody so called"),
        ("mail", administrator, f"/mailbox/{mail}", folder),
        ("messages", administrator, "/messages", f"{_HOW}; {extent.undelivered:,} were not delivered"),
        ("me", drafter, "/me", _HOW),
        ("link", drafter, urlsplit(link).path, f"{_HOW}; its to-do was decided meanwhile"),
    ):
        took, size = browser.ask(path, extent.times)
        figures.add_times(f"page.{name}.ms", took, how, against="floor.decision_to_next_ms")
        figures.add(f"page.{name}.kb", size / 1000, "kB", "uncompressed HTML", samples=1)


class _Channel:
    """The mailbox folder, or a mail server that takes nothing at present; counts what it was given."""

    def __init__(self, folder: MailboxFolder | None) -> None:
        self.folder, self.given = folder, 0

    def send(self, message: EmailMessage) -> None:
        self.given += 1
        if self.folder is None:
            raise MessageDeferred("451 busy")
        self.folder.send(message)


def _send(desk: Desk, channel: _Channel, messages: int) -> None:
    """Give the channel so many of the waiting messages; what nobody needs any more is dropped on the way."""
    while channel.given < messages:
        before = channel.given
        if not send_due(desk.service, channel) and channel.given == before:
            raise RuntimeError(f"only {before} messages wait")


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
