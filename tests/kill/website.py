"""The bureau's website as a process of its own: publishes once per key, and is not a good listener.

It is sometimes slow, fails before or after it has stored, cuts the line, answers twice. Every request and
every publication is on disk in its log before it goes on. ``python -m tests.kill.website PORT LOG SEED``
"""

import json
import random
import sys
import threading
import time
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.kill.durable_log import DurableLog, read_log

LONGEST_HOLD_SECONDS = 3.0
MOODS = {
    "prompt": 40,
    "slow-before": 12,
    "slow-after": 12,
    "error-before": 8,
    "error-after": 10,
    "cut-after": 10,
    "twice": 8,
}
"""How it treats the first requests of a key, by weight; from the fourth on it is prompt."""


class Site(ThreadingHTTPServer):
    """What it has published (read back from its log at a start) and which requests are open."""

    daemon_threads = True

    def __init__(self, port: int, log: Path, seed: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.seed, self.lock, self.asked = seed, threading.Lock(), {}  # type: ignore[var-annotated]
        self.published = {e["key"]: e for e in read_log(log) if e["event"] == "stored"}
        self.log = DurableLog(log)
        self.open: dict[int, str] = {}
        self.hold_at = ""
        self.released = threading.Event()

    def mood(self, key: str) -> tuple[str, float]:
        """How this request of the key is treated, and for how many seconds where it is slow."""
        with self.lock:
            turn = self.asked[key] = self.asked.get(key, 0) + 1
        if turn > 3:
            return "prompt", 0.0
        chance = random.Random(f"{self.seed}:{key}:{turn}")
        return chance.choices(list(MOODS), list(MOODS.values()))[0], chance.uniform(0.2, 1.5)

    def store(self, key: str, content: bytes, said: dict[str, Any]) -> dict[str, Any]:
        """Publish once per key; the log says whether this was the first."""
        digest = sha256(content).hexdigest()
        with self.lock:
            known = self.published.get(key)
            if known is not None:
                self.log.write("again", key=key, sha256=digest)
                return known
            published_at = datetime.now(UTC).isoformat()
            facts = {"slug": said["slug"], "content_hash": said["content_hash"], "sha256": digest}
            url = f"http://website.example/{said['slug']}"
            self.log.write("stored", key=key, url=url, published_at=published_at, **facts)
            self.published[key] = {"url": url, "published_at": published_at, **facts}
            return self.published[key]

    def wait_if_held(self, stage: str) -> None:
        """Keep this request open here while a test holds it."""
        with self.lock:
            mine, self.hold_at = self.hold_at == stage, "" if self.hold_at == stage else self.hold_at
            if mine:
                self.released.clear()
        if mine:
            self.log.write("holding", stage=stage)
            self.released.wait(LONGEST_HOLD_SECONDS)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Site

    def log_message(self, *_: object) -> None:
        """Nothing on the screen: the log has it."""

    def do_GET(self) -> None:
        """What a test may know: the open requests."""
        self._answer(200, {"open": sorted(self.server.open.values()), "hold_at": self.server.hold_at})

    def do_PUT(self) -> None:
        """A file of the document that comes next; it is the same whenever it comes."""
        content = self.rfile.read(int(self.headers["Content-Length"]))
        key, digest = self.headers["Idempotency-Key"], sha256(content).hexdigest()
        self.server.log.write("file", key=key, sha256=digest)
        self._answer(200 if self.path.endswith(digest) else 422, {})

    def do_POST(self) -> None:
        """A publication, or a test's word to hold or release one."""
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/hold":
            self.server.hold_at = json.loads(content)["stage"]
            self._answer(200, {})
        elif self.path == "/release":
            self.server.hold_at = ""
            self.server.released.set()
            self._answer(200, {})
        else:
            self._publish(content)

    def _publish(self, content: bytes) -> None:
        site, key = self.server, self.headers["Idempotency-Key"]
        mood, seconds = site.mood(key)
        said = json.loads(content)
        site.log.write("asked", key=key, mood=mood, sha256=sha256(content).hexdigest(), slug=said["slug"])
        site.open[id(self)] = key
        try:
            self._treat(mood, seconds, key, content, said)
        except OSError:
            site.log.write("unheard", key=key)  # whoever asked is gone
        finally:
            del site.open[id(self)]

    def _treat(self, mood: str, seconds: float, key: str, content: bytes, said: dict[str, Any]) -> None:
        site = self.server
        if mood == "error-before":
            self._answer(503, {})
            return
        time.sleep(seconds if mood == "slow-before" else 0)
        site.wait_if_held("before")
        stored = site.store(key, content, said)
        time.sleep(seconds if mood == "slow-after" else 0)
        site.wait_if_held("after")
        if mood == "error-after":
            self._answer(500, {})
        elif mood != "cut-after":
            for _ in range(2 if mood == "twice" else 1):
                self._answer(200, {"url": stored["url"], "published_at": stored["published_at"]})
            site.log.write("answered", key=key)

    def _answer(self, status: int, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    Site(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]).serve_forever()
