"""PDF (ISO 32000): readable by anybody, nothing that runs when it is opened; its text, and what is hidden."""

from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from engine.files import images
from engine.files.hidden import Found, Hidden, only_found
from engine.files.refusal import Unacceptable

MAX_OBJECTS = 300_000
MAX_PAGES = 3_000
_RUNNING_KEYS = {"/JS", "/XFA", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/AA"}
_RUNNING_ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/GoToE",
    "/Rendition",
    "/RichMediaExecute",
}
_PLAIN_ANNOTATIONS = ("/Link", "/Widget", "/Popup")
"""Links, fields of a form and signatures, and the windows of annotations that count by themselves."""
_BROKEN = (PyPdfError, RecursionError, ValueError, KeyError, TypeError, AttributeError, IndexError)


def open_pdf(file: IO[bytes]) -> PdfReader:
    """The document, every object of it looked at.

    Raises:
        Unacceptable: broken, encrypted, without pages, or with scripts, actions, files inside.
    """
    try:
        reader = PdfReader(file)
        if reader.is_encrypted:
            raise Unacceptable("文件已加密", "it is encrypted")
        if not 0 < len(reader.pages) <= MAX_PAGES:
            raise Unacceptable("没有页面或页数过多", "it has no pages, or too many")
        for found in _objects(reader):
            _refuse_running(found)
    except _BROKEN:
        raise Unacceptable("PDF 结构已损坏", "its structure is broken") from None
    return reader


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Every object the file defines, also those no page refers to."""
    yield reader.trailer
    known = {(number, generation) for generation, numbers in reader.xref.items() for number in numbers}
    known |= {(number, 0) for number in reader.xref_objStm}
    if len(known) > MAX_OBJECTS:
        raise Unacceptable("结构过于复杂", "it is too complex")
    for number, generation in sorted(known):
        if number == 0 or generation == 65535:
            continue
        yield reader.get_object(IndirectObject(number, generation, reader))


def _refuse_running(found: Any) -> None:
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, DictionaryObject):
            action = value.get("/S", "")
            if not _RUNNING_KEYS.isdisjoint(value) or str(action) in _RUNNING_ACTIONS:
                raise Unacceptable("含有脚本、动作或嵌入文件", "it holds scripts, actions or embedded files")
            waiting += [value.raw_get(key) for key in value]
        elif isinstance(value, ArrayObject):
            waiting += list.__iter__(value)


def text(reader: PdfReader) -> Iterator[str]:
    """The text page by page; a page that cannot be read is left out."""
    for page in reader.pages:
        try:
            yield page.extract_text() + "\n"
        except _BROKEN:
            continue


def hidden(reader: PdfReader) -> Found:
    """Annotations, layers switched off, what was there before it was last saved, names, places of pictures.

    Raises:
        Unacceptable: it cannot be read so far.
    """
    counted: Counter[Hidden] = Counter()
    try:
        for page in reader.pages:
            annotations = [each.get_object() for each in page.get("/Annots") or ()]
            counted[Hidden.ANNOTATIONS] += sum(
                each.get("/Subtype") not in _PLAIN_ANNOTATIONS for each in annotations
            )
        root: Any = reader.root_object
        layers = root.get("/OCProperties", DictionaryObject()).get("/D", DictionaryObject())
        counted[Hidden.LAYERS] += len(layers.get("/OFF", ()))
        told: Any = reader.metadata or {}
        written = root["/Metadata"].get_data() if "/Metadata" in root else b""
        counted[Hidden.AUTHOR] += bool(
            str(told.get("/Author", "")).strip() or images.AUTHOR_XMP.search(written)
        )
        counted[Hidden.COMPANY] += bool(str(told.get("/Company", "")).strip())
        counted[Hidden.EARLIER] += _earlier(reader.stream)
        for found in _objects(reader):
            if isinstance(found, StreamObject) and found.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
                counted += images.photo_hides(BytesIO(found._data))
    except _BROKEN:
        raise Unacceptable("PDF 结构已损坏", "its structure is broken") from None
    return only_found(counted)


def _earlier(file: IO[bytes]) -> int:
    """How often it was saved by appending: what was there before is still in it."""
    file.seek(0)
    content = file.read()
    linearized = b"/Linearized" in content[:1024]  # such a file has two ends from the beginning
    return max(0, content.count(b"%%EOF") - 1 - linearized)
