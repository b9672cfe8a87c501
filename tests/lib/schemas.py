# SPDX-License-Identifier: MIT
"""Every document that a test reads is compared with its JSON Schema in docs/schemas: `validated(text)` returns it."""
import functools
import json
import pathlib
import re

try:
    from jsonschema import Draft202012Validator
except ImportError:  # Ubuntu 22.04 has a python3-jsonschema that does not know this draft
    Draft202012Validator = None
try:
    import referencing
except ImportError:  # Debian 12, where jsonschema has a resolver of its own
    referencing = None
    from jsonschema import RefResolver

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "schemas"
# A number with three decimals or more, outside of strings.
LONG_FRACTION = re.compile(r'"(?:[^"\\]|\\.)*"|(\d\.\d{3,})')


@functools.cache
def schemas():
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(SCHEMAS.glob("*.json"))}


@functools.cache
def validator(name):
    if referencing:
        registry = referencing.Registry().with_contents(schemas().items())
        return Draft202012Validator(schemas()[name], registry=registry)
    return Draft202012Validator(schemas()[name], resolver=RefResolver.from_schema(schemas()[name], store=schemas()))


def faults(document):
    """What is wrong with a document, one line each."""
    match = re.fullmatch(r"rgc/([a-z]+)/1", str(document.get("schema"))) if isinstance(document, dict) else None
    if not match or f"{match[1]}.json" not in schemas():
        return [f"no schema of this name: {document!r:.200}"]
    if Draft202012Validator is None:
        return []
    return [f"{'/'.join(map(str, error.absolute_path)) or 'the document'}: {error.message:.300}"
            for error in validator(f"{match[1]}.json").iter_errors(document)]


def validated(text):
    """The document, which has to be as its schema says; numbers have at most two decimals."""
    document = json.loads(text)
    found = faults(document)
    found += [f"{match[1]} has more than two decimals" for match in LONG_FRACTION.finditer(text) if match[1]]
    if found:
        raise AssertionError("not as docs/schemas has it:\n" + "\n".join(found[:20]))
    return document
