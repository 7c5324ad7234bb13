"""The launch form in Prefect's UI: the intake's fields in order, Chinese titles, the site's own choices."""

from typing import Any

from sqlalchemy import select

from engine.procedures import Procedure
from engine.service import Service
from models import Holding, Person, Unit


def launch_form(service: Service, chosen: Procedure) -> dict[str, Any]:
    """The parameter schema of a procedure's deployment.

    Flat, because Prefect keeps the order of flat parameters only. Enumerations need two values to be drawn as
    a list; a single choice becomes the default.
    """
    schema = chosen.intake.model_json_schema()
    choices = _choices(service, chosen)
    asked = {name: stated for name, stated in schema["properties"].items() if not stated.get("hidden")}
    properties = {
        name: _property(name, place, stated, schema, choices.get(name, []))
        for place, (name, stated) in enumerate(asked.items())
    }
    return {
        "title": "Parameters",
        "type": "object",
        "properties": properties,
        "required": schema.get("required", []),
        "additionalProperties": True,  # a shown case carries what the form hides; the intake refuses the rest
        "definitions": {},
    }


def _property(
    name: str, place: int, stated: dict[str, Any], schema: dict[str, Any], choices: list[str]
) -> dict[str, Any]:
    resolved = {
        **_definition(stated, schema),
        **{k: v for k, v in stated.items() if k not in ("$ref", "allOf")},
    }
    if "$ref" in resolved.get("items", {}):
        resolved["items"] = _definition(resolved["items"], schema)
    resolved["title"] = f"{stated.get('title', name)} {name}"
    resolved["position"] = place
    resolved.pop("maxLength", None)
    if len(choices) > 1:
        resolved["enum"] = choices
        resolved.pop("minLength", None)
    elif choices:
        resolved["default"] = choices[0]
    return resolved


def _definition(stated: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = stated.get("$ref") or next((part.get("$ref") for part in stated.get("allOf", [])), None)
    if not reference:
        return {}
    found = dict(schema["$defs"][reference.rsplit("/", 1)[-1]])
    return {"type": found["type"], "enum": found["enum"]}


def _choices(service: Service, chosen: Procedure) -> dict[str, list[str]]:
    """Units by code, and the people who may be in charge, by user name."""
    person, holding, unit = Person.__table__, Holding.__table__, Unit.__table__
    with service.database.connect() as connection:
        units = connection.execute(select(unit.c.code).order_by(unit.c.code)).scalars().all()
        drafters = connection.execute(
            select(person.c.username)
            .join(holding, holding.c.person_id == person.c.id)
            .where(holding.c.position == chosen.opened_by.value, person.c.active)
            .distinct()
            .order_by(person.c.username)
        ).scalars()
        return {"unit": list(units), "drafter": list(drafters)}
