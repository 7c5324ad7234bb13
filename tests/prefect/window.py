"""Prefect's real server showing a database of the test's own, whose clock the test moves.

The running installation's worker lives in the machine's time. Here the projector runs in the test's process,
under a flow of its own, so nothing of the installation meddles.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import uuid4

from prefect.client.orchestration import PrefectClient, get_client
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from deployments.instance import Instance
from engine.projection.mending import RunSetter
from engine.projection.projector import Projector
from engine.service import Service
from tests.prefect.console import Console

T = TypeVar("T")


class Window(Console):
    """What Prefect shows of ``service``'s cases, brought up to date when asked."""

    def __init__(self, instance: Instance, service: Service) -> None:
        super().__init__(instance, service)
        environment = instance.environment()
        self._settings = {name: environment[name.name] for name in (PREFECT_API_URL, PREFECT_API_AUTH_STRING)}
        flow = self.ask("POST", "/flows/", {"name": f"window-{uuid4()}"})
        deployment = {"name": "case", "flow_id": flow["id"], "enforce_parameter_schema": False}
        self.deployment_id = self.ask("POST", "/deployments/", deployment)["id"]
        self.calls: list[str] = []

    def show(self) -> int:
        """Until all is shown; returns how many cases were. ``calls`` tells what was asked of Prefect."""
        self.calls.clear()
        return self._with_client(self._show)

    async def _show(self, client: PrefectClient) -> int:
        projector = Projector(
            self.service, client, RunSetter(self.service, client), lambda _: self.deployment_id
        )
        count = 0
        while shown := await projector.show_outdated():
            count += shown
        return count

    def _with_client(self, work: Callable[[PrefectClient], Awaitable[T]]) -> T:
        async def told(request: Any) -> None:
            self.calls.append(f"{request.method} {request.url.path}")

        async def run() -> T:
            async with get_client() as client:
                client._client.event_hooks["request"].append(told)
                return await work(client)

        with temporary_settings(self._settings):
            return asyncio.run(run())
