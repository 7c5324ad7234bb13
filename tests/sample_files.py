"""Files as people bring them, made here: each small, each of one kind, and some that must be refused."""

import zipfile
import zlib
from io import BytesIO

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

WORDS = "各镇人民政府：请开展安全生产检查。"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_OFD = "http://www.ofdspec.org/2016"


def zipped(parts: dict[str, bytes | str], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these parts."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def docx_parts(body: str = WORDS, *, main: str = _MAIN, relations: str = "") -> dict[str, bytes | str]:
    """The parts of a Word document with one paragraph."""
    return {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
        ),
        "_rels/.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            'officeDocument" Target="word/document.xml"/></Relationships>'
        ),
        "word/_rels/document.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{relations}</Relationships>"
        ),
        "word/document.xml": (
            f'<w:document xmlns:w="{_W}"><w:body><w:p><w:r><w:t>{body[:6]}</w:t></w:r>'
            f"<w:r><w:t>{body[6:]}</w:t></w:r></w:p></w:body></w:document>"
        ),
    }


def docx(body: str = WORDS) -> bytes:
    """A Word document."""
    return zipped(docx_parts(body))


def ofd_parts(body: str = WORDS) -> dict[str, bytes | str]:
    """The parts of an OFD document whose one line is written as two objects."""
    at = 'Boundary="20 30 100 6"'
    return {
        "OFD.xml": f'<ofd:OFD xmlns:ofd="{_OFD}" Version="1.0"><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml'
        "</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f'<ofd:Document xmlns:ofd="{_OFD}"><ofd:Pages>'
        '<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
        "Doc_0/Pages/Page_0/Content.xml": f'<ofd:Page xmlns:ofd="{_OFD}"><ofd:Content><ofd:Layer>'
        f"<ofd:TextObject {at}><ofd:TextCode>{body[:6]}</ofd:TextCode></ofd:TextObject>"
        f"<ofd:TextObject {at}><ofd:TextCode>{body[6:]}</ofd:TextCode></ofd:TextObject>"
        "</ofd:Layer></ofd:Content></ofd:Page>",
    }


def ofd(body: str = WORDS) -> bytes:
    """An OFD document."""
    return zipped(ofd_parts(body))


def pdf_writer(words: str = "Safety inspection", *, padding: int = 0) -> PdfWriter:
    """A PDF with one page, red at its foot; ``padding`` bytes of incompressible content make it large."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): font})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    drawn = DecodedStreamObject()
    drawn.set_data(
        b"1 0 0 rg 0 0 595 700 re f 0 g BT /F1 24 Tf 72 760 Td (%s) Tj ET" % words.encode("latin-1")
    )
    page[NameObject("/Contents")] = writer._add_object(drawn)
    if padding:
        heavy = DecodedStreamObject()
        heavy.set_data(b"\xa5" * padding)
        page[NameObject("/Heavy")] = writer._add_object(heavy)
    return writer


def pdf(words: str = "Safety inspection", *, padding: int = 0) -> bytes:
    """A PDF."""
    return written(pdf_writer(words, padding=padding))


def written(writer: PdfWriter) -> bytes:
    """What a writer holds, as bytes."""
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def image(form: str, size: tuple[int, int] = (40, 30)) -> bytes:
    """A red image, ``PNG`` or ``JPEG``."""
    made = BytesIO()
    Image.new("RGB", size, (200, 0, 0)).save(made, form)
    return made.getvalue()


def huge_png() -> bytes:
    """A PNG that says it has 100,000 × 100,000 pixels, in a hundred bytes."""
    head = (100_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in parts
    )


def zip_bomb() -> bytes:
    """A Word document with half a gigabyte of zeros in half a megabyte."""
    return zipped(docx_parts() | {f"word/media/{n}.emf": b"\0" * 50_000_000 for n in range(10)})
