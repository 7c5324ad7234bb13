"""Uploading a file of the largest size through HTTP: how fast, and what memory the portal needs meanwhile."""

import http.client
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from urllib.parse import urlsplit

import psutil
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from benchmarks.cases import Desk
from benchmarks.figures import Figures
from benchmarks.installation import tell
from engine.files.kinds import MAX_FILE_BYTES

_SAMPLED_SECONDS = 0.02
_HOW = (
    "PUT of a PDF of 50 MB by one client until the answer: received, examined, hashed, stored in PostgreSQL"
)


def measure(
    base_url: str, token: str, desk: Desk, portal: psutil.Process, figures: Figures, *, files: int
) -> None:
    """Megabytes per second, and the growth of the portal; ``token`` is the drafter's."""
    tell(f"Uploads of {MAX_FILE_BYTES // 10**6} MB, {files} one after the other")
    todo = desk.open_todo("drafting", desk.launch())
    content = _document(MAX_FILE_BYTES - 10_000)
    path = f"/api/v1/assignments/{todo}/uploads"
    _ask(base_url, token, "PUT", f"{path}?name=warm.pdf", _document(1000))
    before, seconds = _megabytes(portal), []
    with _watched(portal) as peak:
        for _ in range(files):
            began = time.perf_counter()
            stored = _ask(base_url, token, "PUT", f"{path}?name=large.pdf", content)
            seconds.append(time.perf_counter() - began)
            _ask(base_url, token, "DELETE", f"{path}/{stored['upload']}")
    figures.add_rate("files.upload_mb_per_second", len(content) * files // 10**6, sum(seconds), "MB/s", _HOW)
    grown = max(peak["portal"] - before, 0.0)
    how = (
        "growth of the portal's memory while files of 50 MB are uploaded, against before; sampled every 20 ms"
    )
    figures.add("files.upload_portal_growth_mb", grown, "MB", how, samples=files)
    how = "largest memory of the process that examines a PDF of 50 MB"
    figures.add("files.examiner_memory_mb", peak["examiner"], "MB", how, samples=files)


def _document(padding: int) -> bytes:
    """A PDF of one page with so many bytes that cannot be packed."""
    writer = PdfWriter()
    heavy = DecodedStreamObject()
    heavy.set_data(os.urandom(padding))
    writer.add_blank_page(595, 842)[NameObject("/Heavy")] = writer._add_object(heavy)
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def _ask(base_url: str, token: str, method: str, path: str, content: bytes = b"") -> dict[str, int]:
    address = urlsplit(base_url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=120)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    connection.request(method, path, content or None, headers)
    response = connection.getresponse()
    said = response.read()
    connection.close()
    if response.status >= 300:
        raise RuntimeError(f"{method} {path}: {response.status} {said!r}")
    return dict(json.loads(said)) if said else {}


@contextmanager
def _watched(portal: psutil.Process) -> Iterator[dict[str, float]]:
    """The largest memory of the portal and of what it starts, in megabytes, while the block runs."""
    peak, ended = {"portal": 0.0, "examiner": 0.0}, threading.Event()

    def watch() -> None:
        while not ended.wait(_SAMPLED_SECONDS):
            peak["portal"] = max(peak["portal"], _megabytes(portal))
            for child in portal.children():
                peak["examiner"] = max(peak["examiner"], _megabytes(child))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def _megabytes(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss) / 1e6
    except psutil.Error:  # it has ended meanwhile
        return 0.0
