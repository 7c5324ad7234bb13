"""Zip based formats: the archive itself, before anything in it is understood.

Every entry is unpacked once, in pieces, so that neither a false size nor overlapping entries can hide a
bomb from whoever opens the file after us.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring, iterparse

from engine.files.refusal import Unacceptable

MAX_ENTRIES = 5_000
MAX_UNPACKED_BYTES = 300_000_000
MAX_RATIO = 200
RATIO_FREE_BYTES = 20_000_000
"""Text of this size may be packed as tightly as it likes: an empty table packs a thousand to one."""
MAX_XML_BYTES = 40_000_000
_PIECE = 1 << 16
_STRANGE_NAME = re.compile(r"^[/\\]|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|[\x00-\x1f]")


def open_archive(file: IO[bytes], *, size: int) -> zipfile.ZipFile:
    """The archive, with every entry unpacked once and found to be what its header says.

    Raises:
        Unacceptable: broken, encrypted, a bomb, or with names that lead out of it.
    """
    try:
        archive = zipfile.ZipFile(file)
        _check_listing(archive.infolist(), size)
        left = MAX_UNPACKED_BYTES
        for entry in archive.infolist():
            left -= _unpacked_size(archive, entry, left)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise Unacceptable("压缩结构已损坏", "its zip structure is broken") from None
    except zipfile.zlib.error:  # type: ignore[attr-defined]
        raise Unacceptable("压缩结构已损坏", "its zip structure is broken") from None
    return archive


def _check_listing(entries: list[zipfile.ZipInfo], size: int) -> None:
    names = [entry.filename for entry in entries]
    if not entries or len(entries) > MAX_ENTRIES:
        raise Unacceptable("压缩包内的文件过多或为空", "it holds too many parts, or none")
    if len(set(names)) != len(names) or any(_STRANGE_NAME.search(name) for name in names):
        raise Unacceptable("压缩包内有异常的文件名", "a part has an impossible name")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Unacceptable("文件已加密", "it is encrypted")
    if any(e.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for e in entries):
        raise Unacceptable("压缩方式不受支持", "it is packed in an unusual way")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES or (unpacked > RATIO_FREE_BYTES and unpacked > size * MAX_RATIO):
        raise _bomb()


def _unpacked_size(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> int:
    total = 0
    with archive.open(entry) as part:
        while piece := part.read(_PIECE):
            total += len(piece)
            if total > most:
                raise _bomb()
    return total


def _bomb() -> Unacceptable:
    return Unacceptable("解压后过大（疑为压缩炸弹）", "it unpacks to far too much (a zip bomb)")


def xml_of(archive: zipfile.ZipFile, name: str) -> Element:
    """A small part as XML; entities and document types are refused.

    Raises:
        Unacceptable: missing, too large, or not plain XML.
    """
    with _xml_part(archive, name) as part:
        root: Element = fromstring(part.read(), forbid_dtd=True)
        return root


def walk_xml(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, Element]]:
    """``start`` and ``end`` of every element of a part, without keeping the whole of it.

    Raises:
        Unacceptable: missing, too large, or not plain XML.
    """
    with _xml_part(archive, name) as part:
        yield from iterparse(part, events=("start", "end"), forbid_dtd=True)


@contextmanager
def _xml_part(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    try:
        if archive.getinfo(name).file_size > MAX_XML_BYTES:
            raise Unacceptable("文件内部的文字部分过大", "its text part is too large")
        with archive.open(name) as part:
            yield part
    except KeyError:
        raise Unacceptable("内部结构不完整", "a part it needs is missing") from None
    except (ParseError, DefusedXmlException, ValueError):
        raise Unacceptable("内部 XML 不符合要求", "a part is not plain XML") from None


def local(tag: str) -> str:
    """An element's name without its namespace."""
    return tag.rpartition("}")[2]
