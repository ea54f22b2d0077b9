"""The examples of events and outputs, valid and invalid."""

from contract.reading import SCHEMAS, Unreadable, read_json, read_yaml
from contract.schemas import explain

# Rejections that no JSON Schema can see, because the record is not one JSON value without repeated keys.
SYNTAX = {"malformed", "duplicate_field", "empty_payload"}


def check_valid_examples(tally, validators, inputs, outputs):
    """Every example is valid, and every type of event has one."""
    folders = {folder: f"events/{name}.schema.json" for folder, name in inputs.items()}
    folders |= {name: f"outputs/{name}.schema.json" for name in outputs}
    folders |= {"snapshot-export": "snapshot-export.schema.json"}
    for folder, schema in folders.items():
        files = sorted((SCHEMAS / "examples" / folder).glob("*.json"))
        tally.check(files, f"examples/{folder}: no example")
        for path in files:
            check_valid(tally, validators[schema], path)
    for folder, name in inputs.items():
        check_every_type(tally, folder, validators[f"events/{name}.schema.json"].schema)


def check_valid(tally, validator, path):
    place = path.relative_to(SCHEMAS)
    try:
        value = read_json(path.read_bytes()) if path.suffix == ".json" else read_yaml(path)
    except Unreadable as problem:
        return tally.check(False, f"{place}: {problem}")
    problem = explain(validator, value)
    return tally.check(problem is None, f"{place}: {problem}")


def check_every_type(tally, folder, schema):
    known = set(schema["properties"]["type"]["enum"])
    shown = {read_json(path.read_bytes()).get("type") for path in (SCHEMAS / "examples" / folder).glob("*.json")}
    tally.check(known <= shown, f"examples/{folder}: no example of {sorted(known - shown)}")


def check_invalid_examples(tally, validators, reasons, inputs, decoder_only):
    """Every invalid example is refused by its schema, save those that only the decoder can tell."""
    unused = set(decoder_only)
    for folder, name in inputs.items():
        files = sorted((SCHEMAS / "examples" / "invalid" / folder).glob("*.json"))
        tally.check(files, f"examples/invalid/{folder}: no example")
        for path in files:
            reason, separator, _ = path.stem.partition("--")
            case = f"{folder}/{path.stem}"
            tally.check(separator and reason in reasons, f"invalid/{case}: {reason} is no reason")
            passes = check_invalid(tally, validators[f"events/{name}.schema.json"], case, reason, path.read_bytes())
            if case in decoder_only:
                tally.check(passes, f"invalid/{case}: the schema does see it; take it off DECODER_ONLY")
            elif passes is not None:
                tally.check(not passes, f"invalid/{case}: passes its schema")
            unused.discard(case)
    tally.check(not unused, f"DECODER_ONLY names files that do not exist: {sorted(unused)}")


def check_invalid(tally, validator, case, reason, data):
    """Whether the schema lets the example pass; None where it is not one JSON value."""
    try:
        value = read_json(data)
    except Unreadable as problem:
        tally.check(reason in SYNTAX, f"invalid/{case}: should be {reason}, but is unreadable: {problem}")
        return None
    if reason in SYNTAX:
        tally.check(False, f"invalid/{case}: is readable")
        return None
    return validator.is_valid(value)
