# SPDX-License-Identifier: MIT
"""The JSON Schemas in docs/schemas: they are valid, complete, and refuse what is not as they say."""
import json
import pathlib
import re
import unittest

import schemas

SOURCE = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = SOURCE / "tests" / "golden" / "documents"


def golden(name):
    return json.loads((GOLDEN / "kamal-one-app" / name).read_text(encoding="utf-8"))


def setUpModule():
    if schemas.Draft202012Validator is None:
        raise unittest.SkipTest("this python3-jsonschema does not know draft 2020-12")


class Schemas(unittest.TestCase):
    def test_each_is_a_valid_schema_and_says_what_it_is(self):
        for name, schema in schemas.schemas().items():
            with self.subTest(name):
                schemas.Draft202012Validator.check_schema(schema)
                self.assertEqual(schema["$id"], name)
                self.assertTrue(schema["title"])

    def test_every_schema_that_the_sources_name_has_a_file(self):
        text = "".join(path.read_text(encoding="utf-8") for path in (SOURCE / "src").rglob("*.c"))
        self.assertEqual({f"{name}.json" for name in re.findall(r'"rgc/([a-z]+)/1"', text)} | {"common.json"},
                         set(schemas.schemas()))

    def test_the_reasons_are_those_of_the_policy(self):
        table = (SOURCE / "include" / "rgc" / "reasons.def").read_text(encoding="utf-8")
        self.assertEqual(schemas.schemas()["common.json"]["$defs"]["reason"]["enum"],
                         list(dict.fromkeys(re.findall(r'^\s*REASON\(\w+, "([a-z-]+)"', table, re.MULTILINE))))

    def test_all_golden_documents_are_as_their_schemas_say(self):
        documents = [path for path in GOLDEN.glob("*/*.json") if path.read_text(encoding="utf-8").startswith("{")]
        self.assertGreater(len(documents), 100)
        for path in documents:
            with self.subTest(f"{path.parent.name}/{path.name}"):
                schemas.validated(path.read_text(encoding="utf-8"))

    def test_a_member_that_no_schema_names_is_refused_wherever_it_is(self):
        plan = golden("plan.json")
        for where in (plan, plan["images"][0], plan["apps"][0]["rollback"], plan["estimate"]):
            where["surprise"] = 1
            self.assertTrue(schemas.faults(plan))
            del where["surprise"]
        self.assertEqual(schemas.faults(plan), [])

    def test_a_member_that_is_missing_or_of_another_type_is_refused(self):
        plan = golden("plan.json")
        for where, name in ((plan, "estimate"), (plan["images"][0], "verdict"), (plan["estimate"], "bytes")):
            value = where.pop(name)
            self.assertTrue(schemas.faults(plan), name)
            where[name] = [value]
            self.assertTrue(schemas.faults(plan), name)
            where[name] = value
        self.assertEqual(schemas.faults(plan), [])

    def test_a_number_with_three_decimals_is_refused_and_a_version_is_not(self):
        check = {"schema": "rgc/check/1", "checks": [{"name": "engine", "ok": True, "detail": "1.234 and \"2.345"}]}
        schemas.validated(json.dumps(check))
        with self.assertRaises(AssertionError):
            schemas.validated(json.dumps(check)[:-1] + ', "x": 1.234}')
