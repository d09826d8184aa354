# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Checks docs/openapi.json: structure, references, statuses, and every example against its schema."""

import copy
import json
import math
import pathlib
import re
import unittest
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


class Document(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = OPENAPI.read_text(encoding="utf-8")
        cls.doc = parse(cls.text)

    def test_file_is_two_space_json_with_a_final_newline(self):
        self.assertEqual(self.text, json.dumps(self.doc, indent=2, ensure_ascii=False) + "\n")

    def test_head_names_version_licence_and_both_servers(self):
        self.assertEqual(self.doc["openapi"], "3.1.0")
        self.assertEqual(self.doc["info"]["version"], "1.0.0")
        self.assertEqual(self.doc["info"]["license"], {"name": "MIT", "identifier": "MIT"})
        self.assertEqual([server["url"] for server in self.doc["servers"]],
                         ["https://api.nicecxone.com", "http://127.0.0.1:{port}"])

    def test_server_variables_are_declared(self):
        for server in self.doc["servers"]:
            self.assertEqual(set(re.findall(r"{(\w+)}", server["url"])), set(server.get("variables", {})))

    def test_exactly_the_four_operations_are_described(self):
        self.assertEqual({(path, method) for path, method, _ in operations(self.doc)}, set(STATUSES))

    def test_every_reference_resolves(self):
        self.assertEqual(reference_problems(self.doc), [])

    def test_every_component_is_used(self):
        self.assertEqual(unused_components(self.doc), [])

    def test_operation_ids_are_unique(self):
        self.assertEqual(operation_id_problems(self.doc), [])

    def test_path_parameters_are_declared(self):
        for path, method, operation in operations(self.doc):
            declared = self.doc["paths"][path].get("parameters", []) + operation.get("parameters", [])
            found = {p["name"] for p in (resolve(self.doc, d) for d in declared) if p["in"] == "path"}
            self.assertEqual(found, set(re.findall(r"{(\w+)}", path)), f"{method} {path}")

    def test_every_status_is_present(self):
        self.assertEqual(status_problems(self.doc), [])

    def test_responses_carry_request_id_retry_after_and_examples(self):
        self.assertEqual(response_problems(self.doc), [])

    def test_applied_and_read_campaigns_carry_an_etag(self):
        for method, status in (("get", "200"), ("put", "200"), ("put", "204")):
            response = resolve(self.doc, self.doc["paths"][ITEM][method]["responses"][status])
            self.assertIn("ETag", response["headers"], f"{method} {status}")

    def test_if_match_is_an_optional_header_of_the_update(self):
        parameters = [resolve(self.doc, p) for p in self.doc["paths"][ITEM]["put"]["parameters"]]
        found = [p for p in parameters if p["name"] == "If-Match"]
        self.assertEqual([(p["in"], p.get("required", False)) for p in found], [("header", False)])

    def test_operations_ask_for_the_right_credentials(self):
        schemes = self.doc["components"]["securitySchemes"]
        flow = schemes["oauth2"]["flows"]["clientCredentials"]
        self.assertEqual((flow["tokenUrl"], list(flow["scopes"])), (TOKEN, ["campaign:write"]))
        self.assertEqual((schemes["clientBasic"]["type"], schemes["clientBasic"]["scheme"]), ("http", "basic"))
        for path, method, operation in operations(self.doc):
            wanted = [{"clientBasic": []}, {}] if path == TOKEN else [{"oauth2": ["campaign:write"]}]
            self.assertEqual(operation["security"], wanted, f"{method} {path}")

    def test_errors_are_oauth_objects_at_the_token_endpoint_and_error_objects_elsewhere(self):
        for where, status, response in responses(self.doc):
            if status[0] in "45":
                oauth = TOKEN in where and status in ("400", "401")
                self.assertEqual(response["content"]["application/json"]["schema"]["$ref"],
                                 "#/components/schemas/" + ("OAuthError" if oauth else "Error"), where)

    def test_assumed_parts_are_flagged_with_a_sentence(self):
        self.assertEqual(assumption_problems(self.doc), [])
        parts = self.doc["components"]
        for part in (self.doc["paths"][LIST]["get"], self.doc["paths"][ITEM]["get"],
                     parts["parameters"]["Limit"], parts["parameters"]["Cursor"], parts["parameters"]["IfMatch"],
                     parts["headers"]["ETag"], parts["schemas"]["CampaignPage"],
                     parts["schemas"]["Campaign"]["properties"]["version"]):
            self.assertIs(part.get("x-assumed"), True)

    def test_every_example_fits_its_schema(self):
        self.assertGreater(len(list(exemplified(self.doc))), 60)
        self.assertEqual(example_problems(self.doc), [])

    def test_example_search_reaches_every_place(self):
        places = "\n".join(where for where, _, _ in exemplified(self.doc))
        for place in ("parameters/IfMatch/example", "headers/RetryAfter/example", "requestBody/content",
                      "responses/TooManyRequests/content", "responses/200/content",
                      "schemas/Pacing/properties/throttlePercent/examples/0"):
            self.assertIn(place, places)


class CampaignSchema(unittest.TestCase):
    """What the schema must let in and keep out, member by member."""

    @classmethod
    def setUpClass(cls):
        cls.doc = parse(OPENAPI.read_text(encoding="utf-8"))
        cls.good = cls.doc["components"]["examples"]["Campaign"]["value"]

    def problems(self, pointer, value):
        campaign = copy.deepcopy(self.good)
        *parents, last = pointer.split("/")
        node = campaign
        for name in parents:
            node = node[name]
        node[last] = value
        return validate(self.doc, {"$ref": "#/components/schemas/Campaign"}, campaign)

    def test_values_at_the_limits_pass(self):
        for pointer, value in (("id", "A"), ("id", "a_-9" * 32), ("name", "x"), ("name", "\u00e9" * 256),
                               ("maxConcurrentCalls", 1), ("pacing/interval", 10), ("pacing/maxCallsPerInterval", 1),
                               ("pacing/throttlePercent", 1), ("pacing/throttlePercent", 0.001),
                               ("dialerType", "of-tomorrow"), ("version", 2 ** 53 + 1), ("unknown", {"kept": []}),
                               ("pacing/unknown", 1), ("rules", [{"name": "r", "enabled": False, "unknown": 0}])):
            with self.subTest(pointer=pointer, value=value):
                self.assertEqual(self.problems(pointer, value), [])

    def test_values_beyond_the_limits_fail(self):
        for pointer, value, problem in (
                ("id", "", "/id: pattern"), ("id", "a/b", "/id: pattern"), ("id", "a" * 129, "/id: pattern"),
                ("id", "a\n", "/id: pattern"), ("id", 7, "/id: type"),
                ("name", "", "/name: minLength"), ("name", "x" * 257, "/name: maxLength"),
                ("maxConcurrentCalls", 0, "/maxConcurrentCalls: minimum"),
                ("maxConcurrentCalls", 1.5, "/maxConcurrentCalls: type"),
                ("maxConcurrentCalls", True, "/maxConcurrentCalls: type"),
                ("maxConcurrentCalls", "150", "/maxConcurrentCalls: type"),
                ("pacing/interval", 9, "/pacing/interval: minimum"),
                ("pacing/maxCallsPerInterval", 0, "/pacing/maxCallsPerInterval: minimum"),
                ("pacing/throttlePercent", 0, "/pacing/throttlePercent: exclusiveMinimum"),
                ("pacing/throttlePercent", 85, "/pacing/throttlePercent: maximum"),
                ("pacing", {"type": "fixed"}, "/pacing: required"),
                ("rules", None, "/rules: type"), ("rules", [{"name": "r"}], "/rules/0: required"),
                ("rules", [{"name": "", "enabled": True}], "/rules/0/name: minLength"),
                ("advancedDialerSettings/autoRebalance", "yes", "/advancedDialerSettings/autoRebalance: type"),
                ("version", "42", "/version: type")):
            with self.subTest(pointer=pointer, value=value):
                self.assertEqual(self.problems(pointer, value), [problem])


class TokenSchema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.doc = parse(OPENAPI.read_text(encoding="utf-8"))

    def problems(self, name, value):
        return validate(self.doc, {"$ref": f"#/components/schemas/{name}"}, value)

    def test_wrong_replies_fail(self):
        good = {"access_token": "t", "token_type": "bearer", "expires_in": 3600}
        self.assertEqual(self.problems("Token", good), [])
        self.assertEqual(self.problems("Token", good | {"access_token": ""}), ["/access_token: minLength"])
        self.assertEqual(self.problems("Token", good | {"token_type": "mac"}), ["/token_type: pattern"])
        self.assertEqual(self.problems("Token", good | {"expires_in": "3600"}), ["/expires_in: type"])
        self.assertEqual(self.problems("Token", {"token_type": "Bearer", "expires_in": 1}), [": required"])

    def test_wrong_forms_fail(self):
        good = {"grant_type": "client_credentials", "scope": "campaign:write"}
        self.assertEqual(self.problems("TokenRequest", good), [])
        self.assertEqual(self.problems("TokenRequest", good | {"grant_type": "password"}), ["/grant_type: const"])
        self.assertEqual(self.problems("TokenRequest", good | {"client_secret": "s"}), [": dependentRequired"])
        self.assertEqual(self.problems("TokenRequest", {"grant_type": "client_credentials"}), [": required"])

    def test_last_page_has_a_null_cursor_and_never_an_absent_one(self):
        self.assertEqual(self.problems("CampaignPage", {"campaigns": [], "nextCursor": None}), [])
        self.assertEqual(self.problems("CampaignPage", {"campaigns": []}), [": required"])
        self.assertEqual(self.problems("CampaignPage", {"campaigns": [], "nextCursor": 2}), ["/nextCursor: type"])
        self.assertEqual(self.problems("CampaignPage", {"campaigns": [{}], "nextCursor": None}),
                         ["/campaigns/0: required"])


class Validator(unittest.TestCase):
    """The validator itself: each keyword lets its good value pass and catches its wrong one."""

    DOC = {"defs": {"short": {"type": "string", "maxLength": 2}, "a/b": {"const": 1}}}

    def test_each_keyword_passes_and_fails(self):
        for schema, good, wrong in (
                ({"type": "integer"}, 1.0, 1.5), ({"type": "integer"}, 0, False), ({"type": "number"}, 0.5, "0.5"),
                ({"type": "number"}, 1, math.nan), ({"type": "boolean"}, False, 0), ({"type": "null"}, None, 0),
                ({"type": "object"}, {}, []), ({"type": "array"}, [], {}), ({"type": ["string", "null"]}, None, 1),
                ({"enum": ["a", 1]}, 1, True), ({"const": {"a": [1]}}, {"a": [1.0]}, {"a": [True]}),
                ({"required": ["a"]}, {"a": None}, {"b": 1}),
                ({"dependentRequired": {"a": ["b"]}}, {"b": 1}, {"a": 1}),
                ({"properties": {"a": {"type": "null"}}}, {"b": 1}, {"a": 1}),
                ({"additionalProperties": False, "properties": {"a": True}}, {"a": 1}, {"b": 1}),
                ({"additionalProperties": {"type": "string"}}, {"b": "1"}, {"b": 1}),
                ({"items": {"minimum": 1}}, [1, 2], [1, 0]), ({"pattern": "^a$"}, "a", "a\n"),
                ({"pattern": "b"}, "abc", "xyz"), ({"pattern": r"\$$"}, "5$", "5"),
                ({"minLength": 2}, "ab", "a"), ({"maxLength": 1}, "\U0001f600", "ab"),
                ({"minimum": 1}, 1, 0.9), ({"maximum": 1}, 1, 1.1),
                ({"exclusiveMinimum": 0}, 0.1, 0), ({"exclusiveMaximum": 1}, 0.9, 1),
                ({"$ref": "#/defs/short"}, "ab", "abc"), ({"$ref": "#/defs/a~1b"}, 1, 2),
                ({"$ref": "#/defs/short", "minLength": 1}, "a", ""), (True, 1, None), (False, None, 1)):
            with self.subTest(schema=schema):
                if schema is not False:
                    self.assertEqual(validate(self.DOC, schema, good), [])
                if schema is not True:
                    self.assertEqual(len(validate(self.DOC, schema, wrong)), 1)

    def test_keyword_of_another_type_does_not_apply(self):
        for schema in ({"minimum": 5}, {"minLength": 9}, {"pattern": "z"}, {"required": ["a"]}, {"items": False}):
            with self.subTest(schema=schema):
                self.assertEqual(validate(self.DOC, schema, None), [])

    def test_all_violations_are_reported_with_their_place(self):
        schema = {"required": ["c"], "properties": {"a": {"type": "string"}, "b": {"items": {"maximum": 1}}}}
        self.assertEqual(validate(self.DOC, schema, {"a": 1, "b": [0, 2]}),
                         [": required", "/a: type", "/b/1: maximum"])

    def test_unknown_keyword_is_refused(self):
        with self.assertRaises(NotImplementedError):
            validate(self.DOC, {"oneOf": []}, 1)

    def test_dangling_reference_is_refused(self):
        with self.assertRaises(LookupError):
            validate(self.DOC, {"$ref": "#/defs/absent"}, 1)


class Checks(unittest.TestCase):
    """Each check over the document, shown to fail on a document made wrong."""

    def setUp(self):
        self.doc = parse(OPENAPI.read_text(encoding="utf-8"))

    def caught(self, check, fragment):
        problems = check(self.doc)
        self.assertEqual(len([p for p in problems if fragment in p]), len(problems), problems)
        self.assertGreater(len(problems), 0)

    def test_wrong_example_of_a_body(self):
        self.doc["components"]["examples"]["Campaign"]["value"]["pacing"]["throttlePercent"] = 85
        self.caught(example_problems, "/pacing/throttlePercent: maximum")

    def test_wrong_example_of_an_error(self):
        response = self.doc["components"]["responses"]["TooManyRequests"]
        del response["content"]["application/json"]["examples"]["rate"]["value"]["code"]
        self.caught(example_problems, "TooManyRequests/content/application~1json/examples/rate: : required")

    def test_wrong_example_of_a_parameter(self):
        self.doc["components"]["parameters"]["IfMatch"]["example"] = "42"
        self.caught(example_problems, "parameters/IfMatch/example: : pattern")

    def test_wrong_example_of_a_header(self):
        self.doc["components"]["headers"]["RetryAfter"]["example"] = -1
        self.caught(example_problems, "headers/RetryAfter/example: : minimum")

    def test_wrong_example_in_a_schema(self):
        self.doc["components"]["schemas"]["Token"]["properties"]["expires_in"]["examples"] = ["3600"]
        self.caught(example_problems, "Token/properties/expires_in/examples/0: : type")

    def test_dangling_reference(self):
        self.doc["paths"][ITEM]["put"]["responses"]["404"]["$ref"] += "Absent"
        self.caught(reference_problems, "NotFoundAbsent does not resolve")

    def test_reference_to_itself(self):
        self.doc["components"]["responses"]["NotFound"] = {"$ref": "#/components/responses/NotFound"}
        self.caught(reference_problems, "refers to itself")

    def test_reference_to_another_document(self):
        self.doc["paths"][ITEM]["put"]["responses"]["404"]["$ref"] = "other.json#/a"
        self.caught(reference_problems, "does not point into this document")

    def test_unused_component(self):
        self.doc["components"]["schemas"]["Spare"] = {}
        self.caught(unused_components, "schemas/Spare")

    def test_operation_id_used_twice(self):
        self.doc["paths"][ITEM]["put"]["operationId"] = "getCampaign"
        self.caught(operation_id_problems, "getCampaign is also that of get")

    def test_absent_operation_id(self):
        del self.doc["paths"][TOKEN]["post"]["operationId"]
        self.caught(operation_id_problems, "no operationId")

    def test_absent_status(self):
        for (path, method), statuses in STATUSES.items():
            for status in statuses:
                with self.subTest(path=path, method=method, status=status):
                    held = self.doc["paths"][path][method]["responses"].pop(status)
                    self.assertEqual(status_problems(self.doc), [f"{method} {path}: no {status}"])
                    self.doc["paths"][path][method]["responses"][status] = held

    def test_response_without_request_id(self):
        del self.doc["paths"][ITEM]["put"]["responses"]["204"]["headers"]["X-Request-Id"]
        self.caught(response_problems, "204: no X-Request-Id")

    def test_rate_limit_without_retry_after(self):
        del self.doc["components"]["responses"]["TooManyRequests"]["headers"]["Retry-After"]
        self.caught(response_problems, "429: no Retry-After")

    def test_response_without_example(self):
        self.doc["components"]["responses"]["Conflict"]["content"]["application/json"]["examples"] = {}
        self.caught(response_problems, "409: no example")

    def test_response_without_content(self):
        del self.doc["components"]["responses"]["Conflict"]["content"]
        self.caught(response_problems, "409: no example")

    def test_flag_without_sentence_and_sentence_without_flag(self):
        del self.doc["components"]["headers"]["ETag"]["x-assumed"]
        self.doc["components"]["schemas"]["Rule"]["x-assumed"] = True
        self.caught(assumption_problems, "do not go together")
        self.assertEqual(len(assumption_problems(self.doc)), 2)

    def test_duplicate_member_and_nan_are_not_json(self):
        for text in ('{"a": 1, "a": 2}', '{"a": NaN}', '{"a": 1'):
            with self.subTest(text=text), self.assertRaises(ValueError):
                parse(text)


if __name__ == "__main__":
    unittest.main()
