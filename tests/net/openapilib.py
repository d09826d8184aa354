# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Reading docs/openapi.json: references, a subset of JSON Schema, and the checks over the document."""

import json
import math
import pathlib
import re
from urllib.parse import unquote

OPENAPI = pathlib.Path(__file__).resolve().parents[2] / "docs" / "openapi.json"

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
TOKEN = "/api/v2/oauth/token"
LIST = "/api/v2/outbound/campaigns"
ITEM = "/api/v2/outbound/campaigns/{campaignId}"

# (path, method): the statuses the API and the simulator answer with.
STATUSES = {
    (TOKEN, "post"): {"200", "400", "401"},
    (LIST, "get"): {"200", "401", "403", "429", "5XX"},
    (ITEM, "get"): {"200", "401", "403", "404", "429", "5XX"},
    (ITEM, "put"): {"200", "202", "204", "400", "401", "403", "404", "409", "411", "412", "413", "415",
                    "422", "429", "5XX"},
}
NO_BODY = {"202", "204"}
ASSUMED = "Assumed, not documented:"


# ---- reading ----

def unique_members(pairs):
    out = {}
    for key, value in pairs:
        if key in out:
            raise ValueError(f"duplicate member {key!r}")
        out[key] = value
    return out


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def parse(text):
    return json.loads(text, object_pairs_hook=unique_members, parse_constant=refuse_constant)


# ---- references ----

