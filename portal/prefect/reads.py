"""What of Prefect may be read through the portal. Whatever is not named here is refused before Prefect hears.

Names are those of Prefect 3.8; ``tests/portal/test_prefect_reads.py`` holds them against the installed
version. Left out on purpose: variables, blocks and settings, which may hold secrets; inputs of runs; queries
that hand out work.
"""

import re

UI_BASE = "/prefect"
"""Under this path Prefect serves its UI, on the loopback address as well as through the portal."""

GETS = (
    "/admin/version",
    "/artifacts/{id}",
    "/artifacts/{key}/latest",
    "/automations/related-to/{resource_id}",
    "/automations/{id}",
    "/concurrency_limits/{id}",
    "/deployments/name/{flow_name}/{deployment_name}",
    "/deployments/{id}",
    "/deployments/{id}/schedules",
    "/deployments/{id}/work_queue_check",
    "/events/filter/next",
    "/flow_run_states/",
    "/flow_run_states/{id}",
    "/flow_runs/{id}",
    "/flow_runs/{id}/graph",
    "/flow_runs/{id}/graph-v2",
    "/flow_runs/{id}/logs/download",
    "/flows/name/{name}",
    "/flows/{id}",
    "/health",
    "/ready",
    "/task_run_states/",
    "/task_run_states/{id}",
    "/task_runs/{id}",
    "/ui/task_runs/{id}",
    "/v2/concurrency_limits/{id_or_name}",
    "/version",
    "/work_pools/{name}",
    "/work_pools/{work_pool_name}/queues/{name}",
    "/work_queues/name/{name}",
    "/work_queues/{id}",
    "/work_queues/{id}/status",
)
POSTS = (
    "/artifacts/count",
    "/artifacts/filter",
    "/artifacts/latest/count",
    "/artifacts/latest/filter",
    "/automations/count",
    "/automations/filter",
    "/concurrency_limits/filter",
    "/deployments/count",
    "/deployments/filter",
    "/deployments/paginate",
    "/events/count-by/{countable}",
    "/events/filter",
    "/flow_runs/count",
    "/flow_runs/filter",
    "/flow_runs/history",
    "/flow_runs/lateness",
    "/flow_runs/paginate",
    "/flows/count",
    "/flows/filter",
    "/flows/paginate",
    "/logs/filter",
    "/task_runs/count",
    "/task_runs/filter",
    "/task_runs/history",
    "/task_runs/paginate",
    "/task_workers/filter",
    "/ui/flow_runs/count-task-runs",
    "/ui/flow_runs/history",
    "/ui/flows/count-deployments",
    "/ui/flows/next-runs",
    "/ui/task_runs/count",
    "/ui/task_runs/dashboard/counts",
    "/v2/concurrency_limits/filter",
    "/work_pools/count",
    "/work_pools/filter",
    "/work_pools/{work_pool_name}/queues/filter",
    "/work_pools/{work_pool_name}/workers/filter",
    "/work_queues/filter",
)
_PAGES = re.compile(r"v2(/[A-Za-z0-9_.-]+)*/?")
_DOTS = re.compile(r"(^|/)\.{1,2}(/|$)")


def _pattern(paths: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all; a placeholder is one part of a path."""
    parts = (re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) for path in paths)
    return re.compile("|".join(f"(?:api{part})" for part in parts))


_READS = {"GET": _pattern(GETS), "POST": _pattern(POSTS)}


def is_page(path: str) -> bool:
    """Whether the path below ``UI_BASE`` is of Prefect's V2 UI: a page or a file of its bundle."""
    return bool(_PAGES.fullmatch(path)) and not _DOTS.search(path)


def is_read(method: str, path: str) -> bool:
    """Whether this call of Prefect's API, as a path below ``UI_BASE``, is one that may pass."""
    pattern = _READS.get(method)
    return bool(pattern and pattern.fullmatch(path)) and not _DOTS.search(path)
