"""A bureau's website as a real process: slow, dripping, down, forgetful of its answers, or killed, as told.

It keeps what it published in files, so that it can be killed; ``log`` is what it was asked, ``published``
what stands on it. Run as ``python tests/website.py PORT FOLDER``.
"""

import hashlib
import hmac
import json
import sys
import time
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Website(BaseHTTPRequestHandler):
    """Publishes or withdraws once per Idempotency-Key; ``mode`` in the folder says how it behaves."""

    folder: Path

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._is_signed(raw):
            self.send_error(401)
            return
        body = json.loads(raw)
        key = self.headers["Idempotency-Key"]
        mode = (self.folder / "mode").read_text() if (self.folder / "mode").exists() else "well"
        self._note("log.jsonl", {"key": key, "mode": mode, "doc_no": body["doc_no"], "title": body["title"]})
        if mode == "down":
            self.send_error(503)
            return
        if mode == "refuses":
            self.send_error(422)
            return
        stored = self.folder / f"{key.replace(':', '_')}.json"
        if not stored.exists():
            now = datetime.now(UTC).isoformat()
            withdraws = body["action"] == "withdraw"
            done = (
                {"withdrawn_at": now}
                if withdraws
                else {"url": f"https://www.qingling.example/{key}", "published_at": now}
            )
            if "interpretation" in body:
                beside = body["interpretation"]["slug"]
                done["interpretation_url"] = f"https://www.qingling.example/{beside}"
            stored.write_text(json.dumps(done | {"content": body}))
            self._note("withdrawn.jsonl" if withdraws else "published.jsonl", {"key": key})
        if mode == "slow":
            time.sleep(4)
        if mode == "forgets-to-answer":
            self.close_connection = True
            return
        receipt = json.loads(stored.read_text())
        del receipt["content"]
        if mode == "knows-no-pairs":
            receipt.pop("interpretation_url", None)
        receipt |= {
            "other-scheme": {"url": "javascript:1"},
            "naive-time": {"published_at": "2026-04-20", "withdrawn_at": "2026-04-20"},
        }.get(mode, {})
        text = {
            "nonsense": b"<html>thank you</html>",
            "floods": json.dumps(receipt | {"thanks": "!" * 100_000}).encode(),
        }.get(mode, json.dumps(receipt).encode())
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self._drip(text) if mode == "drips" else self.wfile.write(text)

    def _drip(self, text: bytes) -> None:
        """A byte now and then: no single read ever waits for long."""
        try:
            for byte in text:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.2)
        except OSError:
            return  # whoever asked has lost patience

    def do_PUT(self) -> None:
        """A file, before the document that lists it; the same again changes nothing."""
        content = self.rfile.read(int(self.headers["Content-Length"]))
        digest = self.path.rpartition("/")[2]
        if not self._is_signed(digest.encode()):
            self.send_error(401)
            return
        mode = (self.folder / "mode").read_text() if (self.folder / "mode").exists() else "well"
        self._note("files.jsonl", {"key": self.headers["Idempotency-Key"], "sha256": digest})
        if mode == "down":
            self.send_error(503)
            return
        if sha256(content).hexdigest() != digest:
            self.send_error(422)
            return
        (self.folder / digest).write_bytes(content)
        self.send_response(204)
        self.end_headers()

    def do_GET(self) -> None:
        """The pages people put there by hand."""
        page = self.folder / "pages" / self.path.rpartition("/")[2]
        self._note("visits.jsonl", {"path": self.path})
        self.send_response(200 if page.is_file() else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.read_bytes() if page.is_file() else b"")

    def _is_signed(self, raw: bytes) -> bool:
        """As docs/website.md tells a website to check it; without a secret everything passes."""
        if not (self.folder / "secret").exists():
            return True
        secret, timestamp = (self.folder / "secret").read_bytes(), self.headers["Gongkai-Timestamp"] or ""
        if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > 300:
            return False
        expected = hmac.new(secret, timestamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
        return hmac.compare_digest(self.headers["Gongkai-Signature"] or "", f"sha256={expected}")

    def _note(self, name: str, line: dict[str, str]) -> None:
        with (self.folder / name).open("a") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def log_message(self, *_: object) -> None:
        """Its log is the file."""


if __name__ == "__main__":
    Website.folder = Path(sys.argv[2])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Website).serve_forever()
