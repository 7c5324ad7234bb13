"""How our Prefect server and its clients are configured, as ``PREFECT_*`` variables.

Names were checked against Prefect 3.8.8; ``tests/supervisor/test_instance.py`` fails when one is no longer
known.
"""

from collections.abc import Mapping
from pathlib import Path

from deployments.ports import LOOPBACK
from portal.prefect.reads import UI_BASE

FOREIGN = (
    "PREFECT_API_KEY",
    "PREFECT_PROFILE",
    "PREFECT_PROFILES_PATH",
    "PREFECT_API_DATABASE_CONNECTION_URL",
)
"""Settings of another Prefect that must not leak in from the caller's shell."""

NOT_SETTINGS = frozenset({"PREFECT__SERVER_FINAL"})
"""Read by ``create_app`` from the environment; ``prefect server start`` sets it too."""

QUIET: Mapping[str, str] = {
    # Nothing leaves the building.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
    # Never a throw-away server by mistake: it would keep runs in a SQLite file nobody looks at.
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_UI_V2_ENABLED": "true",
}

BACKGROUND: Mapping[str, str] = {
    # Each round loads every paused run, and ours never expire: a suspend timeout would fail a case unasked.
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_LOOP_SECONDS": "86400",
    # What we use little runs less often; what moves runs and task runs (recorder, persister) is left alone.
    "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "30",
    "PREFECT_SERVER_SERVICES_FOREMAN_LOOP_SECONDS": "30",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_CLEANUP_RECONCILER_LOOP_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_REPOSSESSOR_LOOP_SECONDS": "60",
    "PREFECT_SERVER_EVENTS_PROACTIVE_GRANULARITY": "PT60S",
    "PREFECT_SERVER_SERVICES_TRIGGERS_PG_NOTIFY_HEARTBEAT_INTERVAL_SECONDS": "30",
}


def prefect_environment(*, home: Path, port: int, auth_string: str, database_url: str) -> dict[str, str]:
    """Everything a Prefect server, worker or client of this instance needs to know.

    The UI is reached as 127.0.0.1 or, through a tunnel, as localhost; no other origin may call the API.
    """
    origin = f"http://{LOOPBACK}:{port}"
    return {
        **QUIET,
        **BACKGROUND,
        "PREFECT__SERVER_FINAL": "1",
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"{origin}/api",
        "PREFECT_UI_URL": f"{origin}{UI_BASE}",
        "PREFECT_API_AUTH_STRING": auth_string,
        "PREFECT_SERVER_API_AUTH_STRING": auth_string,
        "PREFECT_SERVER_API_HOST": LOOPBACK,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": f"{origin},http://localhost:{port}",
        "PREFECT_SERVER_UI_API_URL": f"{origin}/api",
        # The same path as in the portal, so that one bundle serves both.
        "PREFECT_SERVER_UI_SERVE_BASE": UI_BASE,
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database_url,
    }
