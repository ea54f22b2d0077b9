"""Lines of outputs, as `tierd replay` writes them or as bare values."""

import yaml
from jsonschema import Draft202012Validator

from contract.reading import SCHEMAS, Unreadable, read_json
from contract.schemas import explain

# After so many failures in one file the rest is only counted.
SHOWN_PER_FILE = 20


def check_lines(tally, validators, choice, files, outputs, headers):
    """Validates the lines that `choice` selects; a file in which it selects none is a failure."""
    document = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text(encoding="utf-8"))
    kinds = {}
    for name, topic in outputs.items():
        reference = f"#/components/schemas/{headers[name]}"
        kinds[topic] = (
            validators[f"outputs/{name}.schema.json"],
            Draft202012Validator({"$ref": reference, "components": document["components"]}))
    chosen = outputs.get(choice)
    for name in files:
        problems = []
        checked = 0
        with open(name, "rb") as file:
            for number, line in enumerate(file, 1):
                selected, problem = judge_line(line, kinds, chosen)
                checked += selected
                if problem is not None:
                    problems.append(f"{name}:{number}: {problem}")
        tally.checks += checked
        tally.failures += len(problems)
        for problem in problems[:SHOWN_PER_FILE]:
            print(f"FAIL {problem}")
        tally.check(checked > 0, f"{name}: no line of {choice}")


def judge_line(line, kinds, chosen):
    """Whether the line is one to check, and what is wrong with it (or None); `chosen` is a topic, None for each line's."""
    try:
        record = read_json(line)
    except Unreadable as problem:
        return True, problem
    if not isinstance(record, dict):
        return True, "not an object"
    if not {"topic", "value"} <= record.keys():
        return True, explain(kinds[chosen][0], record) if chosen else "no topic and value"
    topic = record["topic"]
    if chosen is None and topic not in kinds:
        return topic != "dead-letters", None if topic == "dead-letters" else f"no schema for topic {topic!r}"
    if chosen is not None and topic != chosen:
        return False, None
    return True, record_problem(record, *kinds[topic])


def record_problem(record, values, headers):
    """What is wrong with a record of an output topic: its value, its key or its headers; or None."""
    value = record["value"]
    problem = explain(values, value)
    if problem is not None:
        return f"value {problem}"
    if record.get("key") != value["customer_id"]:
        return "the key is not the customer id"
    if "headers" not in record:
        return None
    problem = explain(headers, record["headers"])
    if problem is not None:
        return f"headers {problem}"
    expected = {"ce_subject": value["customer_id"], "ce_time": value["effective_at"]}
    # A profile counts nothing: its number is a second.
    if "sequence" in value:
        expected["tierd_sequence"] = str(value["sequence"])
    wrong = {name for name, text in expected.items() if record["headers"][name] != text}
    return f"headers that contradict the value: {sorted(wrong)}" if wrong else None
