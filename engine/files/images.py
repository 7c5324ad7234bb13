"""Images: PNG and JPEG, complete, and no larger than paper is scanned."""

from typing import IO

from PIL import Image, UnidentifiedImageError

from engine.files.kinds import JPEG, FileKind
from engine.files.refusal import Unacceptable

MAX_PIXELS = 80_000_000
"""A3 at 600 dots per inch."""
_A_LOOK = (64, 64)


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
