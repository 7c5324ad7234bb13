"""What a decision costs, measured: ``make bench``.

``benchmarks/latest.json`` holds, beside date, commit, versions and machine,

- ``values``: every figure by its dotted key, e.g. ``values["engine.decision_to_next_ms.p50"]``;
- ``figures``: the same keys, each with value, unit, how it was measured, sample size, and ``ratio``, how many
  times the hand-written transaction of the same run it takes (named in ``against``);
- ``for_scale``: other engines with the same work, measured earlier elsewhere.
"""
