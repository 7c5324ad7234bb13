"""What the worker loads: our procedures, whatever else a deployment in its pool may name."""

import pytest

from deployments.prefect_worker import ForeignDeployment, load_procedure


def test_procedure_is_loaded_by_its_entrypoint() -> None:
    assert load_procedure("flows.runs.proactive_disclosure").name == "proactive-disclosure"


@pytest.mark.parametrize(
    "entrypoint",
    [
        "os.system",
        "stranger.py:flow",
        "flows/runs.py:proactive_disclosure",
        "flows.runs",
        "flows.runs.__getattr__",
        "flows.runs.proactive_disclosure.body",
        "flows.runs.proactive_disclosure:flow",
        "xflows.runs.proactive_disclosure",
        "",
    ],
)
def test_anything_else_is_refused_before_it_is_imported(
    entrypoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployments.prefect_worker.load_flow_from_entrypoint", pytest.fail)
    with pytest.raises(ForeignDeployment):
        load_procedure(entrypoint)
