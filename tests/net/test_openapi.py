# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Checks docs/openapi.json: structure, references, statuses, and every example against its schema."""

import copy
import json
import re
import unittest

from openapilib import (
    ITEM, LIST, OPENAPI, STATUSES, TOKEN, assumption_problems, example_problems, exemplified,
    operation_id_problems, operations, parse, reference_problems, resolve, response_problems, responses,
    status_problems, unused_components, validate)


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


if __name__ == "__main__":
    unittest.main()
