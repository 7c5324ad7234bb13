"""公众参与 as data: the forms it takes, what becomes of a comment, and the numbers that are no periods."""

from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml  # type: ignore[import-untyped]

DATA = Path(__file__).parent / "data" / "participation.yaml"
LONGEST_COMMENT = 2_000
"""Characters; the database holds to it too."""


class ParticipationForm(StrEnum):
    """通过政府网站、听证座谈、咨询协商、列席会议、媒体吹风等方式 (四(四)1)."""

    WEBSITE = "website"
    HEARING = "hearing"
    CONSULTATION = "consultation"
    MEETING = "meeting"
    BRIEFING = "briefing"

    @property
    def names(self) -> tuple[str, str]:
        """Chinese and English."""
        return _FORMS[self]


_FORMS = {
    ParticipationForm.WEBSITE: ("网站征求意见", "Comments on the website"),
    ParticipationForm.HEARING: ("听证座谈", "Hearing"),
    ParticipationForm.CONSULTATION: ("咨询协商", "Consultation"),
    ParticipationForm.MEETING: ("列席会议", "Attending a meeting"),
    ParticipationForm.BRIEFING: ("媒体吹风", "Media briefing"),
}


class Disposition(StrEnum):
    """采纳情况 of one comment."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    NOT_ADOPTED = "not_adopted"

    @property
    def names(self) -> tuple[str, str]:
        """Chinese and English."""
        return _DISPOSITIONS[self]


_DISPOSITIONS = {
    Disposition.ADOPTED: ("采纳", "adopted"),
    Disposition.PARTLY: ("部分采纳", "partly adopted"),
    Disposition.NOT_ADOPTED: ("未采纳", "not adopted"),
}


class CommentChannel(StrEnum):
    """How a comment came."""

    WEB = "web"
    LETTER = "letter"
    MAIL = "mail"
    PHONE = "phone"
    HEARING = "hearing"
    OTHER = "other"

    @property
    def names(self) -> tuple[str, str]:
        """Chinese and English."""
        return _CHANNELS[self]


_CHANNELS = {
    CommentChannel.WEB: ("网页", "web page"),
    CommentChannel.LETTER: ("信函", "letter"),
    CommentChannel.MAIL: ("电子邮件", "e-mail"),
    CommentChannel.PHONE: ("电话", "telephone"),
    CommentChannel.HEARING: ("听证座谈", "hearing"),
    CommentChannel.OTHER: ("其他", "other"),
}


class PaperChannel(StrEnum):
    """How a comment comes that somebody registers by hand."""

    LETTER = "letter"
    MAIL = "mail"
    PHONE = "phone"
    HEARING = "hearing"
    OTHER = "other"


def number(key: str) -> int:
    """One of the numbers in ``data/participation.yaml``."""
    return _numbers()[key]


@cache
def _numbers() -> dict[str, int]:
    rows = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return {row["key"]: int(row["number"]) for row in rows}
