"""Starting, disturbing and killing the local website."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parent / "website.py"


class WebsiteProcess:
    """One website on one port, with a memory that outlives its process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/publish"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._process = subprocess.Popen([sys.executable, str(PROGRAM), str(self.port), str(self.folder)])
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("the website did not start")

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def behave(self, mode: str) -> None:
        """``well``, ``down``, ``slow``, ``drips``, ``floods``, ``forgets-to-answer``, ``refuses``."""
        (self.folder / "mode").write_text(mode)

    def expect_signature(self, secret: str | None) -> None:
        """Take signed publications only; ``None``: take all."""
        (self.folder / "secret").write_text(secret) if secret else (self.folder / "secret").unlink(True)

    def asked(self, key: str) -> list[dict[str, Any]]:
        """Every request with this key."""
        return [line for line in self._lines("log.jsonl") if line["key"] == key]

    def published(self, key: str) -> int:
        """How often it put this key on the site."""
        return sum(line["key"] == key for line in self._lines("published.jsonl"))

    def withdrawn(self, key: str) -> int:
        """How often it took something down for this key."""
        return sum(line["key"] == key for line in self._lines("withdrawn.jsonl"))

    def content(self, key: str) -> dict[str, Any]:
        """What stands on the site."""
        return dict(json.loads((self.folder / f"{key.replace(':', '_')}.json").read_text())["content"])

    def put_page(self, name: str, html: str) -> str:
        """As the publisher does by hand; returns its address."""
        (self.folder / "pages").mkdir(exist_ok=True)
        (self.folder / "pages" / name).write_text(html)
        return f"http://127.0.0.1:{self.port}/pages/{name}"

    def visits(self, name: str) -> int:
        """How often a page was asked for."""
        return sum(line["path"] == f"/pages/{name}" for line in self._lines("visits.jsonl"))

    def file(self, sha256: str) -> bytes:
        """A file that came before its document."""
        return (self.folder / sha256).read_bytes()

    def _lines(self, name: str) -> list[dict[str, Any]]:
        file = self.folder / name
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
