"""How much of an interpretation is copied from its document: plain language is asked for, not a copy.

Source: 应急厅函〔2019〕390号 四(二)4.
"""

import re
from functools import cache
from pathlib import Path

import yaml  # type: ignore[import-untyped]

_BREAKS = re.compile(r"[。！？；!?;\n]+")
_SILENT = re.compile(r"[\W_]+")
SHORTEST = 8
"""Characters of a sentence that counts: headings and names are said alike everywhere."""


def copied_share(material: str, document: str) -> int:
    """Percent of the material's characters that stand in sentences the document has too."""
    sentences = [plain for each in _BREAKS.split(material) if len(plain := _SILENT.sub("", each)) >= SHORTEST]
    said = _SILENT.sub("", document)
    copied = sum(len(each) for each in sentences if each in said)
    return round(100 * copied / sum(map(len, sentences))) if sentences else 0


@cache
def most_copied() -> int:
    """The share, in percent, above which an interpretation is sent back; the notice names none."""
    path = Path(__file__).parent / "data" / "plain_language.yaml"
    return int(yaml.safe_load(path.read_text(encoding="utf-8"))["most_copied_percent"]["number"])
