"""What stands behind robots and webhooks, as one local server: it answers like 企业微信 and 钉钉, and is a
program that checks our signature as docs/messages.md tells it to.
"""

import base64
import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

WECOM_KEY = "693a91f6-7aab-4bc4-97a0-0ec2sifa5aaa"
DINGTALK_TOKEN = "566cc69da782ec33dfa6b0e8"
DINGTALK_SECRET = "SEC0badc0ffee0badc0ffee"
HOOK_SECRET = "hook secret 密"
SECRETS = (WECOM_KEY, DINGTALK_TOKEN, DINGTALK_SECRET, HOOK_SECRET, "hook%20secret")


class GroupServer(ThreadingHTTPServer):
    """``taken`` is what arrived in the group or program. ``status`` and ``errcode`` make it refuse.

    ``broken`` breaks the connection off, ``forgets`` too, but takes the message; ``nonsense`` says what no
    robot says.
    """

    status = 200
    errcode = 0
    broken = forgets = nonsense = False
    scheme = "http"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[dict[str, Any]] = []
        self.asked = 0

    @property
    def base(self) -> str:
        """Where it stands."""
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    @property
    def wecom(self) -> str:
        """The address of its 企业微信 robot."""
        return f"wecombot://{WECOM_KEY}?server={self.base}"

    @property
    def dingtalk(self) -> str:
        """The address of its 钉钉 robot."""
        return f"dingtalk://{DINGTALK_SECRET}@{DINGTALK_TOKEN}?server={self.base}"

    @property
    def hook(self) -> str:
        """The address of its program."""
        return f"{self.scheme}://hook%20secret%20%E5%AF%86@127.0.0.1:{self.server_port}/hook"

    def texts(self) -> list[str]:
        """What people read in the group."""
        return [str(body["text"]["content"]) for body in self.taken]


class _Handler(BaseHTTPRequestHandler):
    server: GroupServer

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        server, parts = self.server, urlsplit(self.path)
        server.asked += 1
        if server.broken:
            self.close_connection = True
            return
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        answer = {"/cgi-bin/webhook/send": _wecom, "/robot/send": _dingtalk}.get(parts.path)
        if answer is None:
            status, said = (server.status if self._is_signed(raw) else 401), {}
        else:
            status, said = server.status, answer(query, json.loads(raw)) or {"errcode": 0, "errmsg": "ok"}
            if server.errcode:
                said = {"errcode": server.errcode, "errmsg": f"refused, see {self.path}"}
        if status == 200 and not said.get("errcode") and not server.nonsense:
            server.taken.append({**json.loads(raw), "_key": self.headers["Idempotency-Key"]})
            if server.forgets:
                self.close_connection = True
                return
        content = b"<html>" if server.nonsense else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _is_signed(self, raw: bytes) -> bool:
        timestamp, signature = (
            self.headers["Gongkai-Timestamp"] or "",
            self.headers["Gongkai-Signature"] or "",
        )
        expected = hmac.new(HOOK_SECRET.encode(), timestamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
        return hmac.compare_digest(signature, f"sha256={expected}")

    def log_message(self, *_: object) -> None:
        """Quiet."""


def _wecom(query: dict[str, str], body: dict[str, Any]) -> dict[str, Any] | None:
    if query.get("key") != WECOM_KEY:
        return {"errcode": 93000, "errmsg": "invalid webhook url"}
    if body["msgtype"] != "text" or len(body["text"]["content"].encode()) > 2048:
        return {"errcode": 40008, "errmsg": "invalid message type"}
    return None


def _dingtalk(query: dict[str, str], body: dict[str, Any]) -> dict[str, Any] | None:
    if query.get("access_token") != DINGTALK_TOKEN:
        return {"errcode": 300001, "errmsg": "token is not exist"}
    timestamp = query.get("timestamp", "0")
    signed = hmac.new(DINGTALK_SECRET.encode(), f"{timestamp}\n{DINGTALK_SECRET}".encode(), hashlib.sha256)
    if abs(time.time() * 1000 - int(timestamp)) > 3_600_000:
        return {"errcode": 310000, "errmsg": "invalid timestamp"}
    if query.get("sign") != base64.b64encode(signed.digest()).decode():
        return {"errcode": 310000, "errmsg": "sign not match"}
    if "公开" not in body["text"]["content"]:
        return {"errcode": 310000, "errmsg": "keywords not in content"}
    return None


@contextmanager
def group_server(context: ssl.SSLContext | None = None) -> Iterator[GroupServer]:
    """A running one, encrypted with a ``context``."""
    made = GroupServer()
    if context is not None:
        made.scheme = "https"
        made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield made
    finally:
        made.shutdown()
        made.server_close()
        thread.join()
