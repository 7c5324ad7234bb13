"""Hidden content 隐藏内容: what a file holds beside what its reader sees at first.

Said in words next to the file; nothing is taken out: what was approved must stay what was hashed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Found = dict[str, int]
"""How often each kind was found; kinds that were not are left out."""


class Hidden(StrEnum):
    """A kind of content that is easily overlooked."""

    REVISIONS = "revisions"
    COMMENTS = "comments"
    HIDDEN_TEXT = "hidden_text"
    ANNOTATIONS = "annotations"
    LAYERS = "layers"
    EARLIER = "earlier"
    AUTHOR = "author"
    COMPANY = "company"
    LOCATION = "location"
    CAMERA = "camera"


TRACES = frozenset({Hidden.REVISIONS, Hidden.COMMENTS, Hidden.HIDDEN_TEXT})
"""Traces of drafting: no finished document needs them, and none is published with them."""

_WORDS = {
    Hidden.REVISIONS: ("修订痕迹 {n} 处", "tracked changes: {n}"),
    Hidden.COMMENTS: ("批注 {n} 条", "comments: {n}"),
    Hidden.HIDDEN_TEXT: ("隐藏文字 {n} 处", "hidden passages: {n}"),
    Hidden.ANNOTATIONS: ("注释 {n} 条", "annotations: {n}"),
    Hidden.LAYERS: ("隐藏图层 {n} 个", "hidden layers: {n}"),
    Hidden.EARLIER: ("修改前的旧内容 {n} 份", "earlier states: {n}"),
    Hidden.AUTHOR: ("作者信息", "names of authors"),
    Hidden.COMPANY: ("单位信息", "name of an organisation"),
    Hidden.LOCATION: ("拍摄地点", "where a picture was taken"),
    Hidden.CAMERA: ("拍摄者或相机信息", "owner or number of the camera"),
}
_MUST_GO = (
    "；公开前须清除修订痕迹、批注和隐藏文字",
    "; tracked changes, comments and hidden passages must go before it is published",
)
_UNKNOWN = (
    "未能检查是否含有修订、批注等隐藏内容，请打开文件核对",
    "could not be looked through for hidden content: open it and look",
)


@dataclass(frozen=True)
class HiddenContent:
    """What is hidden in one file, in words. ``found`` is null where the file could not be looked through."""

    found: Found | None
    zh: str
    en: str


def said_of(found: Found | None) -> HiddenContent | None:
    """The words for what was found; ``None``: nothing was."""
    if found is None:
        return HiddenContent(None, *_UNKNOWN)
    if not found:
        return None
    said = [(words, found[kind]) for kind, words in _WORDS.items() if kind in found]
    zh = "含" + "、".join(words[0].format(n=n) for words, n in said)
    en = "holds " + ", ".join(words[1].format(n=n) for words, n in said)
    more = _MUST_GO if has_traces(found) else ("", "")
    return HiddenContent(found, zh + more[0], en + more[1])


def has_traces(found: Found | None) -> bool:
    """Whether traces of drafting are in it."""
    return not TRACES.isdisjoint(found or ())


def only_found(counted: Mapping[Hidden, int]) -> Found:
    """Counts without those that are zero."""
    return {kind.value: n for kind, n in counted.items() if n}
