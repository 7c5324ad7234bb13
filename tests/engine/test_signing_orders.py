"""Signing orders one, any, all, in order: property tests over every sequence of decisions."""

from hypothesis import given
from hypothesis import strategies as st

from engine.calls import Action, SigningOrder
from engine.signing import Signed, asked_first, asked_next, settled_action

orders = st.sampled_from(SigningOrder)
actions = st.sampled_from(Action)


def sign(order: SigningOrder, signers: int, said: list[Action]) -> tuple[Action | None, int]:
    """Let signers decide in turn until the step settles; how it settled and after how many decisions."""
    signed: list[Signed] = []
    for count, action in enumerate(said[:signers], start=1):
        signed.append(Signed(count - 1, action))
        if (settled := settled_action(order, signers, signed)) is not None:
            return settled, count
    return None, len(signed)


@given(orders, st.integers(1, 5), st.lists(actions, min_size=5, max_size=5))
def test_every_order_settles_after_at_most_one_decision_each(order, signers, said) -> None:
    settled, count = sign(order, 1 if order is SigningOrder.ONE else signers, said)
    assert settled is not None
    assert count <= signers


@given(st.integers(1, 5), st.lists(actions, min_size=5, max_size=5))
def test_with_all_no_approval_without_every_signature(signers, said) -> None:
    settled, count = sign(SigningOrder.ALL, signers, said)
    if settled is Action.APPROVE:
        assert count == signers
        assert said[:signers] == [Action.APPROVE] * signers


@given(orders, st.integers(2, 5), st.lists(actions, min_size=5, max_size=5))
def test_one_return_settles_the_step_at_once(order, signers, said) -> None:
    said = [Action.RETURN, *said]
    assert sign(order, signers, said) == (Action.RETURN, 1)


@given(st.integers(2, 5), actions)
def test_with_any_the_first_decision_settles(signers, action) -> None:
    assert sign(SigningOrder.ANY, signers, [action]) == (action, 1)


def test_in_order_asks_one_signer_after_the_other() -> None:
    assert list(asked_first(SigningOrder.IN_ORDER, 3)) == [0]
    assert asked_next(SigningOrder.IN_ORDER, 3, [Signed(0, Action.APPROVE)]) == 1
    assert asked_next(SigningOrder.IN_ORDER, 3, [Signed(i, Action.APPROVE) for i in range(3)]) is None


def test_all_and_any_ask_everyone_at_once() -> None:
    assert list(asked_first(SigningOrder.ALL, 3)) == [0, 1, 2]
    assert list(asked_first(SigningOrder.ANY, 3)) == [0, 1, 2]
