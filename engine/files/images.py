"""Images: PNG and JPEG, complete, no larger than paper is scanned; and where and by whom they were taken."""

import re
import zipfile
from collections import Counter
from typing import IO

from PIL import ExifTags, Image, UnidentifiedImageError

from engine.files.hidden import Found, Hidden, only_found
from engine.files.kinds import JPEG, PNG, FileKind
from engine.files.refusal import Unacceptable

MAX_PIXELS = 80_000_000
"""A3 at 600 dots per inch."""
_A_LOOK = (64, 64)

_ARTIST, _OWNER, _SERIAL = 0x013B, 0xA430, 0xA431  # EXIF 2.32: Artist, CameraOwnerName, BodySerialNumber
_WINDOWS_AUTHOR = 0x9C9D
_PLACE_XMP = re.compile(rb"exif:GPSL")
AUTHOR_XMP = re.compile(rb"<dc:creator>\s*<rdf:Seq>\s*<rdf:li[^>]*>\s*[^<\s]")
"""A name in the metadata that images and PDF share (ISO 16684)."""
_PHOTO = re.compile(r"\.jpe?g$", re.IGNORECASE)


def check(file: IO[bytes], kind: FileKind) -> None:
    """A complete image of that kind.

    Raises:
        Unacceptable: another format, broken, or with too many pixels.
    """
    Image.MAX_IMAGE_PIXELS = None  # the limit here is ours, and says how much
    try:
        image = Image.open(file, formats=(kind.name,))
        if image.width * image.height > MAX_PIXELS:
            raise Unacceptable(
                f"图像超过{MAX_PIXELS // 10**6}百万像素", f"it has more than {MAX_PIXELS // 10**6} megapixels"
            )
        if kind is JPEG:  # decoded to its end, at an eighth of its size
            image.draft("L", _A_LOOK)
            image.load()
        else:  # the checksum of every part
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        raise Unacceptable("图像已损坏或不是该格式", "the image is broken or of another format") from None


def hidden(file: IO[bytes]) -> Found:
    """Where a picture was taken, by whom, with whose camera (EXIF, XMP)."""
    file.seek(0)
    return only_found(_hidden(file))


def hidden_in(archive: zipfile.ZipFile) -> Counter[Hidden]:
    """The same of the photographs inside a document."""
    counted: Counter[Hidden] = Counter()
    for name in archive.namelist():
        if _PHOTO.search(name):
            with archive.open(name) as photo:
                counted += photo_hides(photo)
    return counted


def photo_hides(photo: IO[bytes]) -> Counter[Hidden]:
    """Of one photograph in a document; one that is broken says nothing."""
    try:
        return _hidden(photo)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        return Counter()


def _hidden(file: IO[bytes]) -> Counter[Hidden]:
    image = Image.open(file, formats=(JPEG.name, PNG.name))
    exif = image.getexif()
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    said = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    xmp = said.encode() if isinstance(said, str) else bytes(said)
    counted: Counter[Hidden] = Counter()
    counted[Hidden.LOCATION] += bool(exif.get_ifd(ExifTags.IFD.GPSInfo)) or _PLACE_XMP.search(xmp) is not None
    counted[Hidden.AUTHOR] += (
        any(exif.get(tag) for tag in (_ARTIST, _WINDOWS_AUTHOR))
        or bool(image.info.get("Author"))
        or AUTHOR_XMP.search(xmp) is not None
    )
    counted[Hidden.CAMERA] += any(camera.get(tag) for tag in (_OWNER, _SERIAL))
    return counted
