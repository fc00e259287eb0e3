"""Whether a value fits a JSON Schema: as much of 2020-12 as the admin API's document uses, and an error for the rest."""

import re
from typing import Any

KNOWN = {
    "$ref",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "pattern",
    "format",
    "title",
    "default",
    "description",
}
TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def misfits(value: Any, schema: dict[str, Any], whole: dict[str, Any], at: str = "$") -> list[str]:
    """What of `value` does not fit; `whole` is the document in which references are found."""
    assert schema.keys() <= KNOWN, (at, schema.keys() - KNOWN)
    if "$ref" in schema:
        found: Any = whole
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return misfits(value, found, whole, at)
    wrong = [f"{at}: {value!r} is not one of {schema['enum']}"] if value not in schema.get("enum", [value]) else []
    if "const" in schema and value != schema["const"]:
        wrong.append(f"{at}: {value!r} is not {schema['const']!r}")
    if "anyOf" in schema and all(misfits(value, one, whole, at) for one in schema["anyOf"]):
        wrong.append(f"{at}: {value!r} fits none")
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        return [*wrong, f"{at}: {value!r} is no {kinds}"]
    return wrong + _bounds(value, schema, at) + _inside(value, schema, whole, at)


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _bounds(value: Any, schema: dict[str, Any], at: str) -> list[str]:
    sized = isinstance(value, str | list)
    number = isinstance(value, int | float)
    bad = (
        number and not schema.get("minimum", value) <= value <= schema.get("maximum", value),
        sized and isinstance(value, str) and not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9),
        sized and isinstance(value, list) and not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9),
        isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value),
    )
    return [f"{at}: {value!r} is out of bounds"] if any(bad) else []


def _inside(value: Any, schema: dict[str, Any], whole: dict[str, Any], at: str) -> list[str]:
    wrong: list[str] = []
    if isinstance(value, list) and "items" in schema:
        for index, one in enumerate(value):
            wrong += misfits(one, schema["items"], whole, f"{at}[{index}]")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        wrong += [f"{at}.{name} is missing" for name in schema.get("required", []) if name not in value]
        if schema.get("additionalProperties") is False:
            wrong += [f"{at}.{name} is unknown" for name in value.keys() - known.keys()]
        for name in value.keys() & known.keys():
            wrong += misfits(value[name], known[name], whole, f"{at}.{name}")
    return wrong
