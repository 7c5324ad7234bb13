"""What of Prefect passes the portal, held against the API of the installed version."""

import re
from collections.abc import Iterator

import pytest
from prefect.server.api.server import create_api_app

from portal.prefect.reads import GETS, POSTS, is_page, is_read

pytestmark = pytest.mark.thorough

READING = {"count", "filter", "history", "lateness", "paginate"}
READING |= {"count-task-runs", "count-deployments", "next-runs", "counts", "{countable}"}


@pytest.fixture(scope="module")
def offered() -> set[tuple[str, str]]:
    """Method and path of everything Prefect's API offers."""
    described = create_api_app().openapi()["paths"]
    return {(method.upper(), path) for path, operations in described.items() for method in operations}


def _named() -> Iterator[tuple[str, str]]:
    yield from (("GET", path) for path in GETS)
    yield from (("POST", path) for path in POSTS)


def _filled(path: str) -> str:
    return "api" + re.sub(r"\{\w+\}", "0e984725-c51c-4bf4-9960-e1c80e27aba0", path)


def test_every_read_named_exists_in_the_installed_prefect(offered: set[tuple[str, str]]) -> None:
    assert set(_named()) <= offered


def test_every_post_named_is_a_question() -> None:
    assert {path.rpartition("/")[2] for path in POSTS} <= READING


def test_an_undeclared_route_of_prefect_is_refused(offered: set[tuple[str, str]]) -> None:
    refused = offered - set(_named())
    assert len(refused) > 80
    passing = [(method, path) for method, path in refused if is_read(method, _filled(path))]
    # A placeholder of a read takes any word, so only words that are reads elsewhere may stand there.
    assert passing == []
    assert all(is_read(method, _filled(path)) for method, path in _named())


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", ""])
def test_no_other_method_ever_passes(method: str) -> None:
    assert not any(is_read(method, _filled(path)) for path in (*GETS, *POSTS))


@pytest.mark.parametrize(
    "secret",
    [
        "api/variables/name/x",
        "api/block_documents/1",
        "api/admin/storage",
        "api/csrf-token",
        "api/flow_runs/1/input/k",
    ],
)
def test_what_may_hold_secrets_does_not_pass(secret: str) -> None:
    assert not is_read("GET", secret)


@pytest.mark.parametrize(
    "path",
    [
        "v2/../api/variables/filter",
        "v2/..",
        "../v2",
        "v2//x",
        "v2/%2e%2e/x",
        "v2x",
        "v1/",
        "docs",
        "",
        "v2/a b",
    ],
)
def test_a_path_that_leaves_the_bundle_is_no_page(path: str) -> None:
    assert not is_page(path)


@pytest.mark.parametrize(
    "path", ["api/flows/..", "api/flows/./", "api/flows/name/../x", "api/flows/a/b", "flows/1"]
)
def test_a_path_with_dots_or_more_parts_is_no_read(path: str) -> None:
    assert not is_read("GET", path)


@pytest.mark.parametrize("path", ["v2", "v2/", "v2/runs/flow-run/0e98-4725", "v2/assets/index-Dyy5jLiI.js"])
def test_pages_and_files_of_the_bundle_pass(path: str) -> None:
    assert is_page(path)
