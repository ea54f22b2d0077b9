"""The AsyncAPI document: every reference leads somewhere, every channel is used, every payload is one of the schemas."""

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from contract.reading import SCHEMAS
from contract.schemas import resolve


def check_asyncapi(tally, validators):
    """Every reference leads somewhere, every channel is used, every payload is one of the schemas."""
    document = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text(encoding="utf-8"))
    tally.check(document.get("asyncapi", "").startswith("3."), "asyncapi.yaml: not AsyncAPI 3")
    payloads = set()
    for place, target in references(document):
        if target.startswith("#"):
            tally.check(resolve(document, target) is not None, f"asyncapi.yaml {place}: {target} leads nowhere")
        else:
            payloads.add(target)
            tally.check(target in validators, f"asyncapi.yaml {place}: {target} is no schema")
    described = {name for name in validators if name.startswith(("events/", "outputs/"))}
    tally.check(payloads == described, f"asyncapi.yaml: payloads differ from schemas: {payloads ^ described}")
    used = {operation["channel"]["$ref"] for operation in document["operations"].values()}
    tally.check(used == {f"#/channels/{name}" for name in document["channels"]}, "asyncapi.yaml: an unused channel")
    check_topics(tally, document, validators["config.schema.json"].schema)
    for name, schema in document["components"]["schemas"].items():
        try:
            Draft202012Validator.check_schema(schema)
            tally.check(True, name)
        except SchemaError as problem:
            tally.check(False, f"asyncapi.yaml {name}: {problem.message}")
    return set(document["components"]["schemas"]["rejectionReason"]["enum"])


def check_topics(tally, document, config):
    """The addresses are the configuration's default topic names; those that follow the application's stand as examples."""
    topics = config["properties"]["topics"]["properties"] | {
        "snapshots": config["properties"]["snapshots"]["properties"]["topic"]
    }
    defaults = {part.get("default", part.get("examples", [name])[0]) for name, part in topics.items()}
    addresses = {channel["address"] for channel in document["channels"].values()}
    tally.check(addresses == defaults, f"asyncapi.yaml: topics differ from the defaults: {addresses ^ defaults}")


def references(value, place=""):
    """Every `$ref` in `value` with the place where it stands."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    for key, part in items:
        if key == "$ref":
            yield place, part
        else:
            yield from references(part, f"{place}/{key}")
