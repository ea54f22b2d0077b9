"""The schemas themselves: valid, complete, described, and within what the daemon interprets."""

import re

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from contract.reading import SCHEMAS, read_json

ID_PREFIX = "https://tierd.dev/schemas/v1/"

# The keywords that the daemon's own interpreter knows, for the schemas that it reads.
INTERPRETED = ["policy.schema.json", "config.schema.json"]
KEYWORDS = set(
    "$schema $id $defs $ref title description default examples type enum const properties required"
    " additionalProperties minProperties maxProperties items minItems maxItems uniqueItems pattern minLength maxLength"
    " minimum maximum exclusiveMinimum exclusiveMaximum allOf anyOf oneOf not".split()
)


def load_schemas(tally):
    """Reads and meta-validates every schema; returns validators by path."""
    validators = {}
    for path in sorted(SCHEMAS.rglob("*.schema.json")):
        name = path.relative_to(SCHEMAS).as_posix()
        schema = read_json(path.read_bytes())
        try:
            Draft202012Validator.check_schema(schema)
            tally.check(True, name)
        except SchemaError as problem:
            tally.check(False, f"{name}: {problem.message} at {problem.json_path}")
        tally.check(schema.get("$id") == ID_PREFIX + name, f"{name}: $id is not {ID_PREFIX}{name}")
        validators[name] = Draft202012Validator(schema)
        check_parts(tally, name, schema, validators[name])
    check_definitions(tally, validators)
    for name in INTERPRETED:
        check_subset(tally, name, validators[name].schema)
    return validators


def check_parts(tally, name, schema, validator):
    """Local references resolve, properties are described, patterns compile, `examples` and `default` are valid."""
    for path, part in subschemas(schema):
        place = f"{name}#/{path}"
        if "$ref" in part:
            tally.check(resolve(schema, part["$ref"]) is not None, f"{place}: {part['$ref']} leads nowhere")
        if "pattern" in part:
            tally.check(compiles(part["pattern"]), f"{place}: {part['pattern']} is no regular expression")
        for value in part.get("examples", []) + ([part["default"]] if "default" in part else []):
            problem = next(validator.evolve(schema=part).iter_errors(value), None)
            tally.check(problem is None, f"{place}: {value!r} is not valid: {problem and problem.message}")
        for key, property_schema in part.get("properties", {}).items():
            if path.startswith(("allOf", "oneOf")) or "/oneOf/" in path or "const" in property_schema:
                continue
            target = resolve(schema, property_schema.get("$ref", "#")) or {}
            tally.check(
                "description" in property_schema or "description" in target, f"{place}: {key} has no description")


def compiles(pattern):
    try:
        return re.compile(pattern) is not None
    except re.error:
        return False


def subschemas(schema, path=""):
    """Every schema inside `schema`, itself first, with its JSON Pointer."""
    yield path, schema
    for key in ("properties", "$defs"):
        for name, part in schema.get(key, {}).items():
            yield from subschemas(part, f"{path}/{key}/{name}".lstrip("/"))
    for key in ("allOf", "anyOf", "oneOf"):
        for index, part in enumerate(schema.get(key, [])):
            yield from subschemas(part, f"{path}/{key}/{index}".lstrip("/"))
    for key in ("items", "additionalProperties", "not", "if", "then"):
        if isinstance(schema.get(key), dict):
            yield from subschemas(schema[key], f"{path}/{key}".lstrip("/"))


def check_definitions(tally, validators):
    """A definition that several schemas of a folder repeat says the same in each."""
    seen = {}
    for name, validator in validators.items():
        for key, part in validator.schema.get("$defs", {}).items():
            first, expected = seen.setdefault((name.rpartition("/")[0], key), (name, part))
            if first != name and "/" in name:
                tally.check(part == expected, f"{name}: $defs/{key} differs from the one in {first}")


def check_subset(tally, name, schema):
    """Only keywords that the daemon's interpreter knows, and no reference out of the file."""
    for path, part in subschemas(schema):
        strange = set(part) - KEYWORDS
        tally.check(not strange, f"{name}#/{path}: the daemon does not interpret {sorted(strange)}")
        tally.check(part.get("$ref", "#/$defs/").startswith("#/$defs/"), f"{name}#/{path}: {part.get('$ref')}")


def resolve(document, pointer):
    """The part that a local reference (`#/a/b`) leads to, or None."""
    for step in pointer[2:].split("/") if len(pointer) > 1 else []:
        step = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(document, dict) or step not in document:
            return None
        document = document[step]
    return document


def explain(validator, value):
    """The first error as a sentence, or None."""
    problem = next(iter(sorted(validator.iter_errors(value), key=lambda error: error.json_path)), None)
    return problem and f"{problem.json_path}: {problem.message}"
