"""Files as people bring them, made here: each small, each of one kind, and some that must be refused."""

import zipfile
import zlib
from io import BytesIO

from PIL import ExifTags, Image
from pypdf import PdfWriter
from pypdf.annotations import Link, Text
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject

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


_DC = "http://purl.org/dc/elements/1.1/"
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"


def word_parts(paragraphs: str, **more: str) -> dict[str, bytes | str]:
    """A Word document with these paragraphs in WordprocessingML, and more parts of ``word/``."""
    parts = docx_parts() | {
        "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body>{paragraphs}</w:body></w:document>'
    }
    return parts | {f"word/{name}.xml": f'<w:x xmlns:w="{_W}">{xml}</w:x>' for name, xml in more.items()}


def docx_with_traces() -> bytes:
    """A Word document with three tracked changes, two comments, two hidden passages, names, a photograph."""
    paragraphs = (
        '<w:p><w:ins w:author="甲"><w:r><w:t>请开展</w:t></w:r></w:ins>'
        '<w:del w:author="乙"><w:r><w:delText>线人王某</w:delText></w:r></w:del>'
        "<w:moveFrom><w:r><w:t>移走的话</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>检查</w:t></w:r></w:moveTo>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>内部口径</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>。</w:t></w:r>'
        "<w:r><w:rPr><w:vanish/></w:rPr><w:instrText>TOC</w:instrText></w:r></w:p>"
        '<w:p><w:r><w:rPr><w:rStyle w:val="Quiet"/></w:rPr><w:t>另有安排</w:t></w:r></w:p>'
    )
    styles = '<w:style w:styleId="Quiet"><w:rPr><w:vanish/></w:rPr></w:style>'
    comments = "<w:comment><w:p/></w:comment>" * 2
    return zipped(
        word_parts(paragraphs, styles=styles, comments=comments)
        | {
            "docProps/core.xml": f'<c xmlns:dc="{_DC}"><dc:creator>王某</dc:creator></c>',
            "docProps/app.xml": f'<Properties xmlns="{_PROPERTIES}"><Company>某局</Company></Properties>',
            "word/media/image1.jpeg": photograph(),
        }
    )


def photograph(form: str = "JPEG") -> bytes:
    """A picture that says where and with whose camera it was taken."""
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (30.0, 15.0, 0.0)
    exif.get_ifd(ExifTags.IFD.Exif)[0xA430] = "王某"
    made = BytesIO()
    Image.new("RGB", (40, 30), (200, 0, 0)).save(made, form, exif=exif.tobytes())
    return made.getvalue()


def annotated_pdf() -> bytes:
    """A PDF with a note, a link, an author, a layer switched off, and a state before it was last saved."""
    writer = pdf_writer()
    writer.add_annotation(0, Text(rect=(50, 50, 80, 80), text="不要公开这一句"))
    writer.add_annotation(0, Link(rect=(50, 90, 80, 99), url="https://example.gov.cn/"))
    writer.add_metadata({"/Author": "王某"})
    off = writer._add_object(DictionaryObject({NameObject("/Type"): NameObject("/OCG")}))
    writer.root_object[NameObject("/OCProperties")] = DictionaryObject(
        {NameObject("/D"): DictionaryObject({NameObject("/OFF"): ArrayObject([off])})}
    )
    appended = PdfWriter(BytesIO(written(writer)), incremental=True)
    appended.pages[0][NameObject("/Rotate")] = NumberObject(0)
    return written(appended)


def annotated_ofd() -> bytes:
    """An OFD document with an annotation, a seal's watermark, an author and an earlier version inside."""
    parts = ofd_parts()
    parts["OFD.xml"] = str(parts["OFD.xml"]).replace(
        "<ofd:DocBody>",
        "<ofd:DocBody><ofd:DocInfo><ofd:Author>王某</ofd:Author></ofd:DocInfo>"
        '<ofd:Versions><ofd:Version ID="1" Index="1" BaseLoc="Doc_0/V1.xml"/></ofd:Versions>',
    )
    parts["Doc_0/Document.xml"] = str(parts["Doc_0/Document.xml"]).replace(
        "</ofd:Document>", "<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations></ofd:Document>"
    )
    return zipped(
        parts
        | {
            "Doc_0/Annots/Annotations.xml": f'<ofd:Annotations xmlns:ofd="{_OFD}"><ofd:Page PageID="1">'
            "<ofd:FileLoc>Page_0/Annotation.xml</ofd:FileLoc></ofd:Page></ofd:Annotations>",
            "Doc_0/Annots/Page_0/Annotation.xml": f'<ofd:PageAnnot xmlns:ofd="{_OFD}">'
            '<ofd:Annot ID="2" Type="Highlight"/><ofd:Annot ID="3" Type="Watermark"/></ofd:PageAnnot>',
        }
    )


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
