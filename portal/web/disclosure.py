"""What every page about a document says of its disclosure."""

from typing import TypedDict

from engine.reading import VersionContent
from rules.disclosure import DisclosureAttribute, Ground


class Disclosure(TypedDict):
    """公开属性 and 不予公开的依据, as the templates name them."""

    attribute: DisclosureAttribute | None
    ground: Ground | None


def disclosure_of(document: VersionContent | None) -> Disclosure:
    """Both of a version; nothing where there is none, or none may be seen, or none is stated yet."""
    attribute, ground = (document.attribute, document.ground) if document else ("", "")
    return {
        "attribute": DisclosureAttribute(attribute) if attribute else None,
        "ground": Ground(ground) if ground else None,
    }
