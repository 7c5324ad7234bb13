"""How cases belong together 关联: a document and its interpretation, consultation, reviews and changes."""

from enum import StrEnum


class Relation(StrEnum):
    """What the later case is to the other one; read from the side of the case that names it."""

    INTERPRETS = "interprets"
    CONSULTS_ON = "consults-on"
    REVIEWS_CONFIDENTIALITY = "reviews-confidentiality"
    REVIEWS_ATTRIBUTE = "reviews-attribute"
    DISCLOSES_ANEW = "discloses-anew"
    RESPONDS_TO = "responds-to"
    CHANGES = "changes"
    PART_OF = "part-of"
    FOLLOWS_UP = "follows-up"

    @property
    def of_this(self) -> tuple[str, str]:
        """What the other case is to the one that names it, Chinese and English."""
        return _NAMES[self][0]

    @property
    def of_other(self) -> tuple[str, str]:
        """What the case that names it is to the other one, Chinese and English."""
        return _NAMES[self][1]


_NAMES: dict[Relation, tuple[tuple[str, str], tuple[str, str]]] = {
    Relation.INTERPRETS: (
        ("所解读的政策性文件", "The document it interprets"),
        ("该文件的政策解读", "The interpretation of this document"),
    ),
    Relation.CONSULTS_ON: (
        ("征求意见所涉文件", "The document it consults on"),
        ("该文件的公众参与", "The public participation on this document"),
    ),
    Relation.REVIEWS_CONFIDENTIALITY: (
        ("所审查的事项", "What it reviews for secrecy"),
        ("该事项的保密审查", "The confidentiality review of this case"),
    ),
    Relation.REVIEWS_ATTRIBUTE: (
        ("自查的文件", "The document whose attribute it reviews"),
        ("该文件的公开属性自查", "The review of this document's attribute"),
    ),
    Relation.DISCLOSES_ANEW: (
        ("原办理事项", "The case that issued the document"),
        ("转为主动公开", "Its disclosure after the attribute was changed"),
    ),
    Relation.RESPONDS_TO: (
        ("舆情所涉事项", "What the public opinion is about"),
        ("对该事项的回应关切", "The response to public opinion about this case"),
    ),
    Relation.CHANGES: (
        ("所变更的已公开文件", "The published document it changes"),
        ("对该文件的撤下或网址变更", "A take-down or change of address of this document"),
    ),
    Relation.PART_OF: (
        ("所属事项", "The case it is part of"),
        ("其下事项", "A case that is part of it"),
    ),
    Relation.FOLLOWS_UP: (
        ("所跟进的事项", "The case it follows up"),
        ("跟进事项", "A case that follows it up"),
    ),
}
