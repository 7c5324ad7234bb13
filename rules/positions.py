"""Positions 岗位 a procedure may ask. Who holds them is site data; what they are is not."""

from enum import StrEnum


class Position(StrEnum):
    """A post that acts in a procedure. ``of_unit`` posts are held per section (股室)."""

    DRAFTER = "drafter"
    SECTION_HEAD = "section_head"
    LEGAL_OFFICE = "legal_office"
    OFFICE = "office"
    OPENNESS_OFFICE = "openness_office"
    SECRECY_OFFICE = "secrecy_office"
    DEPUTY_HEAD = "deputy_head"
    HEAD = "head"
    PUBLISHER = "publisher"
    ARCHIVIST = "archivist"
    ADMINISTRATOR = "administrator"
    MANAGER = "manager"

    @property
    def chinese(self) -> str:
        """The post's name as the bureau says it."""
        return _NAMES[self][0]

    @property
    def english(self) -> str:
        """The post's name in English."""
        return _NAMES[self][1]

    @property
    def of_unit(self) -> bool:
        """True when each section has a holder of its own."""
        return self in {Position.DRAFTER, Position.SECTION_HEAD}


_NAMES = {
    Position.DRAFTER: ("拟稿人", "drafter"),
    Position.SECTION_HEAD: ("股室负责人", "section head"),
    Position.LEGAL_OFFICE: ("法规股", "legal office"),
    Position.OFFICE: ("办公室", "office"),
    Position.OPENNESS_OFFICE: ("政务公开工作机构", "openness office"),
    Position.SECRECY_OFFICE: ("保密工作机构", "secrecy office"),
    Position.DEPUTY_HEAD: ("分管负责人", "deputy head"),
    Position.HEAD: ("主要负责人", "head"),
    Position.PUBLISHER: ("网站发布员", "publisher"),
    Position.ARCHIVIST: ("档案与查阅点移送员", "archivist"),
    Position.ADMINISTRATOR: ("系统管理员", "administrator"),
    Position.MANAGER: ("管理者", "manager"),
}

_SUPERIORS = {
    Position.DRAFTER: Position.SECTION_HEAD,
    Position.DEPUTY_HEAD: Position.HEAD,
}
_ABOVE = (Position.DEPUTY_HEAD, Position.HEAD)


def escalation_of(position: Position, place: int) -> Position:
    """Whom a missed limit of this post's holder goes to: the first time the superior, then the deputy head,
    then the head. Nobody stands above the head, and nobody is asked about their own delay but the head.
    """
    chain = [_SUPERIORS.get(position, Position.DEPUTY_HEAD), *_ABOVE]
    if position in (Position.DEPUTY_HEAD, Position.HEAD):
        chain = [Position.HEAD] * 3
    return chain[min(place, len(chain)) - 1]
