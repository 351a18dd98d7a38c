"""The OpenAPI document, from the request dataclasses and the table of routes, and a page that shows
it. The page is plain HTML of our own: the usual viewers load megabytes of scripts from elsewhere.
"""

import html
import json
import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from gpar_core.api.asking import KNOWN_HERE, OFFERED

REFERENCE: Final = "#/components/schemas/{name}"
PROBLEM: Final = "application/problem+json"
INLINED: Final = ("drug_set", "method")


def document(endpoints: Iterable[Any]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these `app.Endpoint`s."""
    paths: dict[str, Any] = {}
    for each in endpoints:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "GPAR",
            "version": "1",
            "description": "Find drugs that share a mechanism of action from L1000 signatures.",
        },
        "paths": paths,
        "security": [{"token": []}],
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }


def _operation(endpoint: Any) -> dict[str, Any]:
    name = endpoint.answer.__name__
    parameters = [
        {"name": part, "in": "path", "required": True, "schema": {"type": "string"}}
        for part in re.findall(r"{(\w+)}", endpoint.path)
    ] + [
        {"name": part, "in": "query", "description": said, "schema": {"type": "string"}}
        for part, said in endpoint.query
    ]
    problem = {"schema": {"$ref": REFERENCE.format(name="Problem")}}
    made: dict[str, Any] = {
        "operationId": name,
        "summary": endpoint.answer.__doc__.partition("\n")[0],
        "parameters": parameters,
        "responses": {
            "2XX": {"description": "What was asked for."},
            "default": {"description": "Why not.", "content": {PROBLEM: problem}},
        },
    }
    if endpoint.takes:
        is_json = endpoint.takes == "application/json"
        schema = {"$ref": REFERENCE.format(name="Request")} if is_json else {}
        made["requestBody"] = {"required": True, "content": {endpoint.takes: {"schema": schema}}}
    return made


def _schemas() -> dict[str, Any]:
    """A schema for each kind of request, as a client sends it."""
    refs, parts = msgspec.json.schema_components(list(OFFERED.values()), ref_template=REFERENCE)
    made = dict(parts)
    for (kind, request), ref in zip(OFFERED.items(), refs, strict=True):
        name = ref["$ref"].rpartition("/")[2]
        schema = made[name]
        properties = {"kind": {"const": kind}, **schema["properties"]}
        required = {"kind", *schema.get("required", ())}
        for part in (each for each in INLINED if each in properties):
            reference = properties[part].get("$ref", "").rpartition("/")[2]
            if inner := parts.get(reference):
                del properties[part]
                properties |= inner["properties"]
        left_out = getattr(request, "unused", ())
        for part in left_out if isinstance(left_out, tuple) else ():
            properties.pop(part, None)
        needed = sorted((required & set(properties)) - set(KNOWN_HERE))
        schema |= {"properties": properties, "required": needed}
    return made | {
        "Request": {"oneOf": list(refs)},
        "Problem": {
            "type": "object",
            "properties": {
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
            },
        },
    }


STYLE: Final = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 56rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font-family: ui-monospace, monospace; font-size: .875rem; overflow-wrap: anywhere }
pre { white-space: pre-wrap; padding: .75rem; border: 1px solid #8886; border-radius: .5rem }
summary { cursor: pointer }
h2 { margin-top: 2rem } h3 { margin: 1.25rem 0 0 } p { margin: .25rem 0 }
dt { margin-top: .5rem } dd { margin-left: 1.5rem }
"""


def page(shown: dict[str, Any]) -> str:
    """The document as a page without scripts."""
    said = html.escape
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width, initial-scale=1'>",
        f"<title>GPAR API</title><style>{STYLE}</style><h1>GPAR API</h1>",
        f"<p>{said(shown['info']['description'])} Send your token with each call: "
        "<code>Authorization: Bearer TOKEN</code>.<h2>Calls</h2>",
    ]
    for path, methods in shown["paths"].items():
        for method, call in methods.items():
            parts.append(f"<h3><code>{method.upper()} {said(path)}</code></h3>")
            parts.append(f"<p>{said(call['summary'])}")
            options = [each for each in call["parameters"] if each["in"] == "query"]
            parts += ["<dl>"] if options else []
            for each in options:
                parts.append(f"<dt><code>{said(each['name'])}</code>")
                parts.append(f"<dd>{said(each['description'])}")
            parts += ["</dl>"] if options else []
    parts.append("<h2>Requests</h2>")
    for name, schema in shown["components"]["schemas"].items():
        kind = schema.get("properties", {}).get("kind", {}).get("const", name)
        parts.append(f"<h3 id='{said(name)}'><code>{said(kind)}</code></h3>")
        about = {part: value for part, value in schema.items() if part != "description"}
        parts.append(f"<p>{said(schema.get('description', ''))}")
        parts.append(f"<details><summary>Schema</summary><pre>{said(json.dumps(about, indent=1))}")
        parts.append("</pre></details>")
    return "\n".join(parts) + "</html>"
