"""docx (ISO/IEC 29500): its structure, what must not be in it, and its text."""

import re
import zipfile
from collections.abc import Iterator

from engine.files.archives import local, walk_xml, xml_of
from engine.files.refusal import Unacceptable

_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_ACTIVE = re.compile(
    r"macroenabled|vbaproject|vbadata|activex|oleobject|\.bin$|\.exe$|package$", re.IGNORECASE
)
_ACTIVE_PARTS = re.compile(r"vba|activex|\.(bin|exe|dll|js|vbs|html?|mht|rtf|docm|xlsm|pptm)$", re.IGNORECASE)
_FONTS = re.compile(r"^word/fonts/[^/]+\.odttf$")
_OUTSIDE_ALLOWED = ("hyperlink",)
_RUNS_FIELD = re.compile(r"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|LINK)\b", re.IGNORECASE)


def check(archive: zipfile.ZipFile) -> None:
    """A Word document without macros, embedded programs, or anything fetched from elsewhere on opening.

    Raises:
        Unacceptable.
    """
    types = xml_of(archive, "[Content_Types].xml")
    declared = {e.get("PartName", "") + e.get("Extension", ""): e.get("ContentType", "") for e in types}
    main = [part for part, kind in declared.items() if kind == _MAIN]
    if any(_ACTIVE.search(kind) for kind in declared.values()) or _has_active_part(archive):
        raise Unacceptable("含有宏、控件或嵌入程序", "it holds macros, controls or embedded programs")
    if len(main) != 1 or main[0].lstrip("/") not in archive.namelist():
        raise Unacceptable("不是 Word 文档（docx）", "it is no Word document (docx)")
    for name in archive.namelist():
        if name.endswith(".rels"):
            _check_relations(archive, name)
    if any(_RUNS_FIELD.search(field) for field in _fields(archive, main[0].lstrip("/"))):
        raise _reaches_out()


def _has_active_part(archive: zipfile.ZipFile) -> bool:
    return any(_ACTIVE_PARTS.search(name) for name in archive.namelist() if not _FONTS.match(name))


def _check_relations(archive: zipfile.ZipFile, name: str) -> None:
    for relation in xml_of(archive, name):
        kind = relation.get("Type", "").rpartition("/")[2].lower()
        if relation.get("TargetMode", "").lower() == "external" and kind not in _OUTSIDE_ALLOWED:
            raise _reaches_out()
        if kind in ("afchunk", "oleobject", "control", "vbaproject"):
            raise Unacceptable("含有嵌入对象", "it holds an embedded object")


def _fields(archive: zipfile.ZipFile, main: str) -> Iterator[str]:
    """Field codes; one may be cut into several runs, so those of a paragraph are joined."""
    code = ""
    for event, element in walk_xml(archive, main):
        name = local(element.tag)
        if event == "start" and name == "fldSimple":
            yield next((v for k, v in element.attrib.items() if local(k) == "instr"), "")
        elif event == "end" and name == "instrText":
            code += element.text or ""
        elif event == "end" and name == "p":
            yield code
            code = ""
            element.clear()


def _reaches_out() -> Unacceptable:
    return Unacceptable("打开时会读取外部内容", "it fetches something from elsewhere when it is opened")


def text(archive: zipfile.ZipFile) -> Iterator[str]:
    """The text, a line per paragraph; deleted passages and doubled text boxes are left out."""
    types = xml_of(archive, "[Content_Types].xml")
    main = next(e.get("PartName", "") for e in types if e.get("ContentType") == _MAIN).lstrip("/")
    line, doubled = "", 0
    for event, element in walk_xml(archive, main):
        name = local(element.tag)
        if name == "Fallback":
            doubled += 1 if event == "start" else -1
        if event == "start" or doubled:
            continue
        if name == "t":
            line += element.text or ""
        elif name == "tab":
            line += "\t"
        elif name in ("br", "cr"):
            line += "\n"
        elif name == "p":
            yield line + "\n"
            line = ""
            element.clear()
