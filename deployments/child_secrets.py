"""Which of an installation's secrets each part is given: those it uses, so that one part lost is not all."""

from collections.abc import Mapping

_OURS = {"GONGKAI_DATABASE_URL", "GONGKAI_OWNER_DATABASE_URL", "GONGKAI_PUBLIC_DATABASE_URL"}
_PREFECT_SERVER = {"PREFECT_SERVER_DATABASE_CONNECTION_URL", "PREFECT_SERVER_API_AUTH_STRING"}
_PREFECT_CLIENT = {"PREFECT_API_AUTH_STRING"}
_WATCHES = {"GONGKAI_PREFECT_AUTH_STRING"}
_MAIL = {"GONGKAI_SMTP_USERNAME", "GONGKAI_SMTP_PASSWORD", "GONGKAI_CHANNELS"}

_WEBSITE = {"GONGKAI_WEBSITE_SECRET"}

SECRETS = frozenset(_OURS | _PREFECT_SERVER | _PREFECT_CLIENT | _WATCHES | _MAIL | _WEBSITE)

_WORKER = frozenset({"GONGKAI_DATABASE_URL"} | _PREFECT_CLIENT | _MAIL | _WEBSITE)
NEEDS: Mapping[str, frozenset[str]] = {
    # The server calls its own API too: its background services are clients.
    "prefect": frozenset(_PREFECT_SERVER | _PREFECT_CLIENT),
    # It shows Prefect to those who may watch the runs, and signs in for them.
    "portal": frozenset({"GONGKAI_DATABASE_URL", "GONGKAI_PUBLIC_DATABASE_URL"} | _WATCHES),
    "worker": _WORKER,
}
"""The owner's address is in none: only the supervisor migrates."""


def without_others_secrets(component: str, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables of a child. One that is not known by name executes cases, as a further worker does."""
    withheld = SECRETS - NEEDS.get(component, _WORKER)
    return {name: value for name, value in variables.items() if name not in withheld}
