"""OFD (GB/T 33190): its structure, what must not be in it, its text, and what its reader does not see."""

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from engine.files import images
from engine.files.archives import local, walk_xml, xml_of
from engine.files.hidden import Found, Hidden, only_found
from engine.files.refusal import Unacceptable

_NAMESPACE = "http://www.ofdspec.org/"
_ENCRYPTED = re.compile(
    r"(^|/)(Encryptions?|EncryptInfo|CertificatesEncrypt)[^/]*\.(xml|dat)$", re.IGNORECASE
)
_ACTIVE_PARTS = re.compile(r"\.(exe|dll|js|vbs|html?|docm|xlsm|bat|cmd|scr|zip)$", re.IGNORECASE)
SAME_LINE_MM = 1.0
_PLAIN_ANNOTATIONS = ("Link", "Watermark")


def check(archive: zipfile.ZipFile) -> None:
    """A plain OFD document: readable by anybody, without files inside it or anything that runs.

    Raises:
        Unacceptable.
    """
    root = xml_of(archive, "OFD.xml") if "OFD.xml" in archive.namelist() else None
    if root is None or local(root.tag) != "OFD" or not root.tag.startswith("{" + _NAMESPACE):
        raise Unacceptable("不是版式文件（OFD）", "it is no OFD document")
    if any(_ENCRYPTED.search(name) for name in archive.namelist()):
        raise Unacceptable("文件已加密", "it is encrypted")
    if any(_ACTIVE_PARTS.search(name) for name in archive.namelist()):
        raise Unacceptable("含有嵌入的程序或文件", "it holds an embedded program or file")
    for _folder, document in _documents(archive):
        for element in document.iter():
            if local(element.tag) in ("Attachments", "GotoA", "Movie", "Sound"):
                raise Unacceptable("含有嵌入的文件或动作", "it holds an embedded file or action")


def text(archive: zipfile.ZipFile) -> Iterator[str]:
    """The text page by page; what stands at the same height is one line."""
    for folder, document in _documents(archive):
        for page in document.iter():
            if local(page.tag) == "Page" and page.get("BaseLoc"):
                yield from _page_text(archive, _within(folder, page.get("BaseLoc", "")))


def _documents(archive: zipfile.ZipFile) -> Iterator[tuple[str, Element]]:
    """The folder and the root element of every document in the file."""
    found = [e.text or "" for e in xml_of(archive, "OFD.xml").iter() if local(e.tag) == "DocRoot"]
    if not found:
        raise Unacceptable("内部结构不完整", "a part it needs is missing")
    for place in found:
        name = _within("", place)
        yield posixpath.dirname(name), xml_of(archive, name)


def _page_text(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    height: float | None = None
    for event, element in walk_xml(archive, name):
        if event == "start" or local(element.tag) != "TextObject":
            continue
        here = _height(element.get("Boundary", ""))
        if height is not None and (here is None or abs(here - height) > SAME_LINE_MM):
            yield "\n"
        height = here if here is not None else 0.0
        yield "".join(e.text or "" for e in element.iter() if local(e.tag) == "TextCode")
        element.clear()
    yield "\n"


def _height(boundary: str) -> float | None:
    """Millimetres from the top, of ``x y width height``."""
    try:
        return float(boundary.split()[1])
    except (ValueError, IndexError):
        return None


def _within(folder: str, place: str) -> str:
    """A place as the name of a part: absolute from the root of the archive, else from the folder."""
    joined = (
        place.strip().lstrip("/") if place.strip().startswith("/") else posixpath.join(folder, place.strip())
    )
    return posixpath.normpath(joined)


def hidden(archive: zipfile.ZipFile) -> Found:
    """Annotations, versions kept inside it, the author, where pictures were taken.

    Raises:
        Unacceptable: a part is missing or not what it must be.
    """
    counted: Counter[Hidden] = Counter()
    for element in xml_of(archive, "OFD.xml").iter():
        counted[Hidden.AUTHOR] += local(element.tag) == "Author" and bool((element.text or "").strip())
        counted[Hidden.EARLIER] += local(element.tag) == "Version"
    for folder, document in _documents(archive):
        for listed in _named(document, "Annotations"):
            name = _within(folder, listed)
            for part in _named(xml_of(archive, name), "FileLoc"):
                annotations = xml_of(archive, _within(posixpath.dirname(name), part)).iter()
                counted[Hidden.ANNOTATIONS] += sum(
                    local(e.tag) == "Annot" and e.get("Type") not in _PLAIN_ANNOTATIONS for e in annotations
                )
    return only_found(counted + images.hidden_in(archive))


def _named(root: Element, name: str) -> list[str]:
    """What the elements of that name say."""
    return [element.text or "" for element in root.iter() if local(element.tag) == name]
