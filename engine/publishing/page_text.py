"""What a page says to a reader: decoded as it claims, without markup, scripts and comments."""

import codecs
import html
import re

from engine.folding import fold
from engine.publishing.page_fetch import Page

_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_HEAD_BYTES = 4096
_CHINESE = {"gb2312", "gbk", "gb18030", "hz", "cp936", "x-gbk"}
_UNSEEN = ("script", "style", "noscript", "template")


def page_text(page: Page) -> str:
    """The visible text, its title included."""
    return _visible(_decoded(page))


def carries(page: Page, sought: str) -> bool:
    """Whether the page says ``sought``, whatever stands between its characters."""
    return bool(sought) and fold(sought) in fold(page_text(page))


def _decoded(page: Page) -> str:
    """By mark, header or meta element; without any, as UTF-8 or else as GB 18030."""
    if page.content.startswith(codecs.BOM_UTF8):
        return page.content.decode("utf-8-sig", errors="replace")
    head = page.content[:_HEAD_BYTES].decode("latin-1")
    stated = _CHARSET.search(page.content_type) or _CHARSET.search(head)
    name = stated.group(1).lower() if stated else ""
    if name in _CHINESE:
        return page.content.decode("gb18030", errors="replace")
    try:
        return page.content.decode("utf-8")
    except UnicodeDecodeError:
        if name in ("utf-8", "utf8"):
            return page.content.decode("utf-8", errors="replace")
        return page.content.decode("gb18030", errors="replace")


def _visible(source: str) -> str:
    """Text between tags. Looks at each character once: a page made to be expensive is not."""
    shown, at, lower = [], 0, source.lower()
    while at < len(source):
        opening = source.find("<", at)
        if opening < 0:
            shown.append(source[at:])
            break
        shown.append(source[at:opening])
        at = _after_tag(source, lower, opening)
        if at == opening:  # "<" that opens nothing
            shown.append("<")
            at += 1
    return html.unescape("".join(shown))


def _after_tag(source: str, lower: str, opening: int) -> int:
    """Where the text goes on after the tag, comment or unseen element that starts here."""
    if source.startswith("<!--", opening):
        return _after(source, "-->", opening)
    if not (
        source[opening + 1 : opening + 2].isalpha() or source[opening + 1 : opening + 2] in ("/", "!", "?")
    ):
        return opening
    end = _after(source, ">", opening)
    for name in _UNSEEN:
        follows = lower[opening + 1 + len(name) : opening + 2 + len(name)]
        if lower.startswith(name, opening + 1) and not follows.isalnum():
            return _after(source, ">", _start(lower, f"</{name}", end))
    return end


def _start(source: str, mark: str, at: int) -> int:
    found = source.find(mark, at)
    return len(source) if found < 0 else found


def _after(source: str, mark: str, at: int) -> int:
    found = source.find(mark, at)
    return len(source) if found < 0 else found + len(mark)
