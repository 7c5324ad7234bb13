"""Signing orders 会签方式 as pure functions: who is asked now, and when a review is settled."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.calls import Action, SigningOrder


@dataclass(frozen=True)
class Signed:
    """One signer's decision within a step round, by the signer's place in the list."""

    ordinal: int
    action: Action


def asked_first(order: SigningOrder, signers: int) -> range:
    """The places whose to-dos open with the step."""
    return range(min(signers, 1)) if order in (SigningOrder.IN_ORDER, SigningOrder.ONE) else range(signers)


def asked_next(order: SigningOrder, signers: int, signed: Sequence[Signed]) -> int | None:
    """The place to open after these decisions; only signing in order has one."""
    if order is SigningOrder.IN_ORDER and len(signed) < signers:
        return len(signed)
    return None


def settled_action(order: SigningOrder, signers: int, signed: Sequence[Signed]) -> Action | None:
    """The action the review settles with, or ``None`` while signers are missing.

    One return settles every order. With ALL and IN_ORDER a disagreement is kept and the others are
    still asked; it then stands for the whole.
    """
    if not signed:
        return None
    if any(s.action is Action.RETURN for s in signed):
        return Action.RETURN
    if order in (SigningOrder.ONE, SigningOrder.ANY):
        return signed[0].action
    if len({s.ordinal for s in signed}) < signers:
        return None
    return Action.REJECT if any(s.action is Action.REJECT for s in signed) else Action.APPROVE
