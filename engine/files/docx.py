"""docx (ISO/IEC 29500): its structure, what must not be in it, its text, and what its reader does not see."""

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

_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_ACTIVE = re.compile(
    r"macroenabled|vbaproject|vbadata|activex|oleobject|\.bin$|\.exe$|package$", re.IGNORECASE
)
_ACTIVE_PARTS = re.compile(r"vba|activex|\.(bin|exe|dll|js|vbs|html?|mht|rtf|docm|xlsm|pptm)$", re.IGNORECASE)
_FONTS = re.compile(r"^word/fonts/[^/]+\.odttf$")
_OUTSIDE_ALLOWED = ("hyperlink",)
_LEFT_OUT = ("Fallback", "del", "moveFrom")
"""The second drawing of a text box, and what tracked changes took away."""
_REVISION = re.compile(r"(ins|del|moveFrom|cellIns|cellDel|\w+Change)")
_PROPERTIES = re.compile(r"docProps/[^/]+\.xml")
_OFF = ("0", "false", "off")
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
    line, left_out = "", 0
    for event, element in walk_xml(archive, _main(archive)):
        name = local(element.tag)
        if name in _LEFT_OUT:
            left_out += 1 if event == "start" else -1
        if event == "start" or left_out:
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


def hidden(archive: zipfile.ZipFile) -> Found:
    """Tracked changes, comments, hidden text, names in the properties, where pictures were taken.

    Raises:
        Unacceptable: a part is not what it must be.
    """
    folder, names = posixpath.dirname(_main(archive)), archive.namelist()
    counted: Counter[Hidden] = Counter()
    styles = _hidden_styles(archive, f"{folder}/styles.xml")
    for name in names:
        if posixpath.dirname(name) == folder and name.endswith(".xml"):  # text, notes, heads, feet, comments
            counted += _hidden_in(archive, name, styles)
        elif _PROPERTIES.fullmatch(name):
            counted += _named_in(archive, name)
    return only_found(counted + images.hidden_in(archive))


def _main(archive: zipfile.ZipFile) -> str:
    types = xml_of(archive, "[Content_Types].xml")
    return next(e.get("PartName", "") for e in types if e.get("ContentType") == _MAIN).lstrip("/")


def _hidden_in(archive: zipfile.ZipFile, name: str, styles: set[str]) -> Counter[Hidden]:
    counted: Counter[Hidden] = Counter()
    doubled = 0
    for event, element in walk_xml(archive, name):
        tag = local(element.tag)
        if tag == "Fallback":
            doubled += 1 if event == "start" else -1
        if doubled:
            continue
        if event == "start":
            counted[Hidden.REVISIONS] += _REVISION.fullmatch(tag) is not None
            counted[Hidden.COMMENTS] += tag == "comment"
        elif tag == "p":
            counted[Hidden.HIDDEN_TEXT] += _hidden_runs(element, styles)
            element.clear()
    return counted


def _hidden_runs(paragraph: Element, styles: set[str]) -> int:
    """Passages with text that Word does not show: hidden by themselves or by a style."""
    whole = any(_value(e) in styles for e in paragraph.iter() if local(e.tag) == "pStyle")
    runs = [e for e in paragraph.iter() if local(e.tag) == "r"]
    return sum(
        any(local(e.tag) == "t" and (e.text or "").strip() for e in run.iter())
        and (
            whole or any(_hides(e) or (local(e.tag) == "rStyle" and _value(e) in styles) for e in run.iter())
        )
        for run in runs
    )


def _hides(element: Element) -> bool:
    return local(element.tag) == "vanish" and _value(element) not in _OFF


def _hidden_styles(archive: zipfile.ZipFile, name: str) -> set[str]:
    if name not in archive.namelist():
        return set()
    styles = (e for e in xml_of(archive, name) if local(e.tag) == "style" and any(map(_hides, e.iter())))
    return {v for style in styles for k, v in style.attrib.items() if local(k) == "styleId"}


def _value(element: Element) -> str:
    return next((v for k, v in element.attrib.items() if local(k) == "val"), "")


def _named_in(archive: zipfile.ZipFile, name: str) -> Counter[Hidden]:
    said = {local(e.tag) for e in xml_of(archive, name).iter() if (e.text or "").strip()}
    counted: Counter[Hidden] = Counter()
    counted[Hidden.AUTHOR] += not said.isdisjoint({"creator", "lastModifiedBy", "Manager"})
    counted[Hidden.COMPANY] += "Company" in said
    return counted
