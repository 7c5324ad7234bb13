"""The procedures as Prefect flows: ``flows.runs.proactive_disclosure`` is what a deployment names.

Any Prefect worker finds them here by module path. They are made when asked for, so that reading, deciding and
launching never load Prefect.
"""

from typing import Any

import flows  # noqa: F401  installs every procedure
from tasks import prefect_flow


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return prefect_flow(name)
