"""``review`` 审核: people decide, in a signing order, about one version of the document."""

from collections.abc import Sequence

from engine.calls import Action, ReviewCall, SigningOrder, Title
from rules.positions import Position

APPROVE_OR_RETURN = (Action.APPROVE, Action.RETURN)
APPROVE_RETURN_OR_DISAGREE = (Action.APPROVE, Action.RETURN, Action.REJECT)


def review(
    key: str,
    title: tuple[str, str],
    *positions: Position,
    order: SigningOrder = SigningOrder.ONE,
    actions: tuple[Action, ...] = (Action.APPROVE, Action.RETURN),
    opinion_for: tuple[Action, ...] = (Action.RETURN, Action.REJECT),
    form: str = "",
    return_form: str = "",
    basis: str = "",
    edits_document: bool = False,
    signs: bool = False,
    clerical: bool = False,
    version: int | None = None,
    beside: Sequence[int] = (),
    within: str = "",
    silence: str = "",
    units: tuple[str, ...] = (),
) -> ReviewCall:
    """Ask the holders of ``positions``. Await it alone, or give it to ``circulate``.

    Args:
        title: Chinese and English name of the step.
        units: codes of the units whose posts are asked, one per position; the case's own if none is given.
        order: one signer, any, all, or in order.
        actions: what the holder may do.
        opinion_for: the actions that need a reason.
        form: name of the form an approval fills in, as the procedure registers it.
        return_form: the form a return fills in, besides its reason.
        signs: the final signature; nobody who reviewed may give it.
        clerical: numbering or moving paper; the drafter may do it.
        version: the document version it is about; ``circulate`` fills it in.
        beside: versions of other cases that are decided on together with it.
        within: key of the number in ``rules/data/parameters.yaml`` that says how long it may take.
        silence: the article that gives silence a meaning; when the time is over the step then lapses, and
            awaiting gives ``Lapsed``. Everywhere else a late decision counts.

    Raises:
        ValueError: units that do not fit the positions; silence that would sign or draft, or without a time
            that could be over.
    """
    if silence and (signs or edits_document or not within):
        raise ValueError(
            f"{key}: silence signs nothing and drafts nothing, and needs a time that can be over"
        )
    if units and len(units) != len(positions):
        raise ValueError(f"{key}: a unit for each position, or none")
    return ReviewCall(
        key=key,
        title=Title(*title),
        basis=basis,
        signers=list(positions),
        units=list(units),
        order=order,
        actions=list(actions),
        opinion_for=list(opinion_for),
        form=form,
        return_form=return_form,
        edits_document=edits_document,
        signs=signs,
        clerical=clerical,
        document_version_id=version,
        beside=list(beside),
        target=within,
        silence=silence,
    )
