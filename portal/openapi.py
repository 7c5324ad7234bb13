"""The API's description, with errors told as what they are: problem documents."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from portal.problems import MEDIA_TYPE

_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        for operation in (o for path in document["paths"].values() for o in path.values()):
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    response["content"] = _PROBLEM
                    response["description"] = response["description"].replace(
                        "Validation Error", "A field is not valid"
                    )
        for unused in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(unused, None)
        app.openapi_schema = document
    return app.openapi_schema
