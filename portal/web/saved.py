"""暂存: what was typed on a page is kept for its writer alone, and never where it might be a state secret."""

from engine.actor import Actor
from engine.acts import desk
from engine.service import Service
from portal.web.caller import Fields, one
from portal.web.fields import PREFIX
from rules.disclosure import Ground
from rules.errors import ClassifiedContentRefused

DRAFT = "draft."
"""Before the names of a draft's fields where an intake stands beside them."""
_NOT_TYPED = ("csrf", "key", "what")


def says_secret(form: Fields) -> bool:
    """Whether what was typed claims a state secret, as a yes or as the ground for withholding."""
    return any(
        one(form, f"{PREFIX}{draft}state_secret")
        or one(form, f"{PREFIX}{draft}ground") == Ground.STATE_SECRET
        for draft in ("", DRAFT)
    )


def keep_typed(service: Service, actor: Actor, about: str, form: Fields) -> None:
    """Keep what was typed on the page ``about``; nothing is decided.

    Raises:
        InvalidInput: more than a page can hold.
    """
    kept = {name: values[-1] for name, values in form.items() if name not in _NOT_TYPED}
    desk.save_draft(service, actor, about, kept)


def not_kept() -> ClassifiedContentRefused:
    """Why what may be secret is not kept."""
    return ClassifiedContentRefused(where="draft", refused="暂存内容", refused_en="a saved draft")