def walk(node, where="#"):
    yield where, node
    if isinstance(node, dict):
        for key, value in node.items():
            yield from walk(value, f"{where}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, f"{where}/{index}")


def lookup(doc, ref):
    if not ref.startswith("#/"):
        raise LookupError(f"{ref} does not point into this document")
    node = doc
    for token in unquote(ref[2:]).split("/"):
        token = token.replace("~1", "/").replace("~0", "~")
        try:
            node = node[int(token)] if isinstance(node, list) else node[token]
        except (KeyError, IndexError, TypeError, ValueError):
            raise LookupError(f"{ref} does not resolve at {token!r}") from None
    return node


def resolve(doc, node):
    seen = set()
    while isinstance(node, dict) and "$ref" in node:
        if node["$ref"] in seen:
            raise LookupError(f"{node['$ref']} refers to itself")
        seen.add(node["$ref"])
        node = lookup(doc, node["$ref"])
    return node


def reference_problems(doc):
    problems = []
    for where, node in walk(doc):
        if isinstance(node, dict) and "$ref" in node:
            try:
                resolve(doc, node)
            except LookupError as error:
                problems.append(f"{where}: {error}")
    return problems


def unused_components(doc):
    used = {node["$ref"] for _, node in walk(doc) if isinstance(node, dict) and "$ref" in node}
    return [f"#/components/{kind}/{name}" for kind, parts in doc["components"].items()
            if kind != "securitySchemes" for name in parts if f"#/components/{kind}/{name}" not in used]


# ---- a subset of JSON Schema 2020-12 ----

ANNOTATIONS = {"title", "description", "examples", "default", "format", "writeOnly", "readOnly", "deprecated"}


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


TYPES = {
    "null": lambda v: v is None,
    "boolean": lambda v: isinstance(v, bool),
    "string": lambda v: isinstance(v, str),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
    "number": is_number,
    "integer": lambda v: is_number(v) and v == int(v),
}


def equal(a, b):
    """JSON equality: true is not 1, and 1.0 is 1."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    return a == b


def matches(pattern, text):
    # In ECMA-262 an unescaped final $ is the very end; in Python it also stands before a last newline.
    if re.search(r"(?<!\\)(\\\\)*\$$", pattern):
        pattern = pattern[:-1] + r"\Z"
    return re.search(pattern, text) is not None


def names(value):
    return value if isinstance(value, list) else [value]


def when(guard, test):
    return lambda limit, value: not guard(value) or test(limit, value)


ASSERTIONS = {
    "type": lambda limit, v: any(TYPES[name](v) for name in names(limit)),
    "enum": lambda limit, v: any(equal(v, one) for one in limit),
    "const": lambda limit, v: equal(v, limit),
    "required": when(TYPES["object"], lambda limit, v: all(name in v for name in limit)),
    "dependentRequired": when(TYPES["object"], lambda limit, v: all(
        other in v for name, others in limit.items() if name in v for other in others)),
    "pattern": when(TYPES["string"], matches),
    "minLength": when(TYPES["string"], lambda limit, v: len(v) >= limit),
    "maxLength": when(TYPES["string"], lambda limit, v: len(v) <= limit),
    "minimum": when(is_number, lambda limit, v: v >= limit),
    "maximum": when(is_number, lambda limit, v: v <= limit),
    "exclusiveMinimum": when(is_number, lambda limit, v: v > limit),
    "exclusiveMaximum": when(is_number, lambda limit, v: v < limit),
}


def children(schema, value, where):
    """The parts of a value that have a schema of their own, as (schema, value, where)."""
    properties = schema.get("properties", {})
    if isinstance(value, dict):
        for name, item in value.items():
            yield properties.get(name, schema.get("additionalProperties", True)), item, f"{where}/{name}"
    elif isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield schema["items"], item, f"{where}/{index}"


def validate(doc, schema, value, where=""):
    """The list of violations, each `<pointer>: <keyword>`. An unknown keyword is an error, never skipped."""
    if isinstance(schema, bool):
        return [] if schema else [f"{where}: false"]
    problems = []
    for keyword, limit in schema.items():
        if keyword == "$ref":
            problems += validate(doc, lookup(doc, limit), value, where)
        elif keyword in ASSERTIONS:
            if not ASSERTIONS[keyword](limit, value):
                problems.append(f"{where}: {keyword}")
        elif keyword not in ("properties", "additionalProperties", "items") \
                and keyword not in ANNOTATIONS and not keyword.startswith("x-"):
            raise NotImplementedError(f"keyword {keyword}")
    for part in children(schema, value, where):
        problems += validate(doc, *part)
    return problems


# ---- the document ----

def operations(doc):
    for path, item in doc["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def examples_of(doc, node):
    """The examples of a media type, parameter, header (`example`, `examples` object) or schema (`examples` array)."""
    if "example" in node:
        yield "example", node["example"]
    many = node.get("examples", {})
    if isinstance(many, list):
        for index, value in enumerate(many):
            yield f"examples/{index}", value
    else:
        for name, example in many.items():
            yield f"examples/{name}", resolve(doc, example)["value"]


def schemas_in(schema, where):
    """A schema and every schema inside it."""
    if not isinstance(schema, dict):
        return
    yield where, schema
    for name, part in schema.get("properties", {}).items():
        yield from schemas_in(part, f"{where}/properties/{name}")
    for keyword in ("items", "additionalProperties"):
        yield from schemas_in(schema.get(keyword), f"{where}/{keyword}")


def exemplified(doc):
    """Every (where, schema, value) for which the document gives an example."""
    for name, schema in doc["components"]["schemas"].items():
        for where, part in schemas_in(schema, f"#/components/schemas/{name}"):
            for label, value in examples_of(doc, part):
                yield f"{where}/{label}", part, value
            if "default" in part:
                yield f"{where}/default", part, part["default"]
    payloads = re.compile(r"/(example|examples|value|properties)(/|$)")
    for where, node in walk(doc):
        if isinstance(node, dict) and isinstance(node.get("schema"), dict) and not payloads.search(
                where.replace("#/components/examples/", "")):
            for label, value in examples_of(doc, node):
                yield f"{where}/{label}", node["schema"], value


def example_problems(doc):
    return [f"{where}: {problem}" for where, schema, value in exemplified(doc)
            for problem in validate(doc, schema, value)]


def operation_id_problems(doc):
    seen, problems = {}, []
    for path, method, operation in operations(doc):
        name = operation.get("operationId")
        if not name:
            problems.append(f"{method} {path}: no operationId")
        elif name in seen:
            problems.append(f"{method} {path}: operationId {name} is also that of {seen[name]}")
        else:
            seen[name] = f"{method} {path}"
    return problems


def status_problems(doc):
    problems = []
    for (path, method), wanted in STATUSES.items():
        found = doc["paths"].get(path, {}).get(method, {}).get("responses", {})
        problems += [f"{method} {path}: no {status}" for status in sorted(wanted - set(found))]
    return problems


def responses(doc):
    for path, method, operation in operations(doc):
        for status, response in operation["responses"].items():
            yield f"{method} {path} {status}", status, resolve(doc, response)


def response_problems(doc):
    problems = []
    for where, status, response in responses(doc):
        headers = response.get("headers", {})
        if "X-Request-Id" not in headers:
            problems.append(f"{where}: no X-Request-Id")
        if status == "429" and "Retry-After" not in headers:
            problems.append(f"{where}: no Retry-After")
        if status in NO_BODY:
            if "content" in response:
                problems.append(f"{where}: has a body")
        elif not all(media.get("examples") for media in response.get("content", {"": {}}).values()):
            problems.append(f"{where}: no example")
    return problems


def assumption_problems(doc):
    """x-assumed and its sentence go together."""
    problems = []
    for where, node in walk(doc):
        if isinstance(node, dict):
            said = isinstance(node.get("description"), str) and ASSUMED in node["description"]
            if said != (node.get("x-assumed") is True):
                problems.append(f"{where}: x-assumed and the sentence do not go together")
    return problems
