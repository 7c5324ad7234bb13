"""The Prefect side of a procedure: what its flow does when Prefect runs it."""

from dataclasses import replace
from typing import Any

from engine.procedures import Procedure


def as_flow(chosen: Procedure) -> Procedure:
    """The procedure with its Prefect flow."""
    flow: Any = None
    return replace(chosen, flow=flow)
