# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Checks the checks over docs/openapi.json: each one finds the fault that it is there for."""

import math
import unittest

from openapilib import (
    ITEM, OPENAPI, STATUSES, TOKEN, assumption_problems, example_problems, operation_id_problems, parse,
    reference_problems, response_problems, status_problems, unused_components, validate)


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
