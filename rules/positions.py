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
    MONITOR = "monitor"
    SPOKESPERSON = "spokesperson"
    HEARING_CHAIR = "hearing_chair"
    COUNTY_OFFICE = "county_office"
    PUBLICITY = "publicity"
    CYBERSPACE = "cyberspace"
    SUPERIOR = "superior"
    COMPETENT_DEPARTMENT = "competent_department"
    SECRECY_AUTHORITY = "secrecy_authority"
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

    @property
    def external(self) -> bool:
        """True for another body's post: it acts through the same inbox."""
        return self in _EXTERNAL


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
    Position.MONITOR: ("舆情监测员", "monitor"),
    Position.SPOKESPERSON: ("新闻发言人", "spokesperson"),
    Position.HEARING_CHAIR: ("听证主持人", "chair of the hearing"),
    Position.COUNTY_OFFICE: ("县政府办公室", "county government office"),
    Position.PUBLICITY: ("宣传部", "publicity department"),
    Position.CYBERSPACE: ("网信办", "cyberspace office"),
    Position.SUPERIOR: ("上级应急管理部门", "superior emergency management authority"),
    Position.COMPETENT_DEPARTMENT: ("有关业务主管部门", "competent business department"),
    Position.SECRECY_AUTHORITY: ("有权确定的保密行政管理部门", "authority competent for state secrets"),
    Position.ADMINISTRATOR: ("系统管理员", "administrator"),
    Position.MANAGER: ("管理者", "manager"),
}

_EXTERNAL = frozenset(
    {
        Position.COUNTY_OFFICE,
        Position.PUBLICITY,
        Position.CYBERSPACE,
        Position.SUPERIOR,
        Position.COMPETENT_DEPARTMENT,
        Position.SECRECY_AUTHORITY,
    }
)

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
