"""Chinese first; English by switch. The catalogue is read as text at start: nothing is built beforehand."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from fastapi import Request

LANGUAGES = ("zh", "en")
COOKIE = "language"
_LOCALE = Path(__file__).parent.parent / "locale"


def language_of(request: Request) -> str:
    """The language the browser was switched to; Chinese until then."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language; Chinese is what the messages are written in."""
    path = _LOCALE / language / "LC_MESSAGES" / "gongkai.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
