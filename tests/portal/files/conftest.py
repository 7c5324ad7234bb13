"""What tests of files share: a case whose drafter has still to write everything, and the way to upload."""

from typing import Any

import pytest
from fastapi import FastAPI

from engine.service import Service
from tests.builders import launch_case, todo_of
from tests.portal.conftest import Client, SignIn

DRAFT = {"title": "关于开展安全生产检查的通知", "attribute": "主动公开"}


@pytest.fixture
def number(service: Service, app: FastAPI) -> str:
    """A case whose drafter has still to write everything."""
    return launch_case(service, draft={}).number


@pytest.fixture
def drafter(signed_in: SignIn, number: str) -> Client:
    """The drafter's browser."""
    return signed_in("drafter")


@pytest.fixture
def place(service: Service, number: str) -> str:
    """Where files for the draft go."""
    return f"/api/v1/assignments/{todo_of(service, number).id}"


def upload(client: Client, place: str, content: Any, name: str, **request: Any) -> Any:
    return client("PUT", f"{place}/uploads", params={"name": name}, content=content, **request)


def submit(client: Client, place: str, *files: dict[str, Any], **answers: Any) -> Any:
    said = {**DRAFT, **answers, "attachments": list(files)}
    return client.post(f"{place}/decision", {"action": "approve", "answers": said})
