"""PDF (ISO 32000): readable by anybody, nothing that runs when it is opened, and its text."""

from collections.abc import Iterator
from typing import IO, Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

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
    except (PyPdfError, RecursionError, ValueError, KeyError, TypeError, AttributeError, IndexError):
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
        except (PyPdfError, RecursionError, ValueError, KeyError, TypeError, AttributeError, IndexError):
            continue
